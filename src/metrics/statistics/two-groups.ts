import { ascending, medianOf } from "./median.ts";

/** Two groups that values fall into. */
export interface TwoGroups {
  /** Middle of each. */
  readonly low: number;
  readonly high: number;
}

/** The gap is this many times as wide as the wider group; few values need a clearer one. */
const GAP_OVER_GROUP = 2;
const GAP_OVER_GROUP_OF_FEW = 3;
const FEW = 5;

/** A smaller step between the groups decides nothing: ln(1.03). */
const SMALLEST_GAP = 0.03;

/**
 * The two groups that repetitions fall into, null for one group. Two groups: the widest gap between
 * sorted logarithms is at least three times the extent of either side, each side has at least two
 * values, and the step is at least 3%. Of independent normal values fewer than 1 in 20 look like
 * that with four values, and fewer than 1 in 100 with five or more. Values must be above 0.
 */
export function twoGroups(values: readonly number[]): TwoGroups | null {
  const sorted = ascending(values);
  if (sorted.length < 4 || !sorted.every((value) => value > 0)) return null;
  const logs = Array.from(sorted, Math.log);
  const gaps = logs.slice(1).map((value, at) => value - (logs[at] ?? 0));
  const split = gaps.indexOf(Math.max(...gaps)) + 1;
  if (split < 2 || logs.length - split < 2) return null;
  const extent = (part: readonly number[]): number => (part.at(-1) ?? 0) - (part[0] ?? 0);
  const wider = Math.max(extent(logs.slice(0, split)), extent(logs.slice(split)));
  const gap = gaps[split - 1] ?? 0;
  const times = logs.length <= FEW ? GAP_OVER_GROUP_OF_FEW : GAP_OVER_GROUP;
  if (gap < SMALLEST_GAP || gap < times * wider) return null;
  return { low: medianOf(sorted.slice(0, split)), high: medianOf(sorted.slice(split)) };
}
