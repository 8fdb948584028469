// @module-tag system
import { describe, expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import type { OwnTime } from "../../src/model/run/harness.ts";
import type { PhaseResult } from "../../src/model/run/run.ts";
import { type SlowMountOptions, slowMount } from "../storage/directory/slow-mount.ts";
import { directorySpec } from "../storage/support.ts";
import { execute, resultOf, SILENT } from "./support.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped for uring: ${refusal}\n`);
const ENGINES = (["sync", "uring", "threadpool"] as const).filter(
  (one) => one !== "uring" || refusal === undefined,
);

const DELAY_MS = 20;
const DURATION = { kind: "duration", durationNs: 0.6e9 } as const;

/** Worker threads and queue depth; the first is what the others are compared with. */
const LOADS = [
  { workers: 1, queueDepth: 1 },
  { workers: 1, queueDepth: 8 },
  { workers: 1, queueDepth: 32 },
  { workers: 4, queueDepth: 4 },
] as const;

const WRITE: Partial<PhasePlan> = { mix: [{ operation: "write", weight: 1 }] };
/** Each block once, so that none is in the page cache already. */
const UNCACHED: Partial<PhasePlan> = { cache: "dropped", access: "permutation" };
const STABLE = { attributesMs: 60_000 };
/** Each read asks for the file's attributes first, inside the call that reads. */
const EXPIRED = { attributesMs: 0 };

const KINDS: readonly (readonly [string, Partial<PhasePlan>, SlowMountOptions])[] = [
  ["direct reads", { cache: "direct" }, STABLE],
  ["direct reads that ask for attributes", { cache: "direct" }, EXPIRED],
  ["reads through the page cache", UNCACHED, STABLE],
  ["reads through the page cache that ask for attributes", UNCACHED, EXPIRED],
  ["reads that bypass the page cache", { cache: "warm" }, { ...STABLE, bypass: true }],
  ["direct writes", { ...WRITE, cache: "direct" }, { ...STABLE, bypass: true }],
  ["writes that bypass the page cache", { ...WRITE, cache: "warm" }, { ...STABLE, bypass: true }],
];

/** Share of the time that the load generator's threads were ready and no CPU was free. */
function waitedShare({ harness }: PhaseResult): number {
  const sum = (of: (worker: OwnTime) => number): number =>
    (harness?.workers ?? []).reduce((total, worker) => total + of(worker), 0);
  return sum((worker) => worker.processorWaitNs ?? 0) / sum((worker) => worker.watchedNs);
}

/** A fetch is several requests. */
const SECONDS = { kind: "duration", durationNs: 2e9 } as const;

/** Few, because preparation and cleanup wait for each of their requests, too. */
const FILES = { count: 32, size: { kind: "fixed", bytes: 4096 } } as const;

test.each(
  ENGINES.filter((one) => one !== "sync").flatMap((engine) =>
    (["stat", "fetch"] as const).map((operation) => [engine, operation] as const),
  ),
)(
  "%s keeps whole files in flight on a mount where each request takes 20 ms: %s",
  { timeout: 120_000, retry: 2 },
  async (engine, operation) => {
    const mount = await slowMount(EXPIRED);
    if (mount === null) return;
    const phase = { mix: [{ operation, weight: 1 }], access: "random", cache: "warm" } as const;
    const finished = await execute({
      ...{ target: directorySpec(mount.path), engine, dataset: FILES },
      phases: [1, 32].map((queueDepth) => ({ ...phase, workers: 1, queueDepth, limit: SECONDS })),
      request: { events: { ...SILENT, measuring: () => mount.setDelay(DELAY_MS) } },
    });
    const [alone, deep] = [resultOf(finished, 0), resultOf(finished, 1)];
    expect(alone.all.latency?.p50Ns).toBeGreaterThanOrEqual(DELAY_MS * 1e6);
    expect(deep.result).toMatchObject({ state: "complete", errors: [] });
    const inFlight = (deep.all.operationsPerSecond * (deep.all.latency?.meanNs ?? 0)) / 1e9;
    const share = inFlight / 32;
    expect(share + waitedShare(deep.result)).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(1.1);
    expect(deep.all.latency?.p50Ns).toBeLessThan(2 * (alone.all.latency?.p50Ns ?? 0));
  },
);

describe.each(ENGINES)("%s on a mount where each request takes 20 ms", (engine) => {
  test.each(KINDS)(
    "keeps its queue depth in flight: %s",
    // A machine that is overloaded starves the mount's server, too; a depth that is lost always is.
    { timeout: 120_000, retry: 2 },
    async (_, phase, options) => {
      const mount = await slowMount(options);
      if (mount === null) return;
      const finished = await execute({
        target: directorySpec(mount.path),
        engine,
        dataset: { count: 1, size: { kind: "fixed", bytes: 32 * 2 ** 20 } },
        phases: LOADS.map((load) => ({ ...phase, ...load, limit: DURATION })),
        request: { events: { ...SILENT, measuring: () => mount.setDelay(DELAY_MS) } },
      });
      const alone = resultOf(finished, 0).all.latency?.p50Ns ?? Number.NaN;
      expect(alone).toBeGreaterThanOrEqual(DELAY_MS * 1e6);
      for (const [index, { workers, queueDepth }] of LOADS.entries()) {
        const { result, all } = resultOf(finished, index);
        expect(result).toMatchObject({ state: "complete", errors: [] });
        // Little's law. While a thread waits for a CPU of a busy machine, nothing is in flight.
        const inFlight = (all.operationsPerSecond * (all.latency?.meanNs ?? 0)) / 1e9;
        const share = inFlight / (workers * queueDepth);
        expect(share + waitedShare(result)).toBeGreaterThan(0.9);
        expect(share).toBeLessThan(1.1);
        expect(all.latency?.p50Ns).toBeLessThan(1.5 * alone);
      }
    },
  );
});
