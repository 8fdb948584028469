// @module-tag system
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Controller } from "../../../src/testbed/volume/limits/controller.ts";
import type { Limits } from "../../../src/testbed/volume/limits/kinds.ts";
import { startVolume, type Volume } from "../../../src/testbed/volume/start.ts";
import { canEmulate, SCRATCH, useScratch } from "./support.ts";
import { type Pool, ThrottledDevice } from "./throttle.ts";

useScratch();

const MIB = 2 ** 20;
const UNLIMITED: Limits = { iops: null, bytesPerSecond: null };
const READS: Pool = { depth: 64, readShare: 1 };

function device(iops: number, share: number, bytes: number, ceiling = UNLIMITED): ThrottledDevice {
  const sustained = { iops, bytesPerSecond: 1000 * MIB };
  const profile = { sustained, burst: null, operationBytes: 262_144 };
  return new ThrottledDevice(new Controller(profile, ceiling, { share, bytes }), 1);
}

describe("a volume that was made from a snapshot", () => {
  test("has a share of its rate until all of it has been read, then all of its rate", () => {
    const drawn = fc.record({
      iops: fc.integer({ min: 100, max: 800 }).map((tens) => tens * 10),
      share: fc.integer({ min: 20, max: 80 }).map((percent) => percent / 100),
      seconds: fc.integer({ min: 3, max: 12 }),
    });
    fc.assert(
      fc.property(drawn, ({ iops, share, seconds }) => {
        const volume = device(iops, share, iops * share * seconds * 4096);
        volume.load(READS);
        expect(volume.run(seconds - 0.5).all / (iops * share)).toBeCloseTo(1, 1);
        volume.run(1.5);
        expect(volume.run(5).all / iops).toBeCloseTo(1, 1);
      }),
      { numRuns: 20 },
    );
  });

  test("throughput has the same share, of large requests", () => {
    const sustained = { iops: 8000, bytesPerSecond: 100 * MIB };
    const profile = { sustained, burst: null, operationBytes: 262_144 };
    const slow = { share: 0.4, bytes: 400 * MIB };
    const volume = new ThrottledDevice(new Controller(profile, UNLIMITED, slow), 1);
    volume.load({ ...READS, bytes: 262_144 });
    expect(volume.run(9).bytes / (40 * MIB)).toBeCloseTo(1, 1);
    volume.run(2);
    expect(volume.run(5).bytes / (100 * MIB)).toBeCloseTo(1, 1);
  });

  test("writes fetch nothing", () => {
    const volume = device(1000, 0.5, 4096);
    volume.load({ depth: 64, readShare: 0 });
    volume.run(2);
    expect(volume.run(5).all / 500).toBeCloseTo(1, 1);
  });

  test("the share is the volume's: an instance below it is what it was", () => {
    const volume = device(1000, 0.5, 2 ** 40, { iops: 400, bytesPerSecond: null });
    volume.load(READS);
    volume.run(1);
    expect(volume.run(5).all / 400).toBeCloseTo(1, 1);
  });
});

const possible = test.skipIf(!(await canEmulate()));

/** Seconds that a pass over all of the device takes. */
async function pass(volume: Volume): Promise<number> {
  const script = 'dd if="$0" of=/dev/null iflag=direct bs=256k status=none';
  const [program, ...parameters] = volume.throttled(["sh", "-ec", script, volume.path]);
  const from = performance.now();
  await promisify(execFile)(program, parameters);
  return (performance.now() - from) / 1000;
}

/** It holds on a busy machine as well, which can only make a pass take longer. */
possible("a device is slow for one pass over it", async () => {
  const volume = await startVolume({
    ...{ kind: "io2", iops: 2000, bytesPerSecond: 50 * MIB, firstTouchShare: 0.2 },
    ...{ sizeBytes: 32 * MIB, fileSystem: "none", folder: SCRATCH },
  });
  if ("unavailable" in volume) throw new Error(volume.unavailable);
  try {
    const first = await pass(volume);
    expect(first).toBeGreaterThan(2.6);
    expect(await pass(volume)).toBeLessThan(first);
  } finally {
    await volume.stop();
  }
});
