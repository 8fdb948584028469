// @module-tag measured
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VOLUME_CELLS } from "../../../scripts/bench/cells.ts";
import { MAX_ERROR, VOLUME, type VolumeCell } from "../../../scripts/bench/families/volume.ts";
import { parseOptions } from "../../../scripts/bench/options.ts";
import { BLOCK, runLoad } from "../../../scripts/bench/runner/assay.ts";
import { findPrograms } from "../../../scripts/bench/runner/programs.ts";
import type { Bench } from "../../../scripts/bench/runner/runner.ts";
import { Workspace } from "../../../scripts/bench/runner/workspace.ts";
import { startVolume } from "../../../src/testbed/volume/start.ts";
import { canEmulate, SCRATCH, traces, useScratch } from "./support.ts";

useScratch();
const possible = test.skipIf(!(await canEmulate()));

const options = parseOptions(["--runs", "1", "--dir", SCRATCH]);
const space = new Workspace(SCRATCH, options.sizeBytes);
const { signal } = new AbortController();
const told: string[] = [];
const bench: Bench = {
  ...{ options, space, signal, programs: await findPrograms(options.programs, signal) },
  log: (line) => told.push(line),
};
beforeAll(() => space.prepare());
afterAll(() => process.stderr.write(`${told.join("\n")}\n`));

const MIB = 2 ** 20;
const RANDOM = { ...BLOCK, queueDepth: 64, cache: "direct" } as const;

/** On an idle machine: against the clock, and one after the other. */
describe("measured by assay, and by fio if it is installed", { timeout: 180_000 }, () => {
  for (const cell of VOLUME_CELLS) {
    possible(`${cell.title}, within 1 %`, async () => {
      const { figures } = await VOLUME.measure(cell, bench);
      for (const { title, assay, fio } of figures) {
        expect(Math.abs(assay.error), `${title}, assay`).toBeLessThanOrEqual(MAX_ERROR);
        if (fio === null) continue;
        expect(Math.abs(fio.error), `${title}, fio`).toBeLessThanOrEqual(MAX_ERROR);
      }
    });
  }

  possible("a request of 1 MiB counts as four", async () => {
    const cell: VolumeCell = {
      ...{ kind: "volume", name: "large", title: "400 IOPS, by requests of 1 MiB" },
      volume: { kind: "gp3", iops: 400, bytesPerSecond: 500 * MIB, sizeBytes: 256 * MIB },
      load: { ...RANDOM, access: "sequential", blockBytes: MIB, queueDepth: 16 },
      measures: "bytes",
    };
    const [figure] = (await VOLUME.measure(cell, bench)).figures;
    expect(Math.abs((figure?.assay.median ?? 0) / (100 * MIB) - 1)).toBeLessThan(MAX_ERROR);
  });

  possible("limits that are changed hold at once", async () => {
    const started = { kind: "io2", iops: 8000, sizeBytes: 256 * MIB, folder: SCRATCH } as const;
    const volume = await startVolume(started);
    if ("unavailable" in volume) throw new Error(volume.unavailable);
    try {
      for (const iops of [2000, 600, 5000]) {
        await volume.setLimits({ iops, bytesPerSecond: null });
        const length = { seconds: 20, warmupSeconds: 2 };
        const place = { target: volume.path, fileBytes: 64 * MIB, wrap: volume.throttled };
        const { operationsPerSecond } = await runLoad(RANDOM, "auto", length, place, bench);
        expect(Math.abs(operationsPerSecond / iops - 1)).toBeLessThan(MAX_ERROR);
      }
    } finally {
      await volume.stop();
    }
    expect(traces(volume.id)).toEqual([]);
  });
});
