// @module-tag system
import { expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import { STAGES } from "../../src/model/run/measurement.ts";
import { slowMount } from "../storage/directory/slow-mount.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { execute, resultOf, SILENT } from "./support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped for uring: ${refusal}\n`);
const ENGINES = (["sync", "uring", "threadpool"] as const).filter(
  (one) => one !== "uring" || refusal === undefined,
);

const DELAY_MS = 20;
const FILES = { count: 64, size: { kind: "fixed", bytes: 4096 } } as const;
const EPOCH = { limit: { kind: "epochs", epochs: 1 }, cache: "warm" } as const;

const only = (operation: "create" | "fetch" | "stat"): Partial<PhasePlan> => ({
  mix: [{ operation, weight: 1 }],
  ...(operation === "create" ? {} : { access: "shuffled" }),
});
const SYNC = { sync: { call: "fsync", every: 1, directory: true } } as const;

const WORK: readonly (readonly [string, Partial<PhasePlan>])[] = [
  ["new files", only("create")],
  ["durable new files", { ...only("create"), ...SYNC }],
  ["whole files", only("fetch")],
  ["metadata", only("stat")],
];

test.each(ENGINES.flatMap((engine) => WORK.map(([name, work]) => [engine, name, work] as const)))(
  "the means of all stages add up to the mean latency: %s, %s",
  async (engine, _, work) => {
    const finished = await execute({
      ...{ target: directorySpec(scratch()), engine, dataset: FILES },
      phases: [{ ...EPOCH, ...work, workers: 2, queueDepth: engine === "sync" ? 1 : 8 }],
    });
    const { all, result } = resultOf(finished, 0);
    expect(result).toMatchObject({ state: "complete", errors: [] });
    const [{ operation } = { operation: "stat" }] = result.phase.mix;
    const staged = operation === "create" || (operation === "fetch" && engine !== "sync");
    if (!staged) {
      expect(all.stages).toBeUndefined();
      return;
    }
    const times = [...STAGES.map((stage) => all.stages?.[stage]), all.sync];
    const counted = times.filter((one) => one != null);
    expect(counted.map(({ count }) => count)).toEqual(counted.map(() => FILES.count));
    expect(counted).toHaveLength(result.phase.sync === null ? 3 : 4);
    const sumNs = counted.reduce((sum, { meanNs }) => sum + meanNs, 0);
    // Histograms round each value by up to 0.1%.
    expect(Math.abs(sumNs / (all.latency?.meanNs ?? 0) - 1)).toBeLessThan(0.01);
  },
);

test.each(ENGINES)("each stage waits for its own requests of a slow mount: %s", async (engine) => {
  const mount = await slowMount({ attributesMs: 0 });
  if (mount === null) return;
  const finished = await execute({
    ...{ target: directorySpec(mount.path), engine, dataset: { ...FILES, count: 8 } },
    phases: [{ ...EPOCH, ...only("create"), ...SYNC, workers: 1, queueDepth: 4 }],
    request: { events: { ...SILENT, measuring: () => mount.setDelay(DELAY_MS) } },
  });
  mount.setDelay(0);
  const { all } = resultOf(finished, 0);
  const { open, transfer, close } = all.stages ?? {};
  for (const stage of [open, transfer, all.sync, close]) {
    expect(stage?.p50Ns).toBeGreaterThanOrEqual(DELAY_MS * 1e6 * 0.99);
  }
});
