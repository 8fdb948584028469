// @module-tag system
import { expect, test } from "vitest";
import { summarizePhase } from "../../../src/metrics/histogram/summary.ts";
import type { PhaseLimit } from "../../../src/model/plan/plan.ts";
import { MAX_BACKLOG } from "../../../src/model/plan/rate.ts";
import type { SyntheticBehaviour } from "../../../src/model/target/target.ts";
import { runPhase } from "../../../src/run/phase/phase.ts";
import { WorkerPool } from "../../../src/run/phase/pool.ts";
import { filesOf, phasePlan } from "../../load/support.ts";

const DURATION: PhaseLimit = { kind: "duration", durationNs: 60e9 };

/** A phase of two workers with an operation each, on a clock that goes on by itself. */
async function ended(
  changes: Partial<SyntheticBehaviour>,
  perSecond: number,
  limit: PhaseLimit,
  stopMs: number | null = null,
) {
  const latency = { kind: "fixed", ns: 5e6 } as const;
  const synthetic = { latency, stalls: [], errorEvery: 0, bytesPerSecond: 0, ...changes };
  const step = { fromPerSecond: perSecond, toPerSecond: perSecond, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog: MAX_BACKLOG } as const;
  const stop = new AbortController();
  if (stopMs !== null) setTimeout(() => stop.abort(), stopMs);
  const pool = new WorkerPool();
  try {
    const measured = await runPhase(
      {
        ...{ phase: phasePlan({ limit, rate }), engine: "synthetic", threads: 2, depth: 1 },
        ...{ location: { kind: "memory", synthetic }, dataset: filesOf([1_048_576]) },
        ...{ fallback: null, generations: null, seed: 7, repetition: 1, intervalNs: 100e6 },
        ...{ drainNs: 10e9, quietNs: Infinity },
      },
      pool,
      { signal: stop.signal },
    );
    const [all = expect.fail()] = summarizePhase(measured.totals, measured.reportedNs);
    const done = measured.whole.reduce((sum, one) => sum + one.operations + one.drained, 0);
    const open = measured.openLoop ?? expect.fail();
    measured.close();
    return { ...measured, all, done, open };
  } finally {
    await pool.close();
  }
}

test("until steady: the backlog is issued after the end, and stored", async () => {
  const window = { windowNs: 1e9, mostNs: 30e9, rangeShare: 0.4, slopeShare: 0.3 };
  const found = await ended({}, 800, { kind: "steady", ...window });
  expect(found.elapsedNs).toBeLessThan(15e9);
  // Half of what is offered is carried, by every clock.
  const carried = found.whole.reduce((sum, one) => sum + one.operations, 0);
  expect(found.open.unissued).toBe(0);
  expect(Math.abs(found.done - found.offered)).toBeLessThanOrEqual(1);
  expect(Math.abs(found.open.backlogAtEnd - (found.offered - carried))).toBeLessThanOrEqual(5);
  expect(found.open.offered).toBe(800);
  for (const { elapsedNs } of found.workers) expect(elapsedNs).toBe(found.elapsedNs);
});

test("an interruption: what waited is stored, and is a lower bound", async () => {
  const stalls = [{ atNs: 500e6, durationNs: 4.5e9 }];
  const found = await ended({ stalls }, 100, DURATION, 4000);
  const { open, all, offered, done } = found;
  // The drain of an interruption may end before the stall does.
  const known = done + open.unissued + (all.unfinished ?? 0);
  // Each worker sees the interruption at a different time: `offered` counts to the last of these
  // times and `unissued` to the first. Two more operations are those at the edges.
  const stoppedNs = Math.min(...found.workers.map((one) => one.stoppedNs ?? expect.fail()));
  const between = Math.ceil(((found.elapsedNs - stoppedNs) / 1e9) * 100);
  expect(known).toBeGreaterThanOrEqual(offered - between - 2);
  expect(known).toBeLessThanOrEqual(offered + 2);
  expect(open.unissued).toBeGreaterThan(100);
  expect(open.backlogAtEnd).toBe(open.unissued);
  expect(all.response?.count).toBe(known);
  // Two were in flight until the stall was over; all others waited until it was stopped.
  expect((all.response?.p50Ns ?? 0) / 1e9).toBeGreaterThan(0.25);
  expect((all.response?.atLeastNs ?? Number.POSITIVE_INFINITY) / 1e9).toBeLessThan(0.05);
});

test("an interruption of a load that is carried leaves nothing", async () => {
  const { open, all } = await ended({}, 100, DURATION, 800);
  expect(open.unissued).toBeLessThanOrEqual(1);
  expect((all.response?.p50Ns ?? 0) / 1e6).toBeLessThan(50);
});
