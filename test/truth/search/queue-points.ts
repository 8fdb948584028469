import { longestNs, type PhasePlan } from "../../../src/model/plan/plan.ts";
import type { Random } from "../../../src/model/random/random.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import { BacklogSeries } from "../../../src/run/phase/backlog.ts";
import { latency, result, summary } from "../../report/fixture.ts";

/** A first-in first-out queue before equal servers. */
export interface Queue {
  /** Operations per second that all servers together complete at most: the truth. */
  readonly capacity: number;
  readonly servers: number;
  readonly service: "fixed" | "exponential";
}

const INTERVAL_NS = 1e8;
const EVEN = { warmup: null, steady: null, trend: null, change: null, done: null };

/** Measured values of a queue; in a closed loop all slots are always busy. */
export function queuePoint(queue: Queue, phase: PhasePlan, random: Random): PhaseResult {
  const seconds = (longestNs(phase.limit) ?? 0) / 1e9;
  const rate = phase.rate?.steps[0]?.fromPerSecond ?? null;
  const gap = (): number => (phase.rate?.arrivals === "poisson" ? exponential(random) : 1);
  const intervals = Math.round(seconds * 10);
  const offered = new Float64Array(intervals);
  const done = new Float64Array(intervals);
  const lasted = new Float64Array(intervals);
  const responses: number[] = [];
  const free = new Float64Array(queue.servers);
  const mean = queue.servers / queue.capacity;
  let due = 0;
  for (;;) {
    if (rate !== null) due += gap() / rate;
    const first = earliest(free);
    const start = Math.max(due, free[first] ?? 0);
    if (due >= seconds || (rate === null && start >= seconds)) break;
    const end = start + mean * (queue.service === "fixed" ? 1 : exponential(random));
    free[first] = end;
    add(offered, due);
    if (end < seconds) {
      add(done, end);
      add(lasted, end, end - due);
    }
    responses.push(end - due);
  }
  return toResult(phase, seconds, { offered, done, lasted, responses });
}

function exponential(random: Random): number {
  return -Math.log(1 - random.unit());
}

function add(cells: Float64Array, atS: number, amount = 1): void {
  const at = Math.min(cells.length - 1, Math.floor((atS * 1e9) / INTERVAL_NS));
  cells[at] = (cells[at] ?? 0) + amount;
}

function earliest(free: Float64Array): number {
  let first = 0;
  for (let at = 1; at < free.length; at++) if ((free[at] ?? 0) < (free[first] ?? 0)) first = at;
  return first;
}

interface Seen {
  readonly offered: Float64Array;
  readonly done: Float64Array;
  /** Sum of the response times of what was done, by interval, seconds. */
  readonly lasted: Float64Array;
  readonly responses: readonly number[];
}

function toResult(phase: PhasePlan, seconds: number, seen: Seen): PhaseResult {
  const watch = new BacklogSeries([{ operation: "read", metric: "response" }]);
  const nothing = { late: 0, dropped: 0, backlogMost: 0 };
  for (const [index, count] of seen.done.entries()) {
    const mean = (1e9 * (seen.lasted[index] ?? 0)) / Math.max(1, count);
    watch.closed({
      ...{ widthNs: INTERVAL_NS, operations: [count], errors: [0], opened: nothing },
      ...{ offered: seen.offered[index] ?? 0, histograms: [{ totalCount: count, mean }] },
    });
  }
  const all = seen.done.reduce((sum, count) => sum + count, 0);
  const sorted = Float64Array.from(seen.responses).sort();
  const p99Ns = 1e9 * (sorted[Math.floor(0.99 * sorted.length)] ?? 0);
  const response = phase.rate === null ? null : { ...latency(0), p99Ns };
  const measured = summary("all", all / seconds, 4096, 0, { operations: all, response });
  const scheduled = seen.responses.length;
  const open = { offered: scheduled, offeredPerSecond: scheduled / seconds, unissued: 0 };
  return {
    ...result(phase, [measured]),
    elapsedNs: seconds * 1e9,
    intervalNs: INTERVAL_NS,
    intervals: seen.done.length,
    stability: { ...EVEN, backlog: watch.growth() },
    ...(phase.rate === null
      ? {}
      : { openLoop: { ...open, ...nothing, backlogAtEnd: 0, pacing: null } }),
  };
}
