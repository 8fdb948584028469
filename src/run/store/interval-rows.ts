import type { LatencyHistogram } from "../../metrics/histogram/histogram.ts";
import { operationsFor } from "../../metrics/histogram/latency-figure.ts";
import { type DataColumn, dataColumns } from "../../model/data-column.ts";
import { matrixColumn } from "../../model/plan/matrix-settings.ts";
import { printable } from "../../model/printable.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { PhaseInterval } from "../phase/intervals.ts";

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

/** The phase and repetition that an interval belongs to. */
export interface IntervalContext {
  readonly phase: string;
  readonly repetition: number;
  /** Start of measuring in the phase, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Values of the matrix settings, as written in the scenario. */
  readonly matrix: Readonly<Record<string, string>>;
}

/** One interval, and what each of its rows repeats. */
interface Labeled {
  readonly cell: PhaseInterval;
  readonly series: readonly Series[];
  readonly context: IntervalContext;
  /** Run id, scenario and target. */
  readonly names: readonly string[];
  /** Matrix settings that have a column. */
  readonly settings: readonly string[];
}

/** The rows of one interval in `intervals.csv`, one per operation, see {@link INTERVAL_COLUMNS}. */
export function intervalRows(labeled: Labeled): readonly (readonly (string | number)[])[] {
  const { cell, series, context, names, settings } = labeled;
  const operations = [...new Set(series.map(({ operation }) => operation))];
  const isOpen = series.some(({ metric }) => metric === "response");
  const { late, dropped, backlogMost } = cell.opened;
  return operations.map((operation, position) => {
    const histogram = (metric: Series["metric"]) =>
      cell.histograms[series.findIndex((s) => s.operation === operation && s.metric === metric)];
    return [
      context.phase,
      context.repetition,
      cell.index,
      seconds(cell.fromNs),
      seconds(cell.widthNs),
      operation,
      cell.operations[position] ?? 0,
      cell.bytes[position] ?? 0,
      cell.errors[position] ?? 0,
      ...percentiles(histogram("service")),
      cell.throttled[position] ?? 0,
      ...percentiles(histogram("response")),
      ...(isOpen ? [cell.offered, late, dropped, backlogMost] : ["", "", "", ""]),
      atLeast(histogram("service")),
      atLeast(histogram("response")),
      ...names,
      isOpen ? cell.backlogEnd : "",
      ...settings.map((setting) => printable(context.matrix[setting] ?? "")),
    ];
  });
}

/** p50, p99 and maximum in nanoseconds; empty with too few operations. */
function percentiles(histogram: LatencyHistogram | undefined): readonly (number | "")[] {
  if (histogram === undefined || histogram.totalCount === 0) return ["", "", ""];
  const at = (percentile: number): number | "" =>
    histogram.totalCount < operationsFor(percentile / 100)
      ? ""
      : histogram.getValueAtPercentile(percentile);
  return [at(50), at(99), at(100)];
}

function atLeast(histogram: LatencyHistogram | undefined): number | "" {
  const { atLeastNs = Number.POSITIVE_INFINITY } = histogram ?? {};
  return Number.isFinite(atLeastNs) ? atLeastNs : "";
}

/** Nanoseconds as seconds with six decimals, as files have them. */
export function seconds(ns: number): number {
  return Math.round(ns / 1e3) / 1e6;
}
