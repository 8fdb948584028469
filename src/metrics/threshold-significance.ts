/** What a rank test says of two samples. */
export interface SampleComparison {
  /** Two-sided; null where a sample is empty. */
  readonly p: number | null;
  /** Whether p is at most alpha. */
  readonly different: boolean;
  /** Repetitions that each side needs for the test to be able to reach alpha at all. */
  readonly leastRepetitions: number;
}

/** Above so many values together, ranks are near enough to normal. */
const EXACT_UP_TO = 60;
const MOST_REPETITIONS = 1000;

/**
 * Whether two samples differ: the rank-sum test of Wilcoxon (1945) and of Mann and Whitney (1947),
 * two-sided. Up to 60 values its distribution is exact, conditional on ties (midranks): each way to
 * give the pooled ranks to the first sample is as likely as another. Above, the normal
 * approximation with correction for ties and continuity (Lehmann, Nonparametrics, 1.5).
 */
export function compareSamples(
  a: readonly number[],
  b: readonly number[],
  alpha: number,
): SampleComparison {
  const leastRepetitions = leastFor(alpha);
  if (a.length === 0 || b.length === 0) return { p: null, different: false, leastRepetitions };
  const ranks = doubledRanks([...a, ...b]);
  const sum = ranks.slice(0, a.length).reduce((total, rank) => total + rank, 0);
  const exact = ranks.length <= EXACT_UP_TO;
  const p = exact ? exactP(ranks, a.length, sum) : normalP(ranks, a.length, sum);
  return { p, different: p <= alpha, leastRepetitions };
}

/**
 * p values after correction for their number: Holm (1979), step-down, so that the chance of even
 * one false alarm among all of them is at most alpha. Null stays null and counts as no test.
 */
export function holm(ps: readonly (number | null)[]): readonly (number | null)[] {
  const order = ps
    .flatMap((p, index) => (p === null ? [] : [{ p, index }]))
    .sort((x, y) => x.p - y.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let least = 0;
  for (const [rank, { p, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, p * (order.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}

/** The extreme order of 2n values has p = 2 / C(2n, n): no sample of n can show more. */
function leastFor(alpha: number): number {
  let p = 2;
  for (let n = 1; n <= MOST_REPETITIONS; n++) {
    // C(2n, n) = C(2n - 2, n - 1) * 2 (2n - 1) / n
    p *= n / (2 * (2 * n - 1));
    if (Math.min(1, p) <= alpha) return n;
  }
  return MOST_REPETITIONS;
}

/** Twice the midrank of each value, which is whole. */
function doubledRanks(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((x, y) => x - y);
  return values.map((value) => sorted.indexOf(value) + sorted.lastIndexOf(value) + 2);
}

/** Counts the ways to choose `size` of the ranks by their sum. */
function exactP(ranks: readonly number[], size: number, sum: number): number {
  const most = ranks.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  const [none] = ways;
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let chosen = size; chosen >= 1; chosen--) {
      const to = ways[chosen];
      const from = ways[chosen - 1];
      if (to === undefined || from === undefined) continue;
      for (let at = most; at >= rank; at--) to[at] = (to[at] ?? 0) + (from[at - rank] ?? 0);
    }
  }
  const counts = ways[size] ?? new Float64Array();
  const middle = (size * most) / ranks.length;
  const distance = Math.abs(sum - middle);
  let total = 0;
  let extreme = 0;
  for (const [at, count] of counts.entries()) {
    total += count;
    if (Math.abs(at - middle) >= distance - 1e-9) extreme += count;
  }
  return Math.min(1, extreme / total);
}

function normalP(ranks: readonly number[], size: number, sum: number): number {
  const count = ranks.length;
  const other = count - size;
  const ties = [...Map.groupBy(ranks, (rank) => rank).values()].map((group) => group.length);
  const tied = ties.reduce((total, t) => total + t ** 3 - t, 0);
  const variance = ((size * other) / 12) * (count + 1 - tied / (count * (count - 1)));
  if (variance === 0) return 1;
  const distance = Math.abs(sum / 2 - (size * (count + 1)) / 2);
  return Math.min(1, 2 * upperTail(Math.max(0, distance - 0.5) / Math.sqrt(variance)));
}

/** P(Z > z) of the normal distribution: Abramowitz and Stegun, 26.2.17, error below 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const weights = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  return density * weights.reduceRight((inner, weight) => (inner + weight) * t, 0);
}
