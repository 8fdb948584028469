import fc from "fast-check";
import { expect, test } from "vitest";
import { LONGEST_NS } from "../../../src/metrics/histogram/cells.ts";
import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import {
  addHistogram,
  addPairs,
  decodeHistogram,
  encodeHistogram,
  makeHistogram,
  resetHistogram,
  summarize,
  totalOf,
} from "../../../src/metrics/histogram/histogram.ts";
import { latencyFigure } from "../../../src/metrics/histogram/latency-figure.ts";

const DAY_NS = 24 * 3600e9;

/** Latencies over the whole range: as many of each magnitude. */
const latency = fc.double({ min: 0, max: 1, noNaN: true }).map((u) => Math.round(LONGEST_NS ** u));
const latencies = fc.array(latency, { minLength: 1, maxLength: 300 });

/** The value so many percent of the sorted ones are at or below (nearest rank). */
function nearestRank(sorted: readonly number[], percent: number): number {
  // In whole hundredths: 99.9 % of 1000 must be 999 and not 999.0000000001.
  const rank = Math.ceil((Math.round(percent * 100) * sorted.length) / 10_000);
  return sorted[Math.max(1, rank) - 1] ?? Number.NaN;
}

function expectNear(actual: number | undefined, exact: number): void {
  expect(Math.abs((actual ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact / 1000);
}

test(
  "1 to 8 workers' percentiles, added, are those of all their sorted " + "values within 0.1 %",
  () => {
    fc.assert(
      fc.property(fc.array(latencies, { minLength: 1, maxLength: 8 }), (workers) => {
        const total = makeHistogram("total");
        for (const values of workers) {
          const own = new LatencyCounts(1);
          for (const value of values) own.record(0, value);
          addPairs(total, own.take(0) ?? new Float64Array());
        }
        const summary = summarize(total);
        total.destroy();
        const sorted = workers.flat().sort((a, b) => a - b);
        expect(summary?.count).toBe(sorted.length);
        expectNear(summary?.p50Ns, nearestRank(sorted, 50));
        expectNear(summary?.p90Ns, nearestRank(sorted, 90));
        expectNear(summary?.p95Ns, nearestRank(sorted, 95));
        expectNear(summary?.p99Ns, nearestRank(sorted, 99));
        expectNear(summary?.p999Ns, nearestRank(sorted, 99.9));
        expectNear(summary?.p9999Ns, nearestRank(sorted, 99.99));
        expectNear(summary?.minNs, sorted[0] ?? Number.NaN);
        expectNear(summary?.maxNs, sorted.at(-1) ?? Number.NaN);
        expectNear(summary?.meanNs, sorted.reduce((a, b) => a + b, 0) / sorted.length);
      }),
      { numRuns: 150 },
    );
  },
);

test("the standard deviation is that of the values", () => {
  const histogram = makeHistogram("total");
  for (const value of [2e6, 4e6, 4e6, 4e6, 5e6, 5e6, 7e6, 9e6]) histogram.recordValue(value);
  const deviation = summarize(histogram)?.standardDeviationNs ?? Number.NaN;
  expect(Math.abs(deviation - 2e6)).toBeLessThan(2e3);
  histogram.destroy();
});

test("an operation quicker than the clock's step counts as zero, and zero is the smallest", () => {
  const histogram = makeHistogram("interval");
  for (const value of [0, 0, 500]) histogram.recordValue(value);
  expect(summarize(histogram)).toMatchObject({ count: 3, minNs: 0, p50Ns: 0, maxNs: 500 });
  histogram.destroy();
});

test("holds 40 days, and nothing below that is a lower bound", () => {
  const histogram = makeHistogram("interval");
  const counts = new LatencyCounts(1);
  counts.record(0, 40 * DAY_NS);
  addPairs(histogram, counts.take(0) ?? new Float64Array());
  expectNear(summarize(histogram)?.maxNs, 40 * DAY_NS);
  expect(summarize(histogram)).not.toHaveProperty("atLeastNs");
  histogram.destroy();
});

test("marks a latency beyond the longest as a lower bound", () => {
  const histogram = makeHistogram("total");
  const counts = new LatencyCounts(1);
  for (const ns of [1e6, 90 * DAY_NS]) counts.record(0, ns);
  addPairs(histogram, counts.take(0) ?? new Float64Array());
  expect(summarize(histogram)).toMatchObject({ maxNs: LONGEST_NS, atLeastNs: LONGEST_NS });
  resetHistogram(histogram);
  expect(histogram.atLeastNs).toBe(Number.POSITIVE_INFINITY);
  histogram.destroy();
});

test("lower bounds survive adding and encoding, and exact values below them stay exact", () => {
  fc.assert(
    fc.property(latencies, latencies, (exact, atLeast) => {
      const counts = new LatencyCounts(1);
      for (const ns of exact) counts.record(0, ns);
      for (const ns of atLeast) counts.recordAtLeast(0, ns);
      const interval = makeHistogram("interval");
      addPairs(interval, counts.take(0) ?? new Float64Array());
      const decoded = decodeHistogram(encodeHistogram(interval));
      const total = makeHistogram("total");
      addHistogram(total, decoded);
      const summary = summarize(total);
      for (const one of [interval, decoded, total]) one.destroy();
      expect(summary?.count).toBe(exact.length + atLeast.length);
      expect(summary?.atLeastNs).toBe(Math.max(1, Math.min(...atLeast)));
      const { ns, isLowerBound } = latencyFigure(summary, "p50");
      if (ns === null || isLowerBound) return;
      // However long the others took in truth, the median is the same.
      const truth = [...exact, ...atLeast.map(() => LONGEST_NS)].sort((a, b) => a - b);
      expectNear(ns, nearestRank(truth, 50));
    }),
    { numRuns: 100 },
  );
});

test("nothing recorded is nothing, not zero", () => {
  const histogram = makeHistogram("interval");
  expect(summarize(histogram)).toBeNull();
  histogram.recordValue(5);
  histogram.reset();
  expect(summarize(histogram)).toBeNull();
  histogram.destroy();
});

test("an emptied histogram remembers nothing of what it held", () => {
  const histogram = makeHistogram("interval");
  histogram.recordValue(3e9);
  histogram.recordValue(1);
  histogram.reset();
  for (const value of [1000, 2000]) histogram.recordValue(value);
  const fresh = makeHistogram("interval");
  for (const value of [1000, 2000]) fresh.recordValue(value);
  expect(summarize(histogram)).toEqual(summarize(fresh));
  expect(histogram.encode()).toEqual(fresh.encode());
  histogram.destroy();
  fresh.destroy();
});

test("more operations than 32 bits count are added without loss", () => {
  const total = makeHistogram("total");
  for (let i = 0; i < 5; i++) addPairs(total, Float64Array.of(1000, 2_000_000_000));
  expect(summarize(total)?.count).toBe(10_000_000_000);
  total.destroy();
});

test("mean, standard deviation and sum are those of HdrHistogram", () => {
  fc.assert(
    fc.property(latencies, fc.constantFrom("interval", "total"), (values, bits) => {
      const histogram = makeHistogram(bits);
      expect(totalOf(histogram)).toBe(0);
      for (const [at, ns] of values.entries()) histogram.recordValueWithCount(ns, 1 + (at % 9));
      const { meanNs, standardDeviationNs } = summarize(histogram) ?? {};
      expect(meanNs).toBe(histogram.mean);
      expect(standardDeviationNs).toBe(histogram.stdDeviation);
      expect(totalOf(histogram)).toBe(histogram.totalCount * histogram.mean);
      histogram.destroy();
    }),
  );
});
