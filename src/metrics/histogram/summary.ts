import type { Operation } from "../../model/plan/operation.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import {
  CONNECTION_METRICS,
  type ConnectionMetric,
  STAGES,
  type Stage,
} from "../../model/run/measurement.ts";
import type { Summary } from "../../model/run/run.ts";
import { addHistogram, type LatencyHistogram, makeHistogram, summarize } from "./histogram.ts";

/** Counts and distributions of one operation over a whole phase. */
export interface OperationTotals {
  readonly operation: Operation;
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly drained: number;
  readonly throttled: number;
  /** Operations that never completed; not in `errors`. Absent: none. */
  readonly unfinished?: number;
  /** Operations completed in a part of the phase that is not reported. Absent: none. */
  readonly leftOut?: number;
  readonly service: LatencyHistogram;
  readonly firstByte: LatencyHistogram | null;
  readonly sync: LatencyHistogram | null;
  readonly attempt: LatencyHistogram | null;
  /** Open loop only, else null. */
  readonly response: LatencyHistogram | null;
  /** Present for engines that observe their connections. */
  readonly connections?: readonly Timing<ConnectionMetric>[];
  /** Present for engines that report the stages of their operations. */
  readonly stages?: readonly Timing<Stage>[];
}

interface Timing<Metric> {
  readonly metric: Metric;
  readonly histogram: LatencyHistogram;
}

/**
 * Summaries of a phase: `all` first, then one per operation if there are several. Rates are counts
 * divided by the elapsed time; percentiles come from added histograms, never from percentiles.
 * Operations that never completed are errors, unless an interruption ended the load (`endedEarly`);
 * an interruption during the drain does not count.
 */
export function summarizePhase(
  measured: readonly OperationTotals[],
  elapsedNs: number,
  endedEarly = false,
): Summary[] {
  const totals = measured.map((total) => ({
    ...total,
    unfinished: total.unfinished ?? 0,
    errors: total.errors + (endedEarly ? 0 : (total.unfinished ?? 0)),
  }));
  const each = totals.map((total) =>
    toSummary(total.operation, total, elapsedNs, {
      latency: summarize(total.service),
      firstByte: latencyOf(total.firstByte),
      sync: latencyOf(total.sync),
      attempt: latencyOf(total.attempt),
      response: latencyOf(total.response),
      ...connectionsOf([total]),
      ...stagesOf([total]),
    }),
  );
  const only = each[0];
  if (each.length === 1 && only !== undefined) return [{ ...only, operation: "all" }];
  const counts = { operations: 0, bytes: 0, errors: 0, drained: 0, throttled: 0 };
  const sum = { ...counts, unfinished: 0, leftOut: 0 };
  for (const total of totals) {
    sum.operations += total.operations;
    sum.bytes += total.bytes;
    sum.errors += total.errors;
    sum.drained += total.drained;
    sum.throttled += total.throttled;
    sum.unfinished += total.unfinished;
    sum.leftOut += total.leftOut ?? 0;
  }
  const all = toSummary("all", sum, elapsedNs, {
    latency: merged(totals.map((total) => total.service)),
    firstByte: merged(totals.map((total) => total.firstByte)),
    sync: merged(totals.map((total) => total.sync)),
    attempt: merged(totals.map((total) => total.attempt)),
    response: merged(totals.map((total) => total.response)),
    ...connectionsOf(totals),
    ...stagesOf(totals),
  });
  return [all, ...each];
}

function toSummary(
  operation: Summary["operation"],
  counts: Pick<
    OperationTotals,
    "operations" | "bytes" | "errors" | "drained" | "throttled" | "unfinished" | "leftOut"
  >,
  elapsedNs: number,
  latencies: Pick<
    Summary,
    "latency" | "firstByte" | "sync" | "attempt" | "response" | "connections" | "stages"
  >,
): Summary {
  const { operations, bytes, errors, drained, throttled, unfinished = 0, leftOut = 0 } = counts;
  const perSecond = (count: number): number => (elapsedNs > 0 ? (count * 1e9) / elapsedNs : 0);
  return {
    operation,
    operations,
    bytes,
    errors,
    unfinished,
    drained,
    throttled,
    ...(leftOut > 0 ? { leftOut } : {}),
    operationsPerSecond: perSecond(operations),
    bytesPerSecond: perSecond(bytes),
    ...latencies,
  };
}

/** Connection times of operations. */
function connectionsOf(totals: readonly OperationTotals[]): Pick<Summary, "connections"> {
  const timed = totals.flatMap(({ connections = [] }) => connections);
  return timed.length === 0 ? {} : { connections: summarizeEach(CONNECTION_METRICS, timed) };
}

/** Times of the stages of operations. */
function stagesOf(totals: readonly OperationTotals[]): Pick<Summary, "stages"> {
  const timed = totals.flatMap(({ stages = [] }) => stages);
  return timed.length === 0 ? {} : { stages: summarizeEach(STAGES, timed) };
}

/** Adds the times of several operations by metric; those without values are left out. */
function summarizeEach<Metric extends string>(
  metrics: readonly Metric[],
  timed: readonly Timing<Metric>[],
): Partial<Record<Metric, LatencySummary>> {
  const summaries: Partial<Record<Metric, LatencySummary>> = {};
  for (const metric of metrics) {
    const histograms = timed.filter((one) => one.metric === metric);
    const summary = merged(histograms.map(({ histogram }) => histogram));
    if (summary !== null) summaries[metric] = summary;
  }
  return summaries;
}

function latencyOf(histogram: LatencyHistogram | null): LatencySummary | null {
  return histogram === null ? null : summarize(histogram);
}

function merged(histograms: readonly (LatencyHistogram | null)[]): LatencySummary | null {
  const total = makeHistogram("total");
  for (const histogram of histograms) {
    if (histogram !== null) addHistogram(total, histogram);
  }
  const summary = summarize(total);
  total.destroy();
  return summary;
}

/** All operations of a phase with any result, reported or not: the base of the error share. */
export function allOperations(
  counts: Pick<Summary, "operations" | "errors" | "drained" | "leftOut">,
): number {
  const { operations, errors, drained, leftOut = 0 } = counts;
  return operations + errors + drained + leftOut;
}
