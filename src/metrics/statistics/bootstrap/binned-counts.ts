import { edgeOf } from "../../histogram/cells.ts";
import type { HistogramCounts } from "../../histogram/time-series.ts";

/** Cells that are taken together: 128 bins to a doubling, and a value is placed inside its bin. */
const CELLS_A_BIN = 8;

/** Bins are joined where they hold so little that no percentile compared moves by it. */
const JOINED_LOGITS = 0.04;
/** Minimum share of all counts; every compared percentile is above it. */
const LOWEST_SHARE = 0.25;
/** Over a gap wider than this nothing is joined, or a value might be placed inside it. */
const WIDEST_GAP = 1.02;

/**
 * Histograms by interval in one matrix of running sums, so that the counts of any stretch of
 * intervals are one difference of two rows.
 */
export interface BinnedCounts {
  readonly bins: number;
  /** Lower and upper edge of each bin, nanoseconds. */
  readonly lowNs: Float64Array;
  readonly highNs: Float64Array;
  /** Row `i`: counts of the intervals before `i`. One row more than there are intervals. */
  readonly before: Float64Array;
}

export function binCounts(intervals: readonly (HistogramCounts | null)[]): BinnedCounts {
  const binOf = (cell: number): number => Math.floor(cell / CELLS_A_BIN);
  const totals = new Map<number, number>();
  for (const interval of intervals) {
    for (const [index, cell] of (interval?.cells ?? []).entries()) {
      const bin = binOf(cell);
      totals.set(bin, (totals.get(bin) ?? 0) + (interval?.counts[index] ?? 0));
    }
  }
  const { columns, lowNs, highNs } = joined(totals);
  const bins = lowNs.length;
  const before = new Float64Array((intervals.length + 1) * bins);
  for (const [row, interval] of intervals.entries()) {
    const to = (row + 1) * bins;
    before.copyWithin(to, row * bins, to);
    for (const [index, cell] of (interval?.cells ?? []).entries()) {
      const column = to + (columns.get(binOf(cell)) ?? 0);
      before[column] = (before[column] ?? 0) + (interval?.counts[index] ?? 0);
    }
  }
  return { bins, lowNs: Float64Array.from(lowNs), highNs: Float64Array.from(highNs), before };
}

/** Which bins are one column: neighbours, until their shares of all counts come to something. */
function joined(totals: ReadonlyMap<number, number>): {
  readonly columns: ReadonlyMap<number, number>;
  readonly lowNs: readonly number[];
  readonly highNs: readonly number[];
} {
  const sorted = [...totals].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  const logit = (share: number): number => Math.log(share / (1 - share));
  const columns = new Map<number, number>();
  const lowNs: number[] = [];
  const highNs: number[] = [];
  let below = 0;
  let closed = 0;
  for (const [bin, count] of sorted) {
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
    columns.set(bin, lowNs.length - 1);
    below += count;
  }
  return { columns, lowNs, highNs };
}

/** Adds the counts of the intervals from `from` up to, not including, `to` to `sums`. */
export function addCounts(
  sums: Float64Array,
  { before, bins }: BinnedCounts,
  from: number,
  to: number,
): void {
  const left = from * bins;
  const right = to * bins;
  for (let bin = 0; bin < bins; bin++) {
    sums[bin] = (sums[bin] ?? 0) + (before[right + bin] ?? 0) - (before[left + bin] ?? 0);
  }
}

/**
 * The value below which a share of the counts lies, nanoseconds; inside its bin it is interpolated,
 * so that a change smaller than a bin still moves it. NaN without counts.
 */
export function quantileOf(
  sums: Float64Array,
  { bins, lowNs, highNs }: BinnedCounts,
  share: number,
): number {
  let total = 0;
  for (let bin = 0; bin < bins; bin++) total += sums[bin] ?? 0;
  const wanted = share * total;
  let below = 0;
  for (let bin = 0; bin < bins; bin++) {
    const count = sums[bin] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const low = lowNs[bin] ?? 0;
      return low + ((wanted - below) / count) * ((highNs[bin] ?? 0) - low);
    }
    below += count;
  }
  return Number.NaN;
}
