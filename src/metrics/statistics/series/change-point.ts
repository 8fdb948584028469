import { autocovariances } from "../bootstrap/block-length.ts";
import { medianOf } from "../median.ts";
import { kolmogorovTail } from "./kolmogorov.ts";
import { fitDip, fitTransition, type Transition } from "./transition.ts";

/** One change between two levels of a series. */
export interface ChangePoint {
  /** The interval in which the level changed. */
  readonly index: number;
  /**
   * When, in intervals from the start of the series: `index` and the part of it at the old level.
   */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** How often a series without a change looks as much like one, its neighbours being alike. */
  readonly p: number;
}

export interface ChangeCriterion {
  /** Largest p at which a change is believed. */
  readonly alpha: number;
  /** Smallest difference of the levels, as a share of the larger. */
  readonly difference: number;
  /** Fewest intervals at either level. */
  readonly fewest: number;
}

/** Default criteria of a change. */
export const CRITERION: ChangeCriterion = { alpha: 0.01, difference: 0.05, fewest: 3 };

/** Longer series are searched in values taken together, then around the place found. */
const MOST = 400;

/**
 * Where a series of equal intervals goes from one level to another and stays there, as when a burst
 * ends; null where it does not. Least squares choose the interval; the value in it is a mixture of
 * both levels and says when. A change is believed if all of this holds:
 * - the largest CUSUM is beyond chance: over its long-run standard deviation and sqrt(n) it is the
 *   maximum of a Brownian bridge (W. Ploberger, W. Krämer, Econometrica 60, 1992). The deviation is
 *   that of what remains beside both levels, so that a large change does not hide itself;
 * - the medians of both sides differ too, which a stall of a few intervals does not bring about;
 * - values of either side lie closer to their level than to the other one;
 * - no straight line, no gradual change and no passing one fits clearly better than it.
 */
export function changePoint(
  values: readonly number[],
  criterion: Partial<ChangeCriterion> = {},
): ChangePoint | null {
  const { alpha, difference, fewest } = { ...CRITERION, ...criterion };
  if (values.length < 2 * fewest + 1 || !values.every(Number.isFinite)) return null;
  const found = sharpest(values, fewest);
  if (found === null) return null;
  const { index, before, after } = found;
  if (!isLevel(values.slice(0, index), after - before)) return null;
  if (!isLevel(values.slice(index + 1), after - before)) return null;
  const least = difference * Math.max(Math.abs(before), Math.abs(after));
  if (Math.abs(after - before) < least) return null;
  const medians = medianOf(values.slice(index + 1)) - medianOf(values.slice(0, index));
  if (medians * (after - before) <= 0) return null;
  if (Math.abs(medians) < Math.max(least, Math.abs(after - before) / 2)) return null;
  const rest = values.flatMap((value, at) =>
    at === index ? [] : [value - (at < index ? before : after)],
  );
  const p = cusumP(values, longRunDeviation(rest));
  if (p > alpha || hasOtherShape(values)) return null;
  return { index, at: found.at, before, after, p };
}

/**
 * The sharpest change of a series if it is beyond chance; whether it lasts is not asked. `noise`:
 * the long-run deviation of the series about its levels.
 */
export function changeIn(
  values: readonly number[],
  noise: number,
  { alpha, difference, fewest }: ChangeCriterion,
): Transition | null {
  if (values.length < 2 * fewest + 1) return null;
  const found = sharpest(values, fewest);
  if (found === null) return null;
  const { before, after } = found;
  const least = difference * Math.max(Math.abs(before), Math.abs(after));
  return Math.abs(after - before) >= least && cusumP(values, noise) <= alpha ? found : null;
}

/** Maximum spread on one side, as a share of the difference of the levels. */
const SCATTER = 0.6;

function isLevel(side: readonly number[], change: number): boolean {
  const [variance = 0] = autocovariances(side, 0);
  return Math.sqrt(variance) <= SCATTER * Math.abs(change);
}

/** The sudden change that leaves the smallest squares. */
function sharpest(values: readonly number[], fewest: number): Transition | null {
  const group = Math.ceil(values.length / MOST);
  const last = values.length - fewest;
  if (group === 1) return fitTransition(values, 1, fewest, last);
  const coarse = together(values, group);
  const rough = fitTransition(coarse, 1, 1, coarse.length - 1);
  if (rough === null) return null;
  const from = Math.max(fewest, (rough.index - 2) * group);
  return fitTransition(values, 1, from, Math.min(last, (rough.index + 3) * group));
}

/** Means of groups of neighbors; an incomplete last group is dropped. */
export function together(values: readonly number[], group: number): readonly number[] {
  return Array.from({ length: Math.floor(values.length / group) }, (_, index) => {
    const members = values.slice(index * group, (index + 1) * group);
    return members.reduce((sum, value) => sum + value, 0) / group;
  });
}

/** Widths of gradual changes that are compared with a sudden one, as shares of the series. */
const WIDTHS = [0.1, 0.2, 0.4, 0.7, 1];

/** Minimum gain of another shape, which has one more parameter. */
const GAIN = 0.8;

/** Shapes show in values taken together as well. */
const MAX_FOR_SHAPES = 120;

/** Whether a change that takes a tenth of the series or longer, or one that passes, fits better. */
function hasOtherShape(values: readonly number[]): boolean {
  const coarse = together(values, Math.ceil(values.length / MAX_FOR_SHAPES));
  const last = coarse.length - 1;
  const sudden = fitTransition(coarse, 1, 1, last);
  if (sudden === null) return false;
  if (fitDip(coarse) < GAIN * sudden.squares) return true;
  return WIDTHS.some((share) => {
    const gradual = fitTransition(coarse, Math.max(2, share * coarse.length), 1, last);
    return gradual !== null && gradual.squares < GAIN * sudden.squares;
  });
}

/** Chance of the largest CUSUM, and of any further one, in a series without a change. */
function cusumP(values: readonly number[], deviation: number): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let sum = 0;
  let largest = 0;
  for (const value of values) {
    sum += value - mean;
    largest = Math.max(largest, Math.abs(sum));
  }
  if (deviation === 0) return largest > 0 ? 0 : 1;
  return kolmogorovTail(largest / (deviation * Math.sqrt(n)));
}

/** Maximum assumed correlation of neighbors; above it no change is detectable. */
const MAX_ALIKE = 0.98;

/**
 * Standard deviation of the mean times sqrt(n) for values of which each carries on a part of the
 * last: that of the innovations over 1 - phi (prewhitening, D. Andrews, C. Monahan, Econometrica
 * 60, 1992). phi is corrected for its bias towards 0, 2 (1 + 3 phi) / n for two fitted means (M.
 * Kendall, Biometrika 41, 1954); where neighbours alternate it counts as 0, which errs on the safe
 * side.
 */
function longRunDeviation(values: readonly number[]): number {
  const n = values.length;
  const [variance = 0, next = 0] = autocovariances(values, 1);
  if (variance === 0) return 0;
  const raw = next / variance;
  const phi = Math.min(MAX_ALIKE, Math.max(0, raw + (2 * (1 + 3 * raw)) / n));
  let squares = 0;
  for (let at = 1; at < n; at++) squares += ((values[at] ?? 0) - phi * (values[at - 1] ?? 0)) ** 2;
  return Math.sqrt(squares / Math.max(1, n - 4)) / (1 - phi);
}
