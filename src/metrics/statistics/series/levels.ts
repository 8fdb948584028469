/**
 * Statistics of series over time, whose neighboring values resemble each other: levels and changes
 * between them, trend, growth, warm-up, steady state, alternation. All take plain numbers of equal
 * intervals, in order. This file finds the levels of a series and is the one to read first, with
 * `change-point.ts`, which tests a single change.
 */

import { autocovariances } from "../bootstrap/block-length.ts";
import { medianOf } from "../median.ts";
import {
  type ChangeCriterion,
  type ChangePoint,
  CRITERION,
  changeIn,
  changePoint,
  together,
} from "./change-point.ts";
import { fitTransition } from "./transition.ts";

/** A stretch of a series at one level. */
export interface Level {
  /** First value, and one past the last. */
  readonly from: number;
  readonly to: number;
  /** Median of its values: what passes within it, such as a stall, does not move it. */
  readonly value: number;
}

/** Longer series are searched in values taken together. */
const MAX_VALUES = 400;

/** A level has to last: shorter stretches are stalls, as a share of the series. */
const MIN_SHARE = 0.02;

/** A straight or gradual course that leaves so little more than the levels fits better. */
const GRADUAL_GAIN = 1.25;

/** Widths of gradual changes, as shares of the series; 2 is a straight line. */
const WIDTHS = [0.2, 0.4, 0.7, 1, 2];

/** More levels than this are steps that a gradual course was cut into. */
const MAX_LEVELS = 4;

/** How a series went from level to level. */
interface LevelChanges {
  /** The one change between two levels, the second of which lasts to the end. */
  readonly change: ChangePoint | null;
  /** All levels if there are more than two, else null. */
  readonly levels: readonly Level[] | null;
}

/** Whether a series has one change between two levels, several, or none. */
export function levelChanges(values: readonly number[]): LevelChanges {
  if (!values.every(Number.isFinite)) return { change: null, levels: null };
  const levels = levelsOf(values);
  if (levels.length > 2) return { change: null, levels };
  return { change: levels.length === 2 ? changePoint(values) : null, levels: null };
}

/**
 * The levels of a series of equal intervals, each of which lasts: binary segmentation (L.
 * Vostrikova, Soviet Mathematics Doklady 24, 1981) by the CUSUM test of {@link changeIn}. A stretch
 * that passes, after which the series is back at the level before it, belongs to that level, as do
 * stretches too short to be one. One level, the median of all, where the series changes gradually.
 */
export function levelsOf(
  values: readonly number[],
  criterion: ChangeCriterion = CRITERION,
): readonly Level[] {
  const group = Math.max(1, Math.ceil(values.length / MAX_VALUES));
  const coarse = group === 1 ? values : together(values, group);
  const whole = levelBetween(coarse, 0, coarse.length);
  const changes = changesIn(coarse, 0, noiseOf(coarse), criterion);
  const edges = [0, ...refined(coarse, changes), coarse.length];
  const found = edges.slice(1).map((to, at) => levelBetween(coarse, edges[at] ?? 0, to));
  const levels = settled(coarse, found, criterion);
  const isCourse = levels.length > MAX_LEVELS || isGradual(coarse, levels);
  const chosen = levels.length > 2 && isCourse ? [whole] : levels;
  return chosen.map(({ from, to, value }) => ({ from: from * group, to: to * group, value }));
}

/** Blocks that noise is estimated in, at least so long: levels change in few of them. */
const BLOCKS = 12;
const MIN_BLOCK = 10;

/** The most that neighbors are taken to resemble each other. */
const MAX_ALIKE = 0.98;

/**
 * Long-run deviation of a series about its levels, whatever they are: medians over blocks of the
 * deviation about a block's mean and of the correlation of neighbors, corrected for its bias,
 * (1 + 3 phi) / m for blocks of m (M. Kendall, Biometrika 41, 1954).
 */
function noiseOf(values: readonly number[]): number {
  const length = Math.max(MIN_BLOCK, Math.floor(values.length / BLOCKS));
  const blocks = Array.from({ length: Math.max(1, Math.floor(values.length / length)) }, (_, at) =>
    autocovariances(values.slice(at * length, (at + 1) * length), 1),
  );
  const raw = medianOf(blocks.map(([own = 0, next = 0]) => (own === 0 ? 0 : next / own)));
  const phi = Math.min(MAX_ALIKE, Math.max(0, (raw + 1 / length) / (1 - 3 / length)));
  // The mean of a block takes a part of the variance with it.
  const kept = 1 - Math.min(0.9, (1 + phi) / (1 - phi) / length);
  const variance = medianOf(blocks.map(([own = 0]) => own)) / kept;
  return Math.sqrt((variance * (1 + phi)) / (1 - phi));
}

