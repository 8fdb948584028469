import { Random } from "../../../model/random/random.ts";
import { type BinnedCounts, countsUpTo, latencyIn, reachingBin } from "./binned-counts.ts";

/** Number of resampled phases. */
const REPLICATES = 1000;

/** Resampled phases: each is made of blocks of neighboring intervals; past the end, they wrap. */
export interface Resampling {
  /** Number of intervals. */
  readonly intervals: number;
  /** Intervals in a block, and in the last one of a phase. */
  readonly length: number;
  readonly lastLength: number;
  /** Blocks of a phase. */
  readonly blocks: number;
  /** First interval of each block, phase by phase. */
  readonly starts: Uint16Array;
}

/** Draws the blocks of all phases. The same seed gives the same ones. */
export function drawBlocks(intervals: number, length: number, seed: number): Resampling {
  const random = new Random(seed);
  const blocks = Math.ceil(intervals / length);
  const starts = new Uint16Array(REPLICATES * blocks);
  for (let at = 0; at < starts.length; at++) starts[at] = random.below(intervals);
  return { intervals, length, lastLength: intervals - (blocks - 1) * length, blocks, starts };
}

/**
 * Returns the sum of each resampled phase. `before`: sum of all intervals before each one, and of
 * all.
 */
export function resampledSums(before: Float64Array, resampling: Resampling): Float64Array {
  const { length, lastLength, blocks, starts } = resampling;
  const whole = blockSums(before, resampling.intervals, length);
  const last = length === lastLength ? whole : blockSums(before, resampling.intervals, lastLength);
  const sums = new Float64Array(REPLICATES);
  let at = 0;
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    let sum = 0;
    for (const end = at + blocks - 1; at < end; at++) sum += whole[starts[at] ?? 0] ?? 0;
    sums[replicate] = sum + (last[starts[at++] ?? 0] ?? 0);
  }
  return sums;
}

/** Sums of the blocks of a length that start at each interval. */
function blockSums(before: Float64Array, intervals: number, length: number): Float64Array {
  const sums = new Float64Array(intervals);
  const all = before[intervals] ?? 0;
  for (let start = 0; start < intervals; start++) {
    const end = start + length;
    const past = end > intervals ? all + (before[end - intervals] ?? 0) : (before[end] ?? 0);
    sums[start] = past - (before[start] ?? 0);
  }
  return sums;
}

/**
 * Returns a percentile of each resampled phase, nanoseconds; NaN for one without counts. Counts are
 * added only up to the bins that decide: most percentiles are within a few bins of each other.
 */
export function resampledPercentiles(
  counts: BinnedCounts,
  share: number,
  resampling: Resampling,
): Float64Array {
  const { bins } = counts;
  const columns: (Float64Array | undefined)[] = Array.from({ length: bins });
  const found = new Float64Array(REPLICATES).fill(Number.NaN);
  let replicate = 0;
  const upTo = (bin: number): number => {
    const column = columns[bin] ?? resampledSums(countsUpTo(counts, bin), resampling);
    columns[bin] = column;
    return column[replicate] ?? 0;
  };
  const guess = wholeBin(counts, share);
  for (; replicate < REPLICATES; replicate++) {
    const total = upTo(bins - 1);
    if (total === 0) continue;
    const bin = reachingBin(bins, upTo, share * total, guess);
    found[replicate] = latencyIn(counts, bin, upTo, share * total);
  }
  return found;
}

/** Returns a percentile of the phase itself, nanoseconds; NaN without counts. */
export function wholePercentile(counts: BinnedCounts, share: number): number {
  const upTo = wholeUpTo(counts);
  const total = upTo(counts.bins - 1);
  return total === 0 ? Number.NaN : latencyIn(counts, wholeBin(counts, share), upTo, share * total);
}

function wholeBin(counts: BinnedCounts, share: number): number {
  const upTo = wholeUpTo(counts);
  return reachingBin(counts.bins, upTo, share * upTo(counts.bins - 1), 0);
}

/** Counts of all intervals up to and including a bin. */
function wholeUpTo({ rows, bins, sums }: BinnedCounts): (bin: number) => number {
  return (bin) => sums[(rows - 1) * bins + bin] ?? 0;
}
