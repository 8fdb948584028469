// @module-tag system
import { expect, test } from "vitest";
import type { PhaseSetup } from "../../../src/load/task.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { MAX_BACKLOG } from "../../../src/model/plan/rate.ts";
import { type PhaseHooks, runPhase } from "../../../src/run/phase/phase.ts";
import { WorkerPool } from "../../../src/run/phase/pool.ts";
import type { PhaseControl } from "../../../src/run/phase/start.ts";
import { filesOf, phasePlan } from "../../load/support.ts";

const MS = 1_000_000n;
const SECOND = { kind: "duration", durationNs: 1e9 } as const;
const STEP = { fromPerSecond: 200, toPerSecond: 200, durationNs: null };

/** Times a phase of two threads on the null engine; closes what it measured. */
async function timed(
  changes: Partial<PhasePlan>,
  hooks: Partial<PhaseHooks>,
  part?: PhaseSetup["part"],
) {
  const phase = phasePlan({ workers: 2, limit: SECOND, ...changes });
  const pool = new WorkerPool();
  try {
    const measured = await runPhase(
      {
        ...{ phase, engine: "null", threads: 2, depth: 1, fallback: null, generations: null },
        ...{
          location: { kind: "memory", synthetic: null },
          dataset: filesOf([1_048_576]),
          seed: 7,
          repetition: 1,
        },
        ...{ intervalNs: 100e6, drainNs: 2e9, quietNs: Infinity },
        ...(part === undefined ? {} : { part }),
      },
      pool,
      { signal: new AbortController().signal, ...hooks },
    );
    measured.close();
    const operations = measured.whole.reduce((sum, one) => sum + one.operations, 0);
    return { ...measured, operations };
  } finally {
    await pool.close();
  }
}

/** An instant some milliseconds from the time at which all workers are ready. */
function ahead(ms: bigint) {
  const given = { ns: 0n, released: 0n, measuringMs: 0 };
  return {
    given,
    hooks: {
      instant: async () => {
        given.ns = process.hrtime.bigint() + ms * MS;
        return given.ns;
      },
      onReleased: () => {
        given.released = process.hrtime.bigint();
      },
      onStart: (ms: number) => {
        given.measuringMs = ms - Date.now();
      },
    },
  };
}

test("every thread begins at an instant ahead, on its own", async () => {
  const { given, hooks } = ahead(300n);
  let measuringNs = 0n;
  const onMeasuring = () => {
    measuringNs = process.hrtime.bigint();
  };
  const found = await timed({}, { ...hooks, onMeasuring });
  expect(found.startNs).toBe(given.ns);
  expect(found.fromNs).toBe(given.ns);
  expect(given.released).toBeLessThan(given.ns);
  expect(given.measuringMs).toBeGreaterThan(200);
  // Counters are read before the load, and not as early as the threads were released.
  expect(measuringNs - given.released).toBeGreaterThan(150n * MS);
  const times = found.workers.map(({ firstIssueNs }) => firstIssueNs ?? expect.fail());
  // A thread may wait for a processor on a busy machine.
  expect(Math.min(...times)).toBeLessThan(100e6);
  expect(found.firstIssueNs).toBe(Math.max(...times));
  expect(found.firstIssueNs).toBeLessThan(400e6);
  expect(found.elapsedNs).toBe(1e9);
  expect(found.operations).toBeGreaterThan(0);
});

test("a start in the past begins at once, and its threads say that they were late", async () => {
  const { given, hooks } = ahead(-250n);
  const found = await timed({}, hooks);
  expect(found.startNs).toBe(given.ns);
  for (const { firstIssueNs } of found.workers) expect(firstIssueNs).toBeGreaterThanOrEqual(250e6);
  // The time grid is that of the instant: 750 ms are left.
  expect(found.elapsedNs).toBe(1e9);
  expect(process.hrtime.bigint() - given.ns).toBeGreaterThanOrEqual(1000n * MS);
});

test("the warm-up begins at the instant, and measuring after it", async () => {
  const { given, hooks } = ahead(100n);
  let measuringNs = 0n;
  const onMeasuring = () => {
    measuringNs = process.hrtime.bigint();
  };
  const limit = { kind: "duration", durationNs: 300e6 } as const;
  const found = await timed({ limit, warmupNs: 400e6 }, { ...hooks, onMeasuring });
  expect(found.fromNs).toBe(given.ns + 400n * MS);
  expect(Number(measuringNs - given.ns) / 1e6).toBeGreaterThan(390);
  expect(found.firstIssueNs).toBeLessThan(300e6);
  expect(found.elapsedNs).toBe(300e6);
});

test("a start that is canceled issues nothing, and says so", async () => {
  const found = await timed({}, { instant: async () => null });
  expect(found).toMatchObject({
    isCanceled: true,
    firstIssueNs: null,
    operations: 0,
    elapsedNs: 0,
  });
});

test("an interruption does not wait for the instant", async () => {
  for (const instant of [
    () => new Promise<bigint>(() => {}),
    async () => process.hrtime.bigint() + 60_000n * MS,
  ]) {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 700);
    const beforeMs = performance.now();
    const found = await timed({}, { signal: stop.signal, instant });
    expect(found).toMatchObject({ firstIssueNs: null, operations: 0 });
    expect(performance.now() - beforeMs).toBeLessThan(20_000);
  }
});

test("a failure to agree on an instant ends the workers and is passed on", async () => {
  const instant = () => Promise.reject(new Error("the link was cut"));
  await expect(timed({}, { instant })).rejects.toThrow("the link was cut");
});

test("an end given from outside is that of all threads, and exact", async () => {
  let control: PhaseControl | null = null;
  const hooks: Partial<PhaseHooks> = {
    onControl: (given) => {
      control = given;
    },
    onInterval: ({ index }) => {
      // Intervals arrive about once per second.
      if (index === 1) control?.endAt(1950e6);
    },
  };
  const limit = { kind: "duration", durationNs: 60e9 } as const;
  const found = await timed({ limit }, hooks);
  for (const { elapsedNs } of found.workers) expect(Math.abs(elapsedNs - 1950e6)).toBeLessThan(1e3);
});

test("an open loop says when it was able to issue, not when its first arrival is", async () => {
  const rate = { arrivals: "fixed", steps: [STEP], mostBacklog: MAX_BACKLOG } as const;
  const { hooks } = ahead(50n);
  // The first arrival of this host is 1 s after the instant.
  const found = await timed({ rate }, hooks, { host: 199, hosts: 200 });
  expect(found.firstIssueNs).toBeLessThan(400e6);
  expect(found.offered).toBe(1);
});

test("without an instant the load begins when all workers are ready", async () => {
  const found = await timed({}, {});
  expect(found.firstIssueNs).toBeLessThan(400e6);
  expect(found.isCanceled).toBeUndefined();
});
