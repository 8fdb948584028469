// @module-tag system
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startVolume, type Volume, type VolumeOptions } from "../../../src/testbed/volume/start.ts";
import { canEmulate, SCRATCH, traces, useScratch } from "./support.ts";

useScratch();
const possible = test.skipIf(!(await canEmulate()));

async function withVolume(
  options: Omit<VolumeOptions, "sizeBytes" | "folder">,
  work: (volume: Volume) => Promise<void>,
): Promise<void> {
  const volume = await startVolume({ ...options, sizeBytes: 64 * 2 ** 20, folder: SCRATCH });
  if ("unavailable" in volume) throw new Error(volume.unavailable);
  try {
    await work(volume);
  } finally {
    await volume.stop();
  }
}

/** Runs a script in the volume's group; returns how many seconds it took. */
async function timed(volume: Volume, script: string): Promise<number> {
  const [program, ...parameters] = volume.throttled(["sh", "-ec", script, volume.path]);
  const from = performance.now();
  await promisify(execFile)(program, parameters);
  return (performance.now() - from) / 1000;
}

const DIRECT = "bs=4k status=none";
const READ = `dd if="$0/data" of=/dev/null iflag=direct ${DIRECT}`;
const WRITE = `dd if=/dev/zero of="$0/data" oflag=direct conv=notrunc ${DIRECT}`;

/** Laid out from outside of the group. */
function layOut(volume: Volume): Promise<unknown> {
  const file = join(volume.path, "data");
  return promisify(execFile)("dd", [
    "if=/dev/zero",
    `of=${file}`,
    "bs=1M",
    "count=16",
    "oflag=direct",
  ]);
}

/** These hold on a busy machine as well, which can only make a load take longer. */
describe("rate of a volume", () => {
  possible("is never more than it promises, reads and writes together", () =>
    withVolume({ kind: "io2", iops: 1000 }, async (volume) => {
      await layOut(volume);
      const seconds = await timed(volume, `${READ} count=1500 & ${WRITE} count=1500; wait`);
      // Each with the limit for itself, they would take 1.5 seconds.
      expect(seconds).toBeGreaterThan(2.3);
    }),
  );

  possible("is never more than an instance lets through", () =>
    withVolume(
      { kind: "io2", iops: 9000, instance: { iops: 500, bytesPerSecond: null } },
      async (volume) => {
        await layOut(volume);
        expect(await timed(volume, `${READ} count=1000`)).toBeGreaterThan(1.7);
      },
    ),
  );

  possible("is taken from its credits, operation by operation", () =>
    withVolume({ kind: "gp2", asSizeBytes: 100 * 2 ** 30, scale: 1000 }, async (volume) => {
      await layOut(volume);
      await volume.refill();
      const from = performance.now();
      await timed(volume, `${READ} count=2000`);
      const left = (await volume.credits()) ?? Number.NaN;
      const earned = (300 * (performance.now() - from)) / 1000;
      // A slice of the burst can be ahead of its time.
      expect(left).toBeGreaterThan(5400 - 2000 - 300);
      expect(left).toBeLessThan(5400 - 2000 + earned + 300);
    }),
  );

  possible("is what each of two volumes promises to a process that is under both", () =>
    withVolume({ kind: "io2", iops: 1000 }, async (first) => {
      let id = "";
      await withVolume({ kind: "io2", iops: 500, beside: first.id }, async (second) => {
        id = second.id;
        expect(second.procs).toBe(first.procs);
        await layOut(first);
        await layOut(second);
        expect(await timed(first, `${READ} count=1500`)).toBeGreaterThan(1.2);
        const under = { ...second, throttled: first.throttled };
        expect(await timed(under, `${READ} count=1500`)).toBeGreaterThan(2.7);
      });
      expect(traces(id)).toEqual([]);
      expect(await timed(first, `${READ} count=1500`)).toBeGreaterThan(1.2);
    }),
  );

  possible("rejects an unknown volume for --beside", async () => {
    const options = { kind: "gp3", sizeBytes: 64 * 2 ** 20, beside: "beef" } as const;
    const unavailable = "--beside: there is no emulated volume beef";
    expect(await startVolume({ ...options, folder: SCRATCH })).toEqual({ unavailable });
  });
});
