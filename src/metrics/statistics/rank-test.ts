import { normalCdf } from "./normal.ts";
import { EXACT_UP_TO, mannWhitneyCdf, rankSums } from "./rank-sums.ts";

/** Result of a rank test of two samples. */
export interface RankTest {
  /** Two-sided: how often chance alone separates equal distributions as much, 0 to 1. */
  readonly p: number;
  readonly exact: boolean;
  /**
   * Probability of superiority: that a value of the other sample is larger than one of the first,
   * ties counting half. 0.5: no difference, 0 or 1: they do not overlap. It is Mann-Whitney's U
   * over n m (Vargha and Delaney's A, 2000); Cliff's delta is twice it, less one.
   */
  readonly superiority: number;
}

/**
 * Wilcoxon-Mann-Whitney rank test: are values of one sample larger than those of the other? Of
 * independent repetitions it assumes nothing but that. Up to 50 values the exact permutation
 * distribution of the mid-rank sum, ties included, both tails by distance from its mean; above, the
 * normal approximation with correction for ties and continuity.
 *
 * Source: M. Hollander, D. A. Wolfe, E. Chicken, Nonparametric Statistical Methods, 3rd ed. 2014,
 * section 4.1 (4.4, 4.9 and comment 5).
 */
export function rankTest(first: readonly number[], other: readonly number[]): RankTest {
  const n = first.length;
  const m = other.length;
  if (n === 0 || m === 0) return { p: 1, exact: true, superiority: 0.5 };
  const { doubled, ties } = doubledRanks([...other, ...first]);
  const sum = doubled.slice(0, m).reduce((total, rank) => total + rank, 0);
  const superiority = (sum / 2 - (m * (m + 1)) / 2) / (n * m);
  const exact = n + m <= EXACT_UP_TO;
  const u = superiority * n * m;
  const p = exact ? exactP(doubled, m, sum, ties) : normalP(u, n, m, ties);
  return { p: Math.min(1, p), exact, superiority };
}

/** Share of all choices of `size` ranks whose sum is as far from the mean as this one. */
function exactP(doubled: readonly number[], size: number, sum: number, ties: number): number {
  if (ties === 0) {
    // Without ties the distribution is that of the sizes alone, and symmetric.
    const pairs = size * (doubled.length - size);
    const u = Math.round(sum / 2 - (size * (size + 1)) / 2);
    const cdf = mannWhitneyCdf(size, doubled.length - size);
    return 2 * (cdf[Math.min(u, pairs - u)] ?? 0.5);
  }
  const counts = rankSums(doubled, size);
  const mean = size * (doubled.length + 1);
  const distance = Math.abs(sum - mean);
  let all = 0;
  let extreme = 0;
  for (const [at, count] of counts.entries()) {
    all += count;
    if (Math.abs(at - mean) >= distance) extreme += count;
  }
  return extreme / all;
}

function normalP(u: number, n: number, m: number, ties: number): number {
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  return 2 * normalCdf(-distance / Math.sqrt(variance));
}

/** Twice the mid-rank of each value, and the sum of t^3 - t over groups of t equal ones. */
export function doubledRanks(values: readonly number[]): {
  readonly doubled: readonly number[];
  readonly ties: number;
} {
  const order = values.map((_, index) => index).sort((a, b) => at(values, a) - at(values, b));
  const doubled = values.map(() => 0);
  let ties = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && at(values, order[to]) === at(values, order[from])) to++;
    for (const index of order.slice(from, to)) doubled[index] = from + 1 + to;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { doubled, ties };
}

function at(values: readonly number[], index: number | undefined): number {
  return values[index ?? -1] ?? Number.NaN;
}

/**
 * Fewest repetitions of each of two at which the rank test can say anything at level `alpha` when
 * it is one of `tests` that are corrected together: full separation has the p-value 2 / C(2n, n),
 * and Holm's correction multiplies the smallest by the number of tests. 4 for one test at 5 %.
 */
export function leastForRankTest(alpha = 0.05, tests = 1): number {
  let n = 1;
  while (smallestP(n, n) * Math.max(1, tests) > alpha) n++;
  return n;
}

/** The p-value of full separation of n and m values without ties: 2 / C(n + m, n). */
export function smallestP(n: number, m: number): number {
  let share = 2;
  for (let k = 1; k <= n; k++) share *= k / (m + k);
  return Math.min(1, share);
}

/** Comparison of two samples by a rank test. */
export interface SampleComparison {
  /** Two-sided; null where a sample is empty. */
  readonly p: number | null;
  /** Whether p is at most alpha. */
  readonly different: boolean;
  /** Repetitions that each side needs for the test to be able to reach alpha at all. */
  readonly leastRepetitions: number;
}

/** Whether two samples differ, by {@link rankTest}. */
export function compareSamples(
  a: readonly number[],
  b: readonly number[],
  alpha: number,
): SampleComparison {
  const leastRepetitions = leastForRankTest(alpha);
  if (a.length === 0 || b.length === 0) return { p: null, different: false, leastRepetitions };
  const { p } = rankTest(a, b);
  return { p, different: p <= alpha, leastRepetitions };
}
