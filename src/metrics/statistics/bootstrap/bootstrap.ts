/**
 * Block bootstrap of a stored time series: how far a number of one run may be off by chance within
 * the run. This file draws the replicates; `block-length.ts` chooses the length of a block,
 * `binned-counts.ts` reads percentiles, `ratio-interval.ts` turns replicates into intervals.
 */

import { Random } from "../../../model/random/random.ts";
import { edgeOf } from "../../histogram/cells.ts";
import {
  type HistogramCounts,
  TIMED,
  type Timed,
  type TimeSeries,
} from "../../histogram/time-series.ts";
import { addCounts, type BinnedCounts, binCounts, quantileOf } from "./binned-counts.ts";
import { blockLength } from "./block-length.ts";

/**
 * What is estimated from a time line: a rate, a percentile or the mean of one of its latencies, or
 * the share of its operations that took longer than so many nanoseconds.
 */
export type Estimate =
  | { readonly kind: "rate"; readonly of: "operations" | "bytes" }
  | { readonly kind: "percentile"; readonly of: Timed; readonly share: number }
  | { readonly kind: "mean"; readonly of: Timed }
  | { readonly kind: "slower"; readonly of: Timed; readonly thanNs: number };

/** Longer time lines are resampled in intervals taken together: it says the same, sooner. */
const MAX_INTERVALS = 600;

/** Minimum number of blocks; with fewer, resampled phases would repeat. */
const FEWEST_BLOCKS = 5;
const FEWEST_INTERVALS = 10;

/** A percentile with fewer values beyond it is only the slowest few operations. */
const FEWEST_BEYOND = 10;

/** Number of resampled phases. */
const REPLICATES = 1000;

/** An estimate as it might have been. */
export interface Replicates {
  /** Each over the value of the time line itself. */
  readonly relative: Float64Array;
  /** Blocks that the time line consists of: how many values it is worth. */
  readonly blocks: number;
}

/**
 * Circular block bootstrap: the phase as it might have gone, `REPLICATES` times, put together from
 * blocks of neighbouring intervals, because neighbours resemble each other. Rates are sums over
 * sums; percentiles are those of the added counts of the intervals drawn, never of percentiles.
 * Null where the time line cannot say: fewer than 10 intervals, a percentile with fewer than 10
 * values beyond it. The same seed gives the same replicates.
 *
 * Source: D. N. Politis, J. P. Romano, A circular block-resampling procedure for stationary data,
 * 1992; block length by {@link blockLength}, the longest that any of the estimates asks for, but at
 * least 5 blocks.
 */
export function bootstrap(
  line: TimeSeries,
  estimates: readonly Estimate[],
  seed: number,
): readonly (Replicates | null)[] {
  const material = prepare(line, estimates);
  const n = material.intervals;
  if (n < FEWEST_INTERVALS) return estimates.map(() => null);
  const asked = Math.max(...estimates.map((one) => blockLength(seriesOf(material, one))), 1);
  const length = Math.min(asked, Math.floor(n / FEWEST_BLOCKS));
  const possible = estimates.map((one) => isPossible(material, one));
  const whole = evaluate(material, [[0, n]], estimates);
  const random = new Random(seed);
  const blocks = Math.ceil(n / length);
  const found = possible.map((can) => (can ? new Float64Array(REPLICATES) : null));
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    const values = evaluate(material, drawBlocks(n, length, random), estimates);
    for (const [at, value] of values.entries()) {
      const column = found[at];
      if (column != null) column[replicate] = value / (whole[at] ?? Number.NaN);
    }
  }
  return found.map((relative) => (relative === null ? null : { relative, blocks }));
}

/** Stretches of intervals, `[from, to)`, that come to n; a block past the end begins again. */
function drawBlocks(n: number, length: number, random: Random): readonly Stretch[] {
  const drawn: Stretch[] = [];
  for (let left = n; left > 0; ) {
    const from = random.below(n);
    const take = Math.min(length, left);
    const to = Math.min(n, from + take);
    drawn.push([from, to]);
    if (from + take > n) drawn.push([0, from + take - n]);
    left -= take;
  }
  return drawn;
}

type Stretch = readonly [from: number, to: number];

/** A time line as running sums. */
interface Material {
  readonly intervals: number;
  readonly widths: Float64Array;
  readonly rates: Readonly<Record<"operations" | "bytes", Float64Array>>;
  readonly counts: ReadonlyMap<Timed, BinnedCounts>;
  /** For means and shares: what is summed up, over how many operations. */
  readonly sums: ReadonlyMap<Estimate, readonly [sums: Float64Array, operations: Float64Array]>;
}

function prepare(line: TimeSeries, estimates: readonly Estimate[]): Material {
  const group = Math.ceil(line.widthsNs.length / MAX_INTERVALS);
  const intervals = Math.ceil(line.widthsNs.length / Math.max(1, group));
  const counts = TIMED.flatMap((timed) => {
    const latencies = line.latencies[timed];
    return latencies === undefined ? [] : [[timed, grouped(binCounts(latencies), group)] as const];
  });
  return {
    intervals,
    widths: runningSums(line.widthsNs, group),
    rates: {
      operations: runningSums(line.operations, group),
      bytes: runningSums(line.bytes, group),
    },
    counts: new Map(counts),
    sums: new Map(
      estimates.flatMap((one) => {
        const found = summed(line, one);
        if (found === null) return [];
        return [[one, [runningSums(found[0], group), runningSums(found[1], group)]] as const];
      }),
    ),
  };
}

