import { expect, test } from "vitest";
import type { WorkerTask } from "../../../src/load/task.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { WorkerMeasurement } from "../../../src/model/run/measurement.ts";
import { runPhase } from "../../../src/run/phase/phase.ts";
import { WorkerPool } from "../../../src/run/phase/pool.ts";
import { phaseSetup } from "../../../src/run/phase/setup.ts";
import { filesOf, phasePlan } from "../../load/support.ts";

function setupOf(phase: PhasePlan, sizes: readonly number[], threads = 1) {
  return phaseSetup({
    ...{ phase, engine: "null", threads, depth: 2, fallback: null },
    ...{ location: { kind: "memory", synthetic: null }, dataset: filesOf(sizes) },
    ...{ generations: null, seed: 7, repetition: 3, intervalNs: 100e6 },
  });
}

/** Keeps what workers are to do, and has each of them fail. */
class KeepingPool extends WorkerPool {
  readonly tasks: WorkerTask[] = [];

  override async resize(): Promise<void> {}

  override async start(task: WorkerTask): Promise<WorkerMeasurement> {
    this.tasks.push(task);
    task.port.close();
    const failure = { kind: "machine", message: "no thread" } as const;
    const nothing = { elapsedNs: 0, own: null, errors: [], counters: {} };
    return { worker: task.worker, ...nothing, failure };
  }
}

test("passes one setup whole to every worker of a phase", async () => {
  const setup = setupOf(phasePlan({ workers: 3 }), [1_048_576], 3);
  const pool = new KeepingPool();
  const measurement = await runPhase(setup, pool, { signal: new AbortController().signal });
  measurement.close();
  expect(pool.tasks.map(({ worker }) => worker)).toEqual([0, 1, 2]);
  const [first = expect.fail()] = pool.tasks;
  for (const task of pool.tasks) {
    expect(task.setup).toBe(setup);
    expect(task.startLine).toBe(first.startLine);
    const parts = ["access", "port", "series", "setup", "startLine", "worker"];
    expect(Object.keys(task).sort()).toEqual(parts);
  }
  expect(measurement.workers.map(({ failure }) => failure?.message)).toEqual(
    Array.from({ length: 3 }, () => "no thread"),
  );
});

test("crosses a thread boundary as it is", () => {
  const setup = setupOf(phasePlan(), [4096, 8192]);
  expect(structuredClone(setup)).toEqual(setup);
});

test("waits for what completes last as long as the largest file or listing may take", () => {
  const MINUTES_5_NS = 300e9;
  const read = phasePlan();
  expect(setupOf(read, [0]).quietNs).toBe(MINUTES_5_NS);
  expect(setupOf(read, [1e9, 1e6]).quietNs).toBe(MINUTES_5_NS + 1000e9);
  const list = phasePlan({ mix: [{ operation: "list", weight: 1 }] });
  expect(setupOf(list, [0, 0, 0]).quietNs).toBe(MINUTES_5_NS + 3 * 10e6);
  const restore = phasePlan({ mix: [{ operation: "restore", weight: 1 }] });
  expect(setupOf(restore, [1e9]).quietNs).toBe(Number.POSITIVE_INFINITY);
});
