import type { Replicates } from "./block-bootstrap.ts";
import { ascending, type Interval } from "./median.ts";
import { normalCdf } from "./normal.ts";

/** The 97.5 % quantile of the normal distribution. */
const NORMAL_975 = 1.959963984540054;

/**
 * 95 % interval of the ratio of two estimates that know nothing of each other, around a ratio that
 * was measured: quantiles of the ratios of their replicates. Null where one of those is none. The
 * quantiles lie further out than 2.5 % and 97.5 %, the fewer blocks there are: with k of them at
 * Phi(-+ sqrt(k / (k - 1)) t), t the quantile of Student's distribution with k - 1 degrees of
 * freedom.
 *
 * Source: T. C. Hesterberg, What teachers should know about the bootstrap, The American
 * Statistician 69, 2015, section 4.1.2, "expanded percentile interval".
 */
export function ratioInterval(
  ratio: number,
  first: Replicates,
  other: Replicates,
): Interval | null {
  const ratios = [...other.relative].map(
    (value, at) => (ratio * value) / (first.relative[at] ?? Number.NaN),
  );
  if (!ratios.every(Number.isFinite)) return null;
  const sorted = ascending(ratios);
  const blocks = Math.min(first.blocks, other.blocks);
  const reach = Math.sqrt(blocks / (blocks - 1)) * studentQuantile(blocks - 1);
  const beyond = Math.floor(sorted.length * normalCdf(-reach));
  const low = sorted[beyond] ?? ratio;
  const high = sorted[sorted.length - 1 - beyond] ?? ratio;
  return { low, high, confidence: 0.95 };
}

/**
 * The 97.5 % quantile of Student's distribution, for 4 degrees of freedom and more off by less than
 * half a per cent.
 *
 * Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.5.
 */
function studentQuantile(freedom: number): number {
  const z = NORMAL_975;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
