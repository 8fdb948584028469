import { describe, expect, test } from "vitest";
import type { HistogramCounts } from "../../../../src/metrics/histogram/time-series.ts";
import {
  type BinnedCounts,
  binCounts,
  groupRows,
} from "../../../../src/metrics/statistics/bootstrap/binned-counts.ts";
import {
  drawBlocks,
  resampledPercentiles,
  resampledSums,
  wholePercentile,
} from "../../../../src/metrics/statistics/bootstrap/resample.ts";
import { Random } from "../../../../src/model/random/random.ts";
import { autoregressive, cellCounts, cellOf } from "../noise.ts";

const REPLICATES = 1000;
const SEED = 11;

/** The intervals of each resampled phase, one after the other. */
function drawn(intervals: number, length: number): readonly (readonly number[])[] {
  const random = new Random(SEED);
  return Array.from({ length: REPLICATES }, () => {
    const found: number[] = [];
    while (found.length < intervals) {
      const from = random.below(intervals);
      for (let next = 0; next < length && found.length < intervals; next++) {
        found.push((from + next) % intervals);
      }
    }
    return found;
  });
}

/** Counts of an interval by bin. */
function binsOf({ bins, sums }: BinnedCounts, interval: number): readonly number[] {
  const upTo = (row: number, bin: number): number => (bin < 0 ? 0 : (sums[row * bins + bin] ?? 0));
  return Array.from({ length: bins }, (_, bin) => {
    const [row, next] = [interval, interval + 1];
    return upTo(next, bin) - upTo(row, bin) - upTo(next, bin - 1) + upTo(row, bin - 1);
  });
}

/** The percentile of added counts, by going through all bins. */
function percentileOf(counts: BinnedCounts, intervals: readonly number[], share: number): number {
  const sums = new Float64Array(counts.bins);
  for (const interval of intervals) {
    for (const [bin, count] of binsOf(counts, interval).entries()) {
      sums[bin] = (sums[bin] ?? 0) + count;
    }
  }
  const wanted = share * sums.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [bin, count] of sums.entries()) {
    if (count > 0 && below + count >= wanted) {
      const [low = 0, high = 0] = [counts.lowNs[bin], counts.highNs[bin]];
      return low + ((wanted - below) / count) * (high - low);
    }
    below += count;
  }
  return Number.NaN;
}

/** Latencies by interval, each drawn by `latencyNs`; every fifth interval of `sparse` is empty. */
function line(
  intervals: number,
  latencyNs: (interval: number, random: Random) => number,
  sparse = false,
): readonly (HistogramCounts | null)[] {
  const random = new Random(3);
  return Array.from({ length: intervals }, (_, interval) => {
    if (sparse && interval % 5 === 0) return null;
    const counts = new Map<number, number>();
    for (let one = 0; one < 30; one++) {
      const cell = cellOf(latencyNs(interval, random));
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    return cellCounts(counts);
  });
}

const waves = autoregressive(40, 0.7, new Random(8));
const LINES: readonly (readonly [string, readonly (HistogramCounts | null)[]])[] = [
  ["one peak", line(40, (_, random) => 1e5 * Math.exp(0.2 * random.normal()))],
  ["two peaks far apart", line(40, (_, random) => (random.unit() < 0.03 ? 2e8 : 1e5))],
  ["a slow half", line(37, (at, random) => (at < 18 ? 1e5 : 9e6) * (1 + random.unit()))],
  ["waves", line(40, (at, random) => 1e6 * Math.exp((waves[at] ?? 0) / 5 + random.unit()))],
  ["empty intervals", line(40, (_, random) => 1e4 * (1 + random.unit()), true)],
  ["one latency", line(12, () => 5000)],
];

describe("resampled percentiles", () => {
  test.each(
    LINES.flatMap(([name, intervals]) => [1, 4, 7].map((length) => ({ name, intervals, length }))),
  )("are those of all counts added one by one: $name, blocks of $length", (given) => {
    const counts = binCounts(given.intervals);
    const n = given.intervals.length;
    const resampling = drawBlocks(n, given.length, SEED);
    const phases = drawn(n, given.length).slice(0, 60);
    for (const share of [0.5, 0.99, 0.999]) {
      const found = resampledPercentiles(counts, share, resampling);
      expect(found).toHaveLength(REPLICATES);
      const expected = phases.map((intervals) => percentileOf(counts, intervals, share));
      expect([...found.subarray(0, phases.length)]).toEqual(expected);
      const all = Array.from({ length: n }, (_, at) => at);
      expect(wholePercentile(counts, share)).toBe(percentileOf(counts, all, share));
    }
  });

  test("of intervals taken together are those of their sums", () => {
    const [, intervals = []] = LINES[2] ?? [];
    const counts = groupRows(binCounts(intervals), 4);
    expect(counts.rows).toBe(11);
    const [first = []] = drawn(10, 2);
    const expected = percentileOf(counts, first, 0.9);
    expect(resampledPercentiles(counts, 0.9, drawBlocks(10, 2, SEED))[0]).toBe(expected);
  });

  test("of no counts are none", () => {
    const nothing = binCounts([null, null, null]);
    expect(wholePercentile(nothing, 0.5)).toBeNaN();
    expect(resampledPercentiles(nothing, 0.5, drawBlocks(3, 1, SEED)).every(Number.isNaN)).toBe(
      true,
    );
  });
});

test.each([1, 3, 8])("resampled sums are those of the drawn intervals, blocks of %d", (length) => {
  const values = Array.from({ length: 29 }, (_, at) => (at * at) % 17);
  const before = new Float64Array(30);
  for (const [at, value] of values.entries()) before[at + 1] = (before[at] ?? 0) + value;
  const expected = drawn(29, length).map((intervals) =>
    intervals.reduce((sum, at) => sum + (values[at] ?? 0), 0),
  );
  expect([...resampledSums(before, drawBlocks(29, length, SEED))]).toEqual(expected);
});
