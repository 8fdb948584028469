import { autocovariances } from "../bootstrap/block-length.ts";
import { trendOf } from "./trend.ts";

/** How much a series rises from its first value to its last, and what chance can do. */
export interface Growth {
  /** By the least squares line. */
  readonly growth: number;
  /** A series without growth appears to grow by more than this in 5 of 100 cases at most. */
  readonly reach: number;
}

/** With fewer values, a straight line through noise looks like growth. */
const MIN_VALUES = 8;

/** The 95 % quantile of the normal distribution. */
const NORMAL_95 = 1.645;

/**
 * The 95 % quantile of growth over the residual deviation for a random walk, from 20,000 simulated
 * ones of 8 to 300 values (6.8 to 8.0). A queue at its limit is a random walk.
 */
const RANDOM_WALK_95 = 8;

/** A correlation estimated from n values is too small by up to so much over n. */
const BIAS = 20;

/**
 * Growth of a series whose neighbors resemble each other up to a random walk, such as the length of
 * a queue. The variance of the line's slope is that of a first-order autoregressive series, whose
 * correlation is corrected for its bias (M. Kendall, Biometrika 41, 1954); where it cannot be told
 * from 1, the quantile of a random walk applies (T. Vogelsang, Econometrica 66, 1998). Null if the
 * series is too short.
 */
export function growthOf(values: readonly number[]): Growth | null {
  const n = values.length;
  if (n < MIN_VALUES) return null;
  const { slope } = trendOf(values);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const rest = values.map((value, at) => value - mean - slope * (at - (n - 1) / 2));
  const [variance = 0, next = 0] = autocovariances(rest, 1);
  const deviation = Math.sqrt((variance * n) / (n - 2));
  const correlation = variance === 0 ? 0 : Math.max(0, next / variance) + BIAS / n;
  const alike = correlation < 1 ? (1 + correlation) / (1 - correlation) : Number.POSITIVE_INFINITY;
  const factor = Math.min(RANDOM_WALK_95, NORMAL_95 * Math.sqrt((12 / n) * alike));
  return { growth: slope * (n - 1), reach: factor * deviation };
}