/** By interval, what a mean or a share adds up and over how many operations; null for others. */
function summed(line: TimeSeries, one: Estimate): [Float64Array, Float64Array] | null {
  if (one.kind === "rate" || one.kind === "percentile") return null;
  const intervals = line.latencies[one.of];
  if (intervals === undefined) return null;
  const weigh = (cell: number): number => {
    if (one.kind === "mean") return (edgeOf(cell) + edgeOf(cell + 1)) / 2;
    return edgeOf(cell) >= one.thanNs ? 1 : 0;
  };
  const of = (interval: HistogramCounts | null, weight: (cell: number) => number): number =>
    interval?.counts.reduce((sum, n, at) => sum + n * weight(interval.cells[at] ?? 0), 0) ?? 0;
  return [
    Float64Array.from(intervals, (interval) => of(interval, weigh)),
    Float64Array.from(intervals, (interval) => of(interval, () => 1)),
  ];
}

/** Sums of everything before each group of intervals, one more than there are groups. */
function runningSums(values: Float64Array, group: number): Float64Array {
  const sums = new Float64Array(Math.ceil(values.length / Math.max(1, group)) + 1);
  let sum = 0;
  for (const [index, value] of values.entries()) {
    sum += value;
    sums[Math.floor(index / group) + 1] = sum;
  }
  return sums;
}

/** The rows at which groups begin, and the last. */
function grouped(counts: BinnedCounts, group: number): BinnedCounts {
  if (group <= 1) return counts;
  const { before, bins } = counts;
  const rows = before.length / Math.max(1, bins) - 1;
  const groups = Math.ceil(rows / group);
  const kept = new Float64Array((groups + 1) * bins);
  for (let row = 0; row <= groups; row++) {
    const from = Math.min(row * group, rows) * bins;
    kept.set(before.subarray(from, from + bins), row * bins);
  }
  return { ...counts, before: kept };
}

function evaluate(
  material: Material,
  stretches: readonly Stretch[],
  estimates: readonly Estimate[],
): readonly number[] {
  const sums = new Map<Timed, Float64Array>();
  for (const [timed, counts] of material.counts) {
    const sum = new Float64Array(counts.bins);
    for (const [from, to] of stretches) addCounts(sum, counts, from, to);
    sums.set(timed, sum);
  }
  return estimates.map((one) => {
    if (one.kind === "rate") {
      const done = sumOf(material.rates[one.of], stretches);
      return done / sumOf(material.widths, stretches);
    }
    if (one.kind !== "percentile") {
      const [above, below] = material.sums.get(one) ?? [];
      return above && below ? sumOf(above, stretches) / sumOf(below, stretches) : Number.NaN;
    }
    const sum = sums.get(one.of);
    const counts = material.counts.get(one.of);
    return sum && counts ? quantileOf(sum, counts, one.share) : Number.NaN;
  });
}

function sumOf(before: Float64Array, stretches: readonly Stretch[]): number {
  let sum = 0;
  for (const [from, to] of stretches) sum += (before[to] ?? 0) - (before[from] ?? 0);
  return sum;
}

const NOTHING = new Float64Array();

function isPossible(material: Material, one: Estimate): boolean {
  const all: Stretch = [0, material.intervals];
  if (one.kind === "rate") return sumOf(material.rates[one.of], [all]) > 0;
  if (one.kind !== "percentile") return sumOf(material.sums.get(one)?.[0] ?? NOTHING, [all]) > 0;
  const counts = material.counts.get(one.of);
  if (counts === undefined) return false;
  const total = new Float64Array(counts.bins);
  addCounts(total, counts, 0, material.intervals);
  return total.reduce((sum, count) => sum + count, 0) * (1 - one.share) >= FEWEST_BEYOND;
}

/**
 * What an estimate is the mean of, interval by interval: the rate, or for a percentile the share of
 * the interval's operations that took longer, on which its chance depends.
 */
function seriesOf(material: Material, one: Estimate): Float64Array {
  const series = new Float64Array(material.intervals);
  if (one.kind !== "percentile") {
    for (let i = 0; i < series.length; i++) {
      series[i] = evaluate({ ...material, counts: new Map() }, [[i, i + 1]], [one])[0] || 0;
    }
    return series;
  }
  const counts = material.counts.get(one.of);
  if (counts === undefined) return series;
  const total = new Float64Array(counts.bins);
  addCounts(total, counts, 0, material.intervals);
  const limit = quantileOf(total, counts, one.share);
  const from = counts.lowNs.findIndex((low) => low >= limit);
  for (let i = 0; i < series.length; i++) {
    const interval = new Float64Array(counts.bins);
    addCounts(interval, counts, i, i + 1);
    const all = interval.reduce((sum, count) => sum + count, 0);
    const beyond = from < 0 ? 0 : interval.subarray(from).reduce((sum, count) => sum + count, 0);
    series[i] = all === 0 ? 0 : beyond / all;
  }
  return series;
}
