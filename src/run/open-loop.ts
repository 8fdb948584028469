import type { WorkerMeasurement } from "../model/measurement.ts";
import { meanPerSecond, type RatePlan } from "../model/rate.ts";
import type { OpenLoop } from "../model/run.ts";
import type { TimeLine } from "./timeline.ts";

/** Times of a phase with an open loop, in nanoseconds from the start of measuring. */
interface PhaseTimes {
  readonly elapsedNs: number;
  /** When the phase ends by itself; null where a count ends it. */
  readonly endsNs: number | null;
  /** The part that is reported: where it begins, and its length. */
  readonly reportedFromNs: number;
  readonly reportedNs: number;
}

/** Returns what an open loop offered until its end, and how much of it was issued. */
export function openLoopOf(
  timeLine: TimeLine,
  workers: readonly WorkerMeasurement[],
  rate: RatePlan,
  { elapsedNs, endsNs, reportedFromNs, reportedNs }: PhaseTimes,
): OpenLoop {
  const { opened, overdue, offered, due, whole } = timeLine;
  const taken = workers.reduce((sum, { taken = 0 }) => sum + taken, 0);
  // One that was ended before left its arrivals to nobody: they are no failure of the load.
  const unissued = endsNs !== null && elapsedNs >= endsNs ? Math.max(0, due - taken) : 0;
  return {
    offered,
    offeredPerSecond: meanPerSecond(rate, reportedFromNs, reportedFromNs + reportedNs),
    late: opened.late,
    dropped: opened.dropped,
    unissued,
    backlogMost: opened.backlogMost,
    backlogAtEnd: overdue + unissued,
    pacing: whole.merged("pacing"),
  };
}
