import { betaQuantile } from "./beta.ts";
import type { Interval } from "./median.ts";

/** A confidence interval of a share of values that come in stretches. */
export interface ClusteredShare extends Interval {
  /** Stretches of the rarer state that count as separate: not within one block of 30 values. */
  readonly stretches: number;
  /** Values that are worth one independent value: the design effect, at least 1. */
  readonly clusterLength: number;
  /** Whether `clusterLength` is at least the assumed one, because too few stretches were seen. */
  readonly isAssumed: boolean;
}

/**
 * Mean length of a stretch, in values, that is assumed where fewer than {@link MIN_STRETCHES} show
 * it. A stretch that was never seen may be of any length: no statistic of the sample bounds it.
 */
export const ASSUMED_STRETCH = 30;

/** Minimum number of separate runs of equal values that shows their length. */
const MIN_STRETCHES = 10;

/** Lengths of blocks that counts are taken over, in values, to see stretches that cluster. */
const BLOCKS = [10, 30, 100] as const;

/** With fewer blocks their variance is mostly chance. */
const MIN_BLOCKS = 10;

/**
 * Confidence interval of the share of ones in series of zeros and ones whose neighbors resemble
 * each other, such as seconds in which a volume was slow. Clopper and Pearson's interval for the
 * effective sample size, as many independent values as the series are worth: their number over the
 * design effect. The design effect is the largest of
 * - the length of a stretch that a value of the rarer state is in on average, sum(l^2) / sum(l),
 *   raised by 1 / stretches for its own chance;
 * - the variance of counts over blocks of 10, 30 and 100 values, and over whole series, compared
 *   with that of independent values: stretches may cluster in turn;
 * - with fewer than 10 separate stretches, {@link ASSUMED_STRETCH}.
 *
 * Source: E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected
 * number of positive counts estimated from survey data, Survey Methodology 24, 1998; L. Kish,
 * Survey Sampling, 1965, for the design effect.
 */
export function clusteredShare(
  series: readonly (readonly boolean[])[],
  confidence: number,
): ClusteredShare {
  const all = series.reduce((sum, { length }) => sum + length, 0);
  const hits = series.reduce((sum, one) => sum + countOf(one, true), 0);
  const rarer = 2 * hits <= all;
  const rare = rarer ? hits : all - hits;
  const lengths = series.flatMap((one) => stretchesOf(one, rarer));
  const blocks = series.reduce((sum, one) => sum + blocksWith(one, rarer), 0);
  const stretches = Math.min(lengths.length, blocks);
  const squares = lengths.reduce((sum, length) => sum + length * length, 0);
  const own = rare === 0 ? 1 : (squares / rare) * (1 + 1 / lengths.length);
  const seen = Math.max(1, own, ...designEffects(series, rarer, rare / Math.max(1, all)));
  const isAssumed = stretches < MIN_STRETCHES;
  const clusterLength = isAssumed ? Math.max(seen, ASSUMED_STRETCH) : seen;
  const interval = shareInterval(hits / clusterLength, all / clusterLength, confidence);
  return { ...interval, stretches, clusterLength, isAssumed };
}

/** Fewest values, all alike, that show a share at a confidence under the assumed stretch length. */
export function fewestAlike(share: number, confidence: number): number {
  return Math.ceil((ASSUMED_STRETCH * Math.log((1 - confidence) / 2)) / Math.log(share));
}

function countOf(values: readonly boolean[], state: boolean): number {
  return values.reduce((sum, one) => sum + (one === state ? 1 : 0), 0);
}

/** Lengths of the stretches of a state. */
function stretchesOf(values: readonly boolean[], state: boolean): readonly number[] {
  const lengths: number[] = [];
  let length = 0;
  for (const value of [...values, !state]) {
    if (value === state) length++;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  return lengths;
}

function blocksWith(values: readonly boolean[], state: boolean): number {
  const seen = values.flatMap((value, at) =>
    value === state ? [Math.floor(at / ASSUMED_STRETCH)] : [],
  );
  return new Set(seen).size;
}

/** Variances of counts over blocks, as multiples of that of independent values. */
function designEffects(
  series: readonly (readonly boolean[])[],
  state: boolean,
  share: number,
): readonly number[] {
  if (share === 0) return [];
  const effects = BLOCKS.flatMap((length) => {
    const counts = series.flatMap((values) =>
      Array.from({ length: Math.floor(values.length / length) }, (_, block) =>
        countOf(values.slice(block * length, (block + 1) * length), state),
      ),
    );
    if (counts.length < MIN_BLOCKS) return [];
    return [varianceOf(counts) / (length * share * (1 - share))];
  });
  if (series.length < 2) return effects;
  const mean = series.reduce((sum, { length }) => sum + length, 0) / series.length;
  const shares = series.map((values) => countOf(values, state) / Math.max(1, values.length));
  return [...effects, (varianceOf(shares) * mean) / (share * (1 - share))];
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Confidence interval of a share of which `hits` of `all` were seen: never less sure than asked
 * for, whatever the share is.
 *
 * Source: C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits illustrated in the
 * case of the binomial, Biometrika 26, 1934.
 */
export function shareInterval(hits: number, all: number, confidence: number): Interval {
  const beyond = (1 - confidence) / 2;
  return {
    low: hits === 0 ? 0 : betaQuantile(hits, all - hits + 1, beyond),
    high: hits === all ? 1 : betaQuantile(hits + 1, all - hits, 1 - beyond),
    confidence,
  };
}
