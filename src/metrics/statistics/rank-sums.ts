/**
 * How many of the ways to choose `size` of some ranks have each sum: an array by sum. Exact up to
 * 50 ranks, of which there are at most C(50, 25) < 2^53 choices. Ranks are whole numbers: where
 * ties make halves, double all of them.
 *
 * Source: the generating function of Mann and Whitney (1947), with ties as in B. Streitberg, J.
 * Röhmel, Exact distributions for permutation and rank tests (Shift algorithm), 1986.
 */
export function rankSums(ranks: readonly number[], size: number): Float64Array {
  const most = [...ranks].sort((a, b) => b - a).slice(0, size);
  const width = most.reduce((sum, rank) => sum + rank, 0) + 1;
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(width));
  const [none] = counts;
  if (none !== undefined) none[0] = 1;
  for (const [seen, rank] of ranks.entries()) {
    for (let chosen = Math.min(size, seen + 1); chosen >= 1; chosen--) {
      addShifted(counts[chosen], counts[chosen - 1], rank);
    }
  }
  return counts[size] ?? new Float64Array(0);
}

function addShifted(
  into: Float64Array | undefined,
  from: Float64Array | undefined,
  shift: number,
): void {
  if (into === undefined || from === undefined) return;
  for (let sum = into.length - 1; sum >= shift; sum--) {
    into[sum] = (into[sum] ?? 0) + (from[sum - shift] ?? 0);
  }
}

const cumulated = new Map<string, Float64Array>();

/**
 * P(U <= u) of the Mann-Whitney statistic of samples of n and m without ties, by u from 0 to n m.
 * Kept: all the cells of a table have the same sizes.
 */
export function mannWhitneyCdf(n: number, m: number): Float64Array {
  const key = `${n},${m}`;
  const known = cumulated.get(key);
  if (known !== undefined) return known;
  const ranks = Array.from({ length: n + m }, (_, index) => index + 1);
  const counts = rankSums(ranks, n);
  const lowest = (n * (n + 1)) / 2;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const cdf = new Float64Array(n * m + 1);
  let below = 0;
  for (let u = 0; u <= n * m; u++) {
    below += counts[lowest + u] ?? 0;
    cdf[u] = below / all;
  }
  cumulated.set(key, cdf);
  return cdf;
}

/** Number of values from which the normal distribution replaces the exact one. */
export const EXACT_UP_TO = 50;
