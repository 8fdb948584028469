import type { LatencySummary } from "../../model/run/latency.ts";
import type { Summary } from "../../model/run/run.ts";
import { exactLatencyNs } from "../histogram/latency-figure.ts";
import type { Timed } from "../histogram/time-series.ts";
import type { Estimate } from "../statistics/bootstrap/bootstrap.ts";

/** A metric that runs are compared by. Its key ends in its unit. */
export interface ComparedMetric {
  readonly key: string;
  /** Whether the larger or the smaller of two values is the faster one. */
  readonly faster: "more" | "less";
  /** Returns the value; null if the phase has none. */
  readonly read: (summary: Summary) => number | null;
  /** The same metric of a time series. */
  readonly estimate: Estimate;
}

const OPERATIONS: ComparedMetric = {
  key: "operations_per_second",
  faster: "more",
  read: (summary) => (summary.operations > 0 ? summary.operationsPerSecond : null),
  estimate: { kind: "rate", of: "operations" },
};

const BYTES: ComparedMetric = {
  key: "bytes_per_second",
  faster: "more",
  read: (summary) => (summary.operations > 0 ? summary.bytesPerSecond : null),
  estimate: { kind: "rate", of: "bytes" },
};

export const COMPARED = {
  operations: OPERATIONS,
  bytes: BYTES,
  p50: percentile("latency_p50_ns", "service", "p50"),
  p99: percentile("latency_p99_ns", "service", "p99"),
  p999: percentile("latency_p999_ns", "service", "p99.9"),
  responseP50: percentile("response_p50_ns", "response", "p50"),
  responseP99: percentile("response_p99_ns", "response", "p99"),
  responseP999: percentile("response_p999_ns", "response", "p99.9"),
  firstByteP50: percentile("first_byte_p50_ns", "firstByte", "p50"),
  firstByteP99: percentile("first_byte_p99_ns", "firstByte", "p99"),
  syncP50: percentile("sync_p50_ns", "sync", "p50"),
  syncP99: percentile("sync_p99_ns", "sync", "p99"),
} as const;

export type MetricName = keyof typeof COMPARED;

/** All metrics, in the order of tables and CSV columns. */
export const METRIC_NAMES: readonly MetricName[] = [
  ...(["operations", "bytes", "p50", "p99", "p999"] as const),
  ...(["responseP50", "responseP99", "responseP999"] as const),
  ...(["firstByteP50", "firstByteP99", "syncP50", "syncP99"] as const),
];

function percentile(key: string, of: Timed, statistic: "p50" | "p99" | "p99.9"): ComparedMetric {
  const share = Number(statistic.slice(1)) / 100;
  return {
    key,
    faster: "less",
    read: (summary) => exactLatencyNs(distributionOf(summary, of), statistic),
    estimate: { kind: "percentile", of, share },
  };
}

/** The distribution of one kind of latency; undefined in runs of versions that lack it. */
function distributionOf(summary: Summary, of: Timed): LatencySummary | null | undefined {
  return of === "service" ? summary.latency : summary[of];
}

/**
 * Returns the value of the middle repetition; of an even number, the slower of the two in the
 * middle, so that the value was measured. Null without any.
 */
export function middleOf(values: readonly number[], { faster }: ComparedMetric): number | null {
  const fastestLast = [...values].sort((a, b) => (faster === "more" ? a - b : b - a));
  return fastestLast[Math.floor((values.length - 1) / 2)] ?? null;
}
