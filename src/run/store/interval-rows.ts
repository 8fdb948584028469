import type { LatencyHistogram } from "../../metrics/histogram/histogram.ts";
import { operationsFor } from "../../metrics/histogram/latency-figure.ts";
import { printable } from "../../model/printable.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { PhaseInterval } from "../phase/intervals.ts";

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

/** The rows of one interval in `intervals.csv`, one per operation, see `INTERVAL_COLUMNS`. */
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
