import { normalCdf } from "../normal.ts";
import { doubledRanks } from "../rank-test.ts";

/** Up to this many values all orders are counted; that is 8! at most. */
const EXACT_UP_TO = 8;

/**
 * Probability, 0 to 1, that values in random order resemble their neighbors as much as these do, in
 * the order of time: small for values that are correlated from one to the next, and for a trend.
 * The rank version of von Neumann's ratio; exact up to 8 values, above by its normal approximation.
 *
 * Source: R. Bartels, The rank version of von Neumann's ratio test for randomness, Journal of the
 * American Statistical Association 77, 1982.
 */
export function serialP(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 1;
  // Ties share the mean of their ranks.
  const ranks = doubledRanks(values).doubled.map((rank) => rank / 2);
  const sum = stepSquares(ranks);
  if (n <= EXACT_UP_TO) {
    const all = stepSums(n);
    return all.filter((one) => one <= sum + 1e-9).length / all.length;
  }
  const spread = ranks.reduce((total, rank) => total + (rank - (n + 1) / 2) ** 2, 0);
  if (spread === 0) return 1;
  const variance = (4 * (n - 2) * (5 * n * n - 2 * n - 9)) / (5 * n * (n + 1) * (n - 1) ** 2);
  return normalCdf((sum / spread - 2) / Math.sqrt(variance));
}

function stepSquares(values: readonly number[]): number {
  return values.slice(1).reduce((sum, value, at) => sum + (value - (values[at] ?? 0)) ** 2, 0);
}

const known = new Map<number, readonly number[]>();

/** Sums of squared steps over all orders of the ranks 1 to n. */
function stepSums(n: number): readonly number[] {
  const before = known.get(n);
  if (before !== undefined) return before;
  const sums: number[] = [];
  const used = new Uint8Array(n + 1);
  const extend = (last: number, placed: number, sum: number): void => {
    if (placed === n) {
      sums.push(sum);
      return;
    }
    for (let rank = 1; rank <= n; rank++) {
      if (used[rank] === 1) continue;
      used[rank] = 1;
      extend(rank, placed + 1, placed === 0 ? 0 : sum + (rank - last) ** 2);
      used[rank] = 0;
    }
  };
  extend(0, 0, 0);
  known.set(n, sums);
  return sums;
}
