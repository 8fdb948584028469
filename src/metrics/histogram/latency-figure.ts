import type { Statistic } from "../../model/plan/threshold.ts";
import type { LatencySummary } from "../../model/run/latency.ts";

const FIELD_OF = {
  min: "minNs",
  mean: "meanNs",
  p50: "p50Ns",
  p90: "p90Ns",
  p95: "p95Ns",
  p99: "p99Ns",
  "p99.9": "p999Ns",
  "p99.99": "p9999Ns",
  max: "maxNs",
} as const satisfies Readonly<Record<Statistic, keyof LatencySummary>>;

/** A statistic of a latency distribution. */
export interface LatencyFigure {
  /** Nanoseconds; null with fewer than `needed` operations. */
  readonly ns: number | null;
  /** Whether the true value may be higher: latencies at or below it are lower bounds. */
  readonly isLowerBound: boolean;
  /** Number of recorded operations, and minimum number that the statistic needs. */
  readonly count: number;
  readonly needed: number;
}

/**
 * Minimum number of operations for a percentile: n × (1 − q) ≥ 1, so at least one operation is
 * expected above it. `share`: q, 0.99 for p99.
 */
export function operationsFor(share: number): number {
  return share >= 1 ? 1 : Math.max(1, Math.round(1 / (1 - share)));
}

/** Minimum number of operations for a statistic; 1 for minimum, mean and maximum. */
function neededFor(statistic: Statistic): number {
  return statistic.startsWith("p") ? operationsFor(Number(statistic.slice(1)) / 100) : 1;
}

/**
 * Reads a statistic of a distribution. Callers must not read the stored fields directly: with too
 * few operations for a percentile, they contain the maximum.
 */
export function latencyFigure(
  latency: LatencySummary | null | undefined,
  statistic: Statistic,
): LatencyFigure {
  const needed = neededFor(statistic);
  const count = latency?.count ?? 0;
  // A run stored by an older version may lack a distribution.
  if (latency == null || count < needed) return { ns: null, isLowerBound: false, count, needed };
  const ns = latency[FIELD_OF[statistic]];
  const { atLeastNs = Number.POSITIVE_INFINITY } = latency;
  const isLowerBound = ns >= atLeastNs || (statistic === "mean" && Number.isFinite(atLeastNs));
  return { ns, isLowerBound, count, needed };
}

/** A statistic in nanoseconds; null if it was not measured or is a lower bound. */
export function exactLatencyNs(
  latency: LatencySummary | null | undefined,
  statistic: Statistic,
): number | null {
  const { ns, isLowerBound } = latencyFigure(latency, statistic);
  return isLowerBound ? null : ns;
}

/** Explains why a sample is too small for a statistic; null if it is large enough. */
export function tooFewOperations({ count, needed }: LatencyFigure): string | null {
  if (count >= needed) return null;
  if (count === 0) return "no operations were recorded";
  const operations = count === 1 ? "1 operation" : `${count.toLocaleString("en-US")} operations`;
  return `${operations}, at least ${needed.toLocaleString("en-US")} required`;
}
