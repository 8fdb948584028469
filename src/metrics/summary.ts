import { CONNECTION_METRICS, type ConnectionMetric } from "../model/measurement.ts";
import type { Operation } from "../model/operation.ts";
import type { LatencySummary, Summary } from "../model/run.ts";
import { type LatencyHistogram, makeHistogram, summarize } from "./histogram.ts";

/** Counts and distributions of one operation over a whole phase. */
export interface OperationTotals {
  readonly operation: Operation;
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly drained: number;
  readonly service: LatencyHistogram;
  readonly firstByte: LatencyHistogram | null;
  readonly sync: LatencyHistogram | null;
  /** Only of engines that see their connections. */
  readonly connections?: readonly Timed[];
}

interface Timed {
  readonly metric: ConnectionMetric;
  readonly histogram: LatencyHistogram;
}

/**
 * Summaries of a phase: `all` first, then one an operation where there are several. Rates are
 * counts over the elapsed time; percentiles come from the added histograms, never from percentiles.
 */
export function summarizePhase(totals: readonly OperationTotals[], elapsedNs: number): Summary[] {
  const each = totals.map((total) =>
    toSummary(
      total.operation,
      total,
      elapsedNs,
      summarize(total.service),
      latencyOf(total.firstByte),
      latencyOf(total.sync),
      total.connections ?? [],
    ),
  );
  const only = each[0];
  if (each.length === 1 && only !== undefined) return [{ ...only, operation: "all" }];
  const sum = { operations: 0, bytes: 0, errors: 0, drained: 0 };
  for (const total of totals) {
    sum.operations += total.operations;
    sum.bytes += total.bytes;
    sum.errors += total.errors;
    sum.drained += total.drained;
  }
  const service = merged(totals.map((total) => total.service));
  const firstByte = merged(totals.map((total) => total.firstByte));
  const sync = merged(totals.map((total) => total.sync));
  const timed = totals.flatMap((total) => total.connections ?? []);
  return [toSummary("all", sum, elapsedNs, service, firstByte, sync, timed), ...each];
}

function toSummary(
  operation: Summary["operation"],
  counts: Pick<Summary, "operations" | "bytes" | "errors" | "drained">,
  elapsedNs: number,
  latency: LatencySummary | null,
  firstByte: LatencySummary | null,
  sync: LatencySummary | null,
  timed: readonly Timed[],
): Summary {
  const { operations, bytes, errors, drained } = counts;
  const perSecond = (count: number): number => (elapsedNs > 0 ? (count * 1e9) / elapsedNs : 0);
  return {
    operation,
    operations,
    bytes,
    errors,
    drained,
    operationsPerSecond: perSecond(operations),
    bytesPerSecond: perSecond(bytes),
    latency,
    firstByte,
    sync,
    ...connectionsOf(timed),
  };
}

/** The same moments of several operations are added. */
function connectionsOf(timed: readonly Timed[]): Pick<Summary, "connections"> {
  if (timed.length === 0) return {};
  const connections: Partial<Record<ConnectionMetric, LatencySummary>> = {};
  for (const metric of CONNECTION_METRICS) {
    const histograms = timed.filter((one) => one.metric === metric);
    const summary = merged(histograms.map(({ histogram }) => histogram));
    if (summary !== null) connections[metric] = summary;
  }
  return { connections };
}

function latencyOf(histogram: LatencyHistogram | null): LatencySummary | null {
  return histogram === null ? null : summarize(histogram);
}

function merged(histograms: readonly (LatencyHistogram | null)[]): LatencySummary | null {
  const total = makeHistogram("total");
  for (const histogram of histograms) {
    if (histogram !== null) total.add(histogram);
  }
  const summary = summarize(total);
  total.destroy();
  return summary;
}
