import { type DataColumn, dataColumns } from "../../model/data-column.ts";
import { matrixColumn } from "../../model/plan/matrix-settings.ts";

/**
 * The columns of `intervals.csv` that every run has, in the order of the file. New ones go to the
 * end; the columns of matrix settings follow them.
 */
export const INTERVAL_COLUMNS: readonly DataColumn[] = dataColumns([
  ["phase", "text", "name of the phase, including its matrix settings"],
  ["repetition", "count", "repetition of the phase, from 1"],
  ["interval", "count", "position of the interval in the phase, from 0"],
  ["from_s", "s", "start of the interval, from the start of measuring in the phase"],
  ["width_s", "s", "duration of the interval; the last one of a phase may be shorter"],
  ["operation", "text", "operation of the mix"],
  ["operations", "count", "operations completed without error in the interval"],
  ["bytes", "bytes", "bytes transferred by these operations"],
  ["errors", "count", "failed operations"],
  ["latency_p50_ns", "ns", "p50 of the service time; empty with fewer than 2 values"],
  ["latency_p99_ns", "ns", "p99 of the service time; empty with fewer than 100 values"],
  ["latency_max_ns", "ns", "maximum of the service time; empty without operations"],
  ["throttled", "count", "requests that S3 throttled (503 SlowDown, 429)"],
  ["response_p50_ns", "ns", "p50 of the response time; empty in a closed loop"],
  ["response_p99_ns", "ns", "p99 of the response time; empty in a closed loop"],
  ["response_max_ns", "ns", "maximum of the response time; empty in a closed loop"],
  [
    "phase_offered",
    "count",
    "open loop: operations scheduled in the interval, over all operations of the mix",
  ],
  ["phase_late", "count", "open loop: operations issued late because no slot was free"],
  ["phase_dropped", "count", "open loop: operations dropped because the backlog was full"],
  ["phase_backlog_max", "count", "open loop: maximum backlog in the interval, its end included"],
  [
    "latency_at_least_ns",
    "ns",
    "smallest service time known only as a lower bound; empty if all are exact",
  ],
  [
    "response_at_least_ns",
    "ns",
    "smallest response time known only as a lower bound; empty if all are exact",
  ],
  ["run_id", "text", "id of the run, the name of its directory"],
  ["scenario", "text", "name of the scenario"],
  ["target", "text", "name of the target"],
  [
    "phase_backlog_end",
    "count",
    "open loop: backlog at the end of the interval, scheduled and not claimed by a worker",
  ],
]);

/** The header of `intervals.csv`, with one column per matrix setting at the end. */
export function intervalHeader(settings: readonly string[]): readonly string[] {
  return [...INTERVAL_COLUMNS, ...settings.map(matrixColumn)].map(({ key }) => key);
}
