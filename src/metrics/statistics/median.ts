/**
 * Statistics on plain numbers, each with its source: nothing here knows runs, phases or storage
 * (except `drift.ts`, which takes the assumed spread between runs). Series over time are in
 * `series/`, resampling is in `bootstrap/`. This file holds the median and `Interval`, which most
 * others return.
 */

/** Confidence interval with its confidence level. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Probability with which such an interval covers, 0 to 1. */
  readonly confidence: number;
}

/** The middle value; of an even number the mean of the two in the middle. NaN where none. */
export function medianOf(values: ArrayLike<number>): number {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  if (Number.isInteger(half)) return ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? 0)) / 2;
  return sorted[Math.floor(half)] ?? Number.NaN;
}

/** The median; null without values. */
export function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : medianOf(values);
}

/**
 * Confidence interval of the median, whatever the distribution: the k-th smallest and the k-th
 * largest value, with the largest k for which 1 - 2 P(Binomial(n, 1/2) < k) is at least
 * `confidence`. Values have to be independent (repetitions, not intervals of one). Null where even
 * the extremes do not reach `confidence`: see {@link leastForMedian}.
 *
 * Source: H. A. David, H. N. Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): Interval | null {
  const sorted = ascending(values);
  const n = sorted.length;
  let term = 2 ** -n;
  let below = 0;
  let found: Interval | null = null;
  for (let k = 1; k <= n / 2; k++) {
    below += term;
    term *= (n - k + 1) / k;
    const reached = 1 - 2 * below;
    // A hair of rounding must not cost an order statistic.
    if (reached < confidence - 1e-12) break;
    found = { low: sorted[k - 1] ?? 0, high: sorted[n - k] ?? 0, confidence: reached };
  }
  return found;
}

/**
 * Fewest values from which the median has a confidence interval: both extremes are on one side of
 * it with probability 2^(1 - n), which must not exceed 1 - confidence. 6 for 95 %.
 */
export function leastForMedian(confidence = 0.95): number {
  return Math.ceil(1 - Math.log2(1 - confidence) - 1e-12);
}

/** Returns a sorted copy. A typed array sorts numbers several times faster than a list. */
export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}
