import { autocovariances } from "../bootstrap/block-length.ts";
import type { Interval } from "../median.ts";

/** A straight line through a series. */
export interface Trend {
  /** Change from one value to the next. */
  readonly slope: number;
  /** Change from the line's first point to its last, as a share of the mean. */
  readonly change: number;
  /** 95% confidence interval of `change`; null with too few values. */
  readonly interval: Interval | null;
}

/** The 97.5 % quantile of the normal distribution. */
const NORMAL_975 = 1.959963984540054;

/** With fewer values the estimate of how neighbours depend on each other is worth nothing. */
const FEWEST = 10;

/**
 * Least squares line through values of equal intervals, and how sure its slope is although
 * neighbours resemble each other: the Newey-West variance with Bartlett weights and a bandwidth of
 * 4 (n / 100)^(2/9), n / (n - 2) times it for the two parameters.
 *
 * Source: W. K. Newey, K. D. West, Econometrica 55, 1987, and Review of Economic Studies 61, 1994.
 */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  const middle = (n - 1) / 2;
  let products = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    products += (index - middle) * (value - mean);
    squares += (index - middle) ** 2;
  }
  const slope = squares > 0 ? products / squares : 0;
  const over = (n - 1) / (mean === 0 ? 1 : mean);
  const change = slope * over;
  if (n < FEWEST || mean === 0) return { slope, change, interval: null };
  const scores = values.map(
    (value, index) => (index - middle) * (value - mean - slope * (index - middle)),
  );
  const variance = (longRunVariance(scores, bandwidth(n)) * n * n) / ((n - 2) * squares * squares);
  const reach = Math.abs(NORMAL_975 * Math.sqrt(variance) * over);
  return {
    slope,
    change,
    interval: { low: change - reach, high: change + reach, confidence: 0.95 },
  };
}

function bandwidth(n: number): number {
  return Math.floor(4 * (n / 100) ** (2 / 9));
}

/**
 * n times the variance of the mean of a series whose neighbours resemble each other: Bartlett
 * weights fall to 0 beyond `lags` (Newey and West 1987).
 */
function longRunVariance(values: ArrayLike<number>, lags: number): number {
  const covariances = autocovariances(values, Math.min(lags, values.length - 1));
  return covariances.reduce(
    (sum, value, lag) => sum + (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * value,
    0,
  );
}
