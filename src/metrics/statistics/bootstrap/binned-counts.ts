import { edgeOf, MAX_CELLS } from "../../histogram/cells.ts";
import type { HistogramCounts } from "../../histogram/time-series.ts";

/** Cells that are taken together: 128 bins to a doubling, and a value is placed inside its bin. */
const CELLS_A_BIN = 8;
const BINS = Math.ceil(MAX_CELLS / CELLS_A_BIN);

/** Bins are joined where they hold so little that no percentile compared moves by it. */
const JOINED_LOGITS = 0.04;
/** Minimum share of all counts; every compared percentile is above it. */
const LOWEST_SHARE = 0.25;
/** Over a gap wider than this nothing is joined, or a value might be placed inside it. */
const WIDEST_GAP = 1.02;

/**
 * Histograms by interval as running sums along both axes, so that the counts up to a bin of any
 * stretch of intervals are one difference of two numbers.
 */
export interface BinnedCounts {
  readonly bins: number;
  /** Lower and upper edge of each bin, nanoseconds. */
  readonly lowNs: Float64Array;
  readonly highNs: Float64Array;
  /** Number of rows, one more than there are intervals. */
  readonly rows: number;
  /** By row, then by bin: counts of the intervals before the row, up to and including the bin. */
  readonly sums: Float64Array;
}

/** Adds the counts of an interval to those of their bins, or of the columns that those are in. */
function addTo(
  sums: Float64Array,
  from: number,
  { cells, counts }: HistogramCounts,
  columns: Int32Array | null,
): void {
  for (let index = 0; index < cells.length; index++) {
    const bin = Math.floor((cells[index] ?? 0) / CELLS_A_BIN);
    const at = from + (columns === null ? bin : (columns[bin] ?? 0));
    sums[at] = (sums[at] ?? 0) + (counts[index] ?? 0);
  }
}

export function binCounts(intervals: readonly (HistogramCounts | null)[]): BinnedCounts {
  const totals = new Float64Array(BINS);
  for (const interval of intervals) if (interval !== null) addTo(totals, 0, interval, null);
  const { columns, lowNs, highNs } = joined(totals);
  const bins = lowNs.length;
  const rows = intervals.length + 1;
  const sums = new Float64Array(rows * bins);
  for (const [row, interval] of intervals.entries()) {
    const to = (row + 1) * bins;
    if (interval !== null) addTo(sums, to, interval, columns);
    let below = 0;
    for (let at = to; at < to + bins; at++) {
      below += sums[at] ?? 0;
      sums[at] = below + (sums[at - bins] ?? 0);
    }
  }
  return { bins, lowNs: Float64Array.from(lowNs), highNs: Float64Array.from(highNs), rows, sums };
}

/** Which bins are one column: neighbours, until their shares of all counts come to something. */
function joined(totals: Float64Array): {
  readonly columns: Int32Array;
  readonly lowNs: readonly number[];
  readonly highNs: readonly number[];
} {
  const all = totals.reduce((sum, count) => sum + count, 0);
  const logit = (share: number): number => Math.log(share / (1 - share));
  const columns = new Int32Array(BINS);
  const lowNs: number[] = [];
  const highNs: number[] = [];
  let below = 0;
  let closed = 0;
  for (let bin = 0; bin < totals.length; bin++) {
    const count = totals[bin] ?? 0;
    if (count === 0) continue;
    const from = edgeOf(bin * CELLS_A_BIN);
    const last = highNs.length - 1;
    const share = (below + count) / all;
    const near = last >= 0 && from <= (highNs[last] ?? 0) * WIDEST_GAP;
    const little = share < LOWEST_SHARE || logit(share) - logit(closed) < JOINED_LOGITS;
    if (!(near && little)) {
      lowNs.push(from);
      highNs.push(from);
      closed = below / all;
    }
    highNs[highNs.length - 1] = edgeOf((bin + 1) * CELLS_A_BIN);
    columns[bin] = lowNs.length - 1;
    below += count;
  }
  return { columns, lowNs, highNs };
}

/** Takes the intervals of each group together. */
export function groupRows(counts: BinnedCounts, group: number): BinnedCounts {
  if (group <= 1) return counts;
  const { rows, bins, sums } = counts;
  const kept = Math.ceil((rows - 1) / group) + 1;
  const grouped = new Float64Array(kept * bins);
  for (let row = 0; row < kept; row++) {
    const from = Math.min(row * group, rows - 1) * bins;
    grouped.set(sums.subarray(from, from + bins), row * bins);
  }
  return { ...counts, rows: kept, sums: grouped };
}

/** Returns, by row, the counts of the intervals before it up to and including a bin. */
export function countsUpTo({ rows, bins, sums }: BinnedCounts, bin: number): Float64Array {
  const found = new Float64Array(rows);
  if (bin < 0) return found;
  for (let row = 0; row < rows; row++) found[row] = sums[row * bins + bin] ?? 0;
  return found;
}

/**
 * Returns the first bin up to which the counts reach `wanted`. `upTo` returns the counts up to and
 * including a bin; those of all bins are at least `wanted`. Begins at `guess`, and looks at few
 * bins if the result is near it.
 */
export function reachingBin(
  bins: number,
  upTo: (bin: number) => number,
  wanted: number,
  guess: number,
): number {
  let low = -1;
  let high = bins - 1;
  let step = 1;
  if (upTo(guess) >= wanted) {
    high = guess;
    for (let bin = guess - 1; bin > low; bin -= step) {
      if (upTo(bin) >= wanted) high = bin;
      else low = bin;
      step *= 2;
    }
  } else {
    low = guess;
    for (let bin = guess + 1; bin < high; bin += step) {
      if (upTo(bin) >= wanted) high = bin;
      else low = bin;
      step *= 2;
    }
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (upTo(middle) >= wanted) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Returns the latency in a bin below which `wanted` counts are, nanoseconds; interpolated, so that
 * a change smaller than a bin still moves it. `upTo` as in {@link reachingBin}.
 */
export function latencyIn(
  { lowNs, highNs }: BinnedCounts,
  bin: number,
  upTo: (bin: number) => number,
  wanted: number,
): number {
  const low = lowNs[bin] ?? 0;
  const below = bin === 0 ? 0 : upTo(bin - 1);
  return low + ((wanted - below) / (upTo(bin) - below)) * ((highNs[bin] ?? 0) - low);
}
