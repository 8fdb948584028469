import type { Interval } from "./median.ts";
import { normalQuantile } from "./normal.ts";
import { EXACT_UP_TO, mannWhitneyCdf } from "./rank-sums.ts";

/** How many times as large one sample is as another. */
export interface Ratio {
  readonly ratio: number;
  /**
   * At least as sure as asked for where there are repetitions enough; else as sure as they allow,
   * which `confidence` says. Null with one value on each side.
   */
  readonly interval: Interval | null;
}

/**
 * The Hodges-Lehmann estimate of a shift and its confidence interval, on logarithms: the middle of
 * the ratios of every value of `other` to every one of `first`, and the k-th smallest and largest
 * of them, k from the distribution of Mann-Whitney's U. So ratio and rank test ask the same thing.
 * Null where a value of `first` is not above 0 or one of `other` is below.
 *
 * Source: M. Hollander, D. A. Wolfe, E. Chicken, Nonparametric Statistical Methods, 3rd ed. 2014,
 * sections 4.2 and 4.3 (Hodges and Lehmann 1963, Moses 1965).
 */
export function ratioOf(
  first: readonly number[],
  other: readonly number[],
  confidence = 0.95,
): Ratio | null {
  const possible = first.every((value) => value > 0) && other.every((value) => value >= 0);
  if (!possible || first.length === 0 || other.length === 0) return null;
  const ratios = pairRatios(first, other).sort();
  const pairs = ratios.length;
  const low = ratios[Math.floor((pairs - 1) / 2)] ?? 0;
  const high = ratios[Math.floor(pairs / 2)] ?? 0;
  // The middle of two logarithms is that of their product's root.
  const ratio = low === high ? low : Math.sqrt(low * high);
  if (pairs === 1) return { ratio, interval: null };
  const { k, reached } = orderStatistic(first.length, other.length, confidence);
  return {
    ratio,
    interval: { low: ratios[k - 1] ?? 0, high: ratios[pairs - k] ?? 0, confidence: reached },
  };
}

/** Returns the ratio of every value of `other` to every one of `first`. */
function pairRatios(first: readonly number[], other: readonly number[]): Float64Array {
  const ratios = new Float64Array(first.length * other.length);
  let at = 0;
  for (const value of other) for (const base of first) ratios[at++] = value / base;
  return ratios;
}

/** The largest k with 2 P(U < k) at most 1 - confidence, and at least the first. */
function orderStatistic(
  n: number,
  m: number,
  confidence: number,
): { readonly k: number; readonly reached: number } {
  const alpha = 1 - confidence;
  if (n + m > EXACT_UP_TO) {
    const spread = Math.sqrt((n * m * (n + m + 1)) / 12);
    const k = Math.floor((n * m) / 2 + 0.5 + normalQuantile(alpha / 2) * spread);
    return { k: Math.max(1, k), reached: confidence };
  }
  const cdf = mannWhitneyCdf(n, m);
  let k = 1;
  while (2 * (cdf[k] ?? 1) <= alpha + 1e-12) k++;
  return { k, reached: Math.max(0, 1 - 2 * (cdf[k - 1] ?? 0)) };
}
