import { studentQuantile } from "../beta.ts";
import type { Interval } from "../median.ts";
import { normalCdf } from "../normal.ts";
import type { Replicates } from "./bootstrap.ts";

/**
 * 95 % interval of the ratio of two estimates that know nothing of each other, around a ratio that
 * was measured: quantiles of the ratios of their replicates. Null where one of those is none; see
 * {@link expandedInterval}.
 */
export function ratioInterval(
  ratio: number,
  first: Replicates,
  other: Replicates,
): Interval | null {
  const ratios = other.relative.map(
    (value, at) => (ratio * value) / (first.relative[at] ?? Number.NaN),
  );
  return expandedInterval(ratio, ratios, Math.min(first.blocks, other.blocks), 0.95);
}

/**
 * Interval of an estimate from its bootstrap replicates; null where one of those is none. The
 * quantiles lie further out than the confidence says, the fewer blocks there are: with k of them at
 * Phi(-+ sqrt(k / (k - 1)) t), t the quantile of Student's distribution with k - 1 degrees of
 * freedom.
 *
 * Source: T. C. Hesterberg, What teachers should know about the bootstrap, The American
 * Statistician 69, 2015, section 4.1.2, "expanded percentile interval".
 */
export function expandedInterval(
  value: number,
  replicates: Float64Array,
  blocks: number,
  confidence: number,
): Interval | null {
  if (!replicates.every(Number.isFinite)) return null;
  const sorted = replicates.toSorted();
  const quantile = studentQuantile((1 + confidence) / 2, blocks - 1);
  const beyond = Math.floor(
    sorted.length * normalCdf(-Math.sqrt(blocks / (blocks - 1)) * quantile),
  );
  const low = sorted[beyond] ?? value;
  const high = sorted[sorted.length - 1 - beyond] ?? value;
  return { low, high, confidence };
}
