import type { WorkerMeasurement } from "../model/measurement.ts";
import type { OpenLoop } from "../model/run.ts";
import type { TimeLine } from "./timeline.ts";

/**
 * What an open loop offered until its end, and what became of it. `endsNs`: when the phase ends by
 * itself; null where a count ends it.
 */
export function openLoopOf(
  timeLine: TimeLine,
  workers: readonly WorkerMeasurement[],
  elapsedNs: number,
  endsNs: number | null,
): OpenLoop {
  const { opened, overdue, offered, due, whole } = timeLine;
  const taken = workers.reduce((sum, { taken = 0 }) => sum + taken, 0);
  // One that was ended before left its arrivals to nobody: they are no failure of the load.
  const unissued = endsNs !== null && elapsedNs >= endsNs ? Math.max(0, due - taken) : 0;
  return {
    offered,
    offeredPerSecond: elapsedNs > 0 ? (offered * 1e9) / elapsedNs : 0,
    late: opened.late,
    dropped: opened.dropped,
    unissued,
    backlogMost: opened.backlogMost,
    backlogAtEnd: overdue + unissued,
    pacing: whole.merged("pacing"),
  };
}