/** Changes in a part of a series, and recursively on both sides of each. */
function changesIn(
  values: readonly number[],
  offset: number,
  noise: number,
  criterion: ChangeCriterion,
): readonly number[] {
  const found = changeIn(values, noise, criterion);
  if (found === null) return [];
  const after = found.index + 1;
  return [
    ...changesIn(values.slice(0, found.index), offset, noise, criterion),
    offset + Math.round(found.at),
    ...changesIn(values.slice(after), offset + after, noise, criterion),
  ];
}

/** Locates each edge again between its neighbors, without the influence of other edges. */
function refined(values: readonly number[], edges: readonly number[]): readonly number[] {
  return edges.map((edge, at) => {
    const from = edges[at - 1] ?? 0;
    const part = values.slice(from, edges[at + 1] ?? values.length);
    const found = fitTransition(part, 1, 1, part.length - 1);
    return found === null ? edge : from + Math.round(found.at);
  });
}

function levelBetween(values: readonly number[], from: number, to: number): Level {
  return { from, to, value: medianOf(values.slice(from, to)) };
}

/** Joins parts that are not separate levels to their neighbors, the smallest first. */
function settled(
  values: readonly number[],
  found: readonly Level[],
  { fewest, difference }: ChangeCriterion,
): readonly Level[] {
  const shortest = Math.max(fewest, MIN_SHARE * values.length);
  let levels = found;
  for (;;) {
    const pairs = levels.slice(1).map((level, at) => ({ at, apart: apartness(levels[at], level) }));
    const alike = pairs.filter(({ apart }) => apart < difference).sort(byApart)[0];
    const passing = levels.findIndex((_, at) => passes(levels, at, difference));
    const short = levels.findIndex(({ from, to }) => to - from < shortest);
    if (alike !== undefined) levels = joined(values, levels, alike.at, alike.at + 1);
    else if (passing >= 0) levels = joined(values, levels, passing - 1, passing + 1);
    else if (short >= 0 && levels.length > 1) {
      levels = joined(values, levels, Math.max(0, short - 1), Math.max(1, short));
    } else return levels;
  }
}

function byApart(a: { readonly apart: number }, b: { readonly apart: number }): number {
  return a.apart - b.apart;
}

/** Difference of two levels as a share of the larger. */
function apartness(a: Level | undefined, b: Level): number {
  const larger = Math.max(Math.abs(a?.value ?? 0), Math.abs(b.value));
  return larger === 0 ? 0 : Math.abs((a?.value ?? 0) - b.value) / larger;
}

/** Whether the series is back after a level at the one before it. */
function passes(levels: readonly Level[], at: number, difference: number): boolean {
  const [before, level, after] = [levels[at - 1], levels[at], levels[at + 1]];
  if (before === undefined || level === undefined || after === undefined) return false;
  return apartness(before, after) < Math.max(difference, apartness(before, level) / 5);
}

function joined(
  values: readonly number[],
  levels: readonly Level[],
  first: number,
  last: number,
): readonly Level[] {
  const from = levels[first]?.from ?? 0;
  const to = levels[last]?.to ?? values.length;
  return [...levels.slice(0, first), levelBetween(values, from, to), ...levels.slice(last + 1)];
}

/** Whether a gradual course with far fewer parameters leaves hardly more than the levels. */
function isGradual(values: readonly number[], levels: readonly Level[]): boolean {
  const squares = levels.reduce((sum, { from, to, value }) => {
    return sum + values.slice(from, to).reduce((part, one) => part + (one - value) ** 2, 0);
  }, 0);
  const last = values.length - 1;
  return WIDTHS.some((share) => {
    const width = Math.max(2, share * values.length);
    const middle = Math.floor(values.length / 2);
    const [from, to] = share > 1 ? [middle, middle + 1] : [1, last];
    const gradual = fitTransition(values, width, from, to);
    return gradual !== null && gradual.squares < GRADUAL_GAIN * squares;
  });
}
