import type { Statistic } from "../../model/plan/threshold.ts";
import type { LatencySummary } from "../../model/run/run.ts";

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

/** A figure of a latency distribution, as far as it is known. */
export interface LatencyFigure {
  /** Nanoseconds; null where nothing was recorded or there are fewer than `needed` operations. */
  readonly ns: number | null;
  /** Whether the true value may be larger: operations of unknown length are at or below it. */
  readonly isLowerBound: boolean;
  /** Operations recorded, and how many the figure needs at least. */
  readonly count: number;
  readonly needed: number;
}

/**
 * Operations that a percentile needs: n × (1 − q) ≥ 1, so that at least one operation of the sample
 * is expected beyond it. `share`: q, 0.99 for p99.
 */
export function operationsFor(share: number): number {
  return share >= 1 ? 1 : Math.max(1, Math.round(1 / (1 - share)));
}

/** Operations that a statistic needs; 1 for the minimum, mean and maximum. */
function neededFor(statistic: Statistic): number {
  return statistic.startsWith("p") ? operationsFor(Number(statistic.slice(1)) / 100) : 1;
}

/**
 * A statistic of a distribution. Readers take it from here and never from the stored fields, which
 * hold the slowest operation for a percentile that the sample is too small for.
 */
export function latencyFigure(
  latency: LatencySummary | null | undefined,
  statistic: Statistic,
): LatencyFigure {
  const needed = neededFor(statistic);
  const count = latency?.count ?? 0;
  // A run stored by an older version may lack a distribution altogether.
  if (latency == null || count < needed) return { ns: null, isLowerBound: false, count, needed };
  const ns = latency[FIELD_OF[statistic]];
  const { atLeastNs = Number.POSITIVE_INFINITY } = latency;
  const isLowerBound = ns >= atLeastNs || (statistic === "mean" && Number.isFinite(atLeastNs));
  return { ns, isLowerBound, count, needed };
}

/** A statistic in nanoseconds; null where it is not measured or only a lower bound is known. */
export function exactLatencyNs(
  latency: LatencySummary | null | undefined,
  statistic: Statistic,
): number | null {
  const { ns, isLowerBound } = latencyFigure(latency, statistic);
  return isLowerBound ? null : ns;
}

/** Says why a figure of too few operations is not measured; null where there are enough. */
export function tooFewOperations({ count, needed }: LatencyFigure): string | null {
  if (count >= needed) return null;
  if (count === 0) return "no operation was recorded";
  const operations = count === 1 ? "1 operation" : `${count.toLocaleString("en-US")} operations`;
  return `${operations}, ${needed.toLocaleString("en-US")} are needed`;
}
