import { Arrivals } from "../load/arrivals.ts";
import type { WorkerMeasurement } from "../model/measurement.ts";
import type { RatePlan } from "../model/rate.ts";
import type { OpenLoop } from "../model/run.ts";
import type { TimeLine } from "./timeline.ts";

/** The load that was offered; its arrivals are the same whoever counts them. */
export interface Offered {
  readonly rate: RatePlan;
  readonly warmupMs: number;
  readonly seed: number;
  /** When the phase ends by itself; null where a count ends it. */
  readonly endsNs: number | null;
}

/** What an open loop offered until its end, and what became of it. */
export function openLoopOf(
  { rate, warmupMs, seed, endsNs }: Offered,
  timeLine: TimeLine,
  workers: readonly WorkerMeasurement[],
  elapsedNs: number,
): OpenLoop {
  const arrivals = new Arrivals(rate, warmupMs, seed);
  const before = arrivals.pass(0);
  const due = arrivals.pass(elapsedNs / 1e6);
  const taken = workers.reduce((sum, { taken = 0 }) => sum + taken, 0);
  const offered = due - before;
  // One that was ended before left its arrivals to nobody: they are no failure of the load.
  const unissued = endsNs !== null && elapsedNs >= endsNs ? Math.max(0, due - taken) : 0;
  return {
    offered,
    offeredPerSecond: elapsedNs > 0 ? (offered * 1e9) / elapsedNs : 0,
    late: timeLine.opened.late,
    dropped: timeLine.opened.dropped,
    unissued,
    backlogMost: timeLine.opened.backlogMost,
    backlogAtEnd: timeLine.overdue + unissued,
    pacing: timeLine.whole.merged("pacing"),
  };
}
