// @module-tag truth
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { startVolume, type Volume, type VolumeOptions } from "../../../src/testbed/volume/start.ts";
import { onlyRun } from "../../cli/assay.ts";
import { canEmulate, SCRATCH, useScratch } from "../../testbed/volume/support.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const SIZE = { sizeBytes: 256 * 2 ** 20, folder: SCRATCH };

useScratch();
/** Against the clock, on a machine with a core to spare. */
const possible = test.skipIf(!(await canEmulate()));

/** Runs phases under a volume's limits; `meanwhile` from when the first of them is measured. */
async function measure(volume: Volume, phases: string, meanwhile: () => Promise<void>) {
  const folder = join(SCRATCH, `run-${volume.id}`);
  mkdirSync(folder);
  const scenario = join(folder, "device.yaml");
  writeFileSync(
    scenario,
    "name: device\ninterval: 100ms\ndatasets: { data: { count: 1, size: 64MiB } }\n" +
      "defaults: { operation: read, access: random, blockSize: 4KiB, cache: direct }\n" +
      `phases:\n${phases}`,
  );
  const results = join(folder, "results");
  const run = [process.execPath, PROGRAM, "run", scenario, "-t", volume.path];
  const [command, ...rest] = volume.throttled([...run, "--results", results, "--print", "nothing"]);
  const child = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe"] });
  const exit = once(child, "exit");
  let told = "";
  for await (const text of child.stderr) {
    told += String(text);
    if (told.includes(": load started")) break;
  }
  await meanwhile();
  expect([await exit.then(([code]) => code), told]).toEqual([0, told]);
  return onlyRun(results).phases;
}

async function withVolume(
  kind: Pick<VolumeOptions, "kind" | "iops">,
  use: (volume: Volume) => Promise<void>,
): Promise<void> {
  const volume = await startVolume({ ...kind, ...SIZE });
  if ("unavailable" in volume) throw new Error(volume.unavailable);
  try {
    await use(volume);
  } finally {
    await volume.stop();
  }
}

function allOf(result: PhaseResult | undefined) {
  const [all] = result?.summaries ?? [];
  if (result?.openLoop === undefined || all === undefined) throw new Error("nothing was measured");
  return { ...all, open: result.openLoop };
}

describe("on a device", { timeout: 120_000 }, () => {
  possible("200/s through a stall of 2 s: the wait is in the response times", async () => {
    await withVolume({ kind: "io2", iops: 8000 }, async (volume) => {
      const phase = "  - { name: stalled, rate: 200/s, warmup: 500ms, duration: 6s }\n";
      const results = await measure(volume, phase, async () => {
        await sleep(2500);
        await volume.setLimits({ iops: 1, bytesPerSecond: null });
        await sleep(2000);
        await volume.setLimits({ iops: 8000, bytesPerSecond: null });
      });
      const { response, latency, open } = allOf(results[0]);
      expect(open).toMatchObject({ offered: 1200, dropped: 0, unissued: 0 });
      expect(response?.p99Ns).toBeGreaterThanOrEqual(1.8e9);
      expect(latency?.p99Ns).toBeLessThan(0.1e9);
    });
  });

  possible("3,000 IOPS: 2,700/s are carried, of 3,300/s 3,000", async () => {
    await withVolume({ kind: "io2", iops: 3000 }, async (volume) => {
      const common = "queueDepth: 64, warmup: 2s, duration: 20s";
      const phases =
        `  - { name: carried, rate: 2700/s, ${common} }\n` +
        `  - { name: over, rate: 3300/s, ${common} }\n`;
      const [carried, over] = (await measure(volume, phases, async () => {})).map(allOf);
      expect(Math.abs((carried?.operationsPerSecond ?? 0) / 2700 - 1)).toBeLessThan(0.01);
      expect(carried?.open.backlogAtEnd).toBeLessThan(100);
      expect(Math.abs((over?.operationsPerSecond ?? 0) / 3000 - 1)).toBeLessThan(0.02);
      expect(Math.abs((over?.open.backlogAtEnd ?? 0) / (300 * 22) - 1)).toBeLessThan(0.2);
    });
  });
});
