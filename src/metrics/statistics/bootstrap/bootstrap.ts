/**
 * Block bootstrap of a stored time series: how far a number of one run may be off by chance within
 * the run. This file decides what is resampled; `block-length.ts` chooses the length of a block,
 * `resample.ts` draws the replicates, `binned-counts.ts` reads percentiles, `ratio-interval.ts`
 * turns replicates into intervals.
 */

import { edgeOf } from "../../histogram/cells.ts";
import {
  type HistogramCounts,
  TIMED,
  type Timed,
  type TimeSeries,
} from "../../histogram/time-series.ts";
import { type BinnedCounts, binCounts, countsUpTo, groupRows } from "./binned-counts.ts";
import { blockLength } from "./block-length.ts";
import {
  drawBlocks,
  type Resampling,
  resampledPercentiles,
  resampledSums,
  wholePercentile,
} from "./resample.ts";

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

/** An estimate as it might have been. */
export interface Replicates {
  /** Each over the value of the time line itself. */
  readonly relative: Float64Array;
  /** Blocks that the time line consists of: how many values it is worth. */
  readonly blocks: number;
}

/**
 * Circular block bootstrap: the phase as it might have gone, a thousand times, put together from
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
  const resampling = drawBlocks(n, length, seed);
  return estimates.map((one) => {
    if (!isPossible(material, one)) return null;
    return { relative: relativeTo(material, one, resampling), blocks: resampling.blocks };
  });
}

/** Values of an estimate in the resampled phases, each over that of the phase itself. */
function relativeTo(material: Material, one: Estimate, resampling: Resampling): Float64Array {
  const counts = one.kind === "percentile" ? material.counts.get(one.of) : undefined;
  if (one.kind === "percentile" && counts !== undefined) {
    const whole = wholePercentile(counts, one.share);
    return resampledPercentiles(counts, one.share, resampling).map((value) => value / whole);
  }
  const [above, below] = ratioOf(material, one);
  const whole = totalOf(above) / totalOf(below);
  const values = resampledSums(above, resampling);
  const weights = resampledSums(below, resampling);
  return values.map((value, at) => value / (weights[at] ?? Number.NaN) / whole);
}

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
    if (latencies === undefined) return [];
    return [[timed, groupRows(binCounts(latencies), group)] as const];
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

const NOTHING = new Float64Array();

/** Running sums that an estimate is the ratio of; empty for a percentile. */
function ratioOf(material: Material, one: Estimate): readonly [Float64Array, Float64Array] {
  if (one.kind === "rate") return [material.rates[one.of], material.widths];
  return material.sums.get(one) ?? [NOTHING, NOTHING];
}

/** The last of running sums. */
function totalOf(before: Float64Array): number {
  return before.at(-1) ?? 0;
}

function isPossible(material: Material, one: Estimate): boolean {
  if (one.kind !== "percentile") return totalOf(ratioOf(material, one)[0]) > 0;
  const counts = material.counts.get(one.of);
  if (counts === undefined) return false;
  return (counts.sums.at(-1) ?? 0) * (1 - one.share) >= FEWEST_BEYOND;
}

/**
 * What an estimate is the mean of, interval by interval: the rate, or for a percentile the share of
 * the interval's operations that took longer, on which its chance depends.
 */
function seriesOf(material: Material, one: Estimate): Float64Array {
  const [above, below] =
    one.kind === "percentile"
      ? countsBeyond(material.counts.get(one.of), one.share)
      : ratioOf(material, one);
  const series = new Float64Array(material.intervals);
  for (let i = 0; i < series.length; i++) {
    const value = (above[i + 1] ?? 0) - (above[i] ?? 0);
    series[i] = value / ((below[i + 1] ?? 0) - (below[i] ?? 0)) || 0;
  }
  return series;
}

/** Running sums of the operations beyond a percentile, and of all. */
function countsBeyond(
  counts: BinnedCounts | undefined,
  share: number,
): readonly [Float64Array, Float64Array] {
  if (counts === undefined) return [NOTHING, NOTHING];
  const limit = wholePercentile(counts, share);
  const from = counts.lowNs.findIndex((low) => low >= limit);
  const all = countsUpTo(counts, counts.bins - 1);
  const within = countsUpTo(counts, (from < 0 ? counts.bins : from) - 1);
  return [all.map((count, row) => count - (within[row] ?? 0)), all];
}
