import fc from "fast-check";
import { encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { decodeCells, edgeOf } from "../../../../src/metrics/histogram/cells.ts";
import { makeHistogram } from "../../../../src/metrics/histogram/histogram.ts";
import type { HistogramCounts, TimeSeries } from "../../../../src/metrics/histogram/time-series.ts";
import {
  bootstrap,
  type Estimate,
  type Replicates,
} from "../../../../src/metrics/statistics/bootstrap/bootstrap.ts";
import { Random } from "../../../../src/model/random/random.ts";
import { autoregressive, cellCounts, cellOf } from "../noise.ts";

const RATE: Estimate = { kind: "rate", of: "operations" };
const percentile = (share: number): Estimate => ({ kind: "percentile", of: "service", share });

function countsOf(latenciesNs: readonly number[]): HistogramCounts {
  const counts = new Map<number, number>();
  for (const ns of latenciesNs) counts.set(cellOf(ns), (counts.get(cellOf(ns)) ?? 0) + 1);
  return cellCounts(counts);
}

function lineOf(operations: readonly number[], latencies?: readonly HistogramCounts[]): TimeSeries {
  return {
    widthsNs: Float64Array.from(operations, () => 1e8),
    operations: Float64Array.from(operations),
    bytes: Float64Array.from(operations, (count) => count * 4096),
    latencies: latencies === undefined ? {} : { service: latencies },
  };
}

function deviation(found: Replicates | null | undefined): number {
  const list = [...(found?.relative ?? [])];
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length);
}

describe("block bootstrap", () => {
  test.each([
    [0, 200],
    [0.6, 300],
    [0.6, 3000],
  ])("of a rate scatters as the mean of a series does, phi %d, %d intervals", (phi, n) => {
    // The deviation of the mean of an AR(1) series is sigma sqrt((1 + phi) / (1 - phi) / n).
    const truth = 0.05 * Math.sqrt((1 + phi) / (1 - phi) / n);
    const found = Array.from({ length: 15 }, (_, seed) => {
      const noise = autoregressive(n, phi, new Random(seed + 1));
      const line = lineOf(noise.map((value) => 1000 * (1 + 0.05 * value)));
      return deviation(bootstrap(line, [RATE], 7)[0]);
    });
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    expect(mean / truth).toBeGreaterThan(0.8);
    expect(mean / truth).toBeLessThan(1.15);
  });

  test("of percentiles merges counts: a tenth of slow intervals is in every p99", () => {
    const random = new Random(5);
    const latencies = Array.from({ length: 100 }, (_, at) => {
      const base = at % 10 === 0 ? 200e6 : 1e6;
      return countsOf(Array.from({ length: 200 }, () => base * (0.9 + 0.2 * random.unit())));
    });
    const line = lineOf(Array(100).fill(200), latencies);
    const [median, p99] = bootstrap(line, [percentile(0.5), percentile(0.99)], 1);
    // Averaged over intervals it would be 21 ms, and nine tenths of all p99 1 ms.
    expect(Math.min(...(p99?.relative ?? []))).toBeGreaterThan(0.85);
    expect(deviation(median)).toBeLessThan(0.01);
  });

  test("of a median scatters as the median of a uniform distribution does", () => {
    const random = new Random(9);
    const latencies = Array.from({ length: 100 }, () =>
      countsOf(Array.from({ length: 50 }, () => 1e6 * (1 + random.unit()))),
    );
    const [median] = bootstrap(lineOf(Array(100).fill(50), latencies), [percentile(0.5)], 1);
    // sqrt(1 / 4 n) over the density 1, relative to a median of 1.5.
    const truth = Math.sqrt(1 / 4 / 5000) / 1.5;
    expect(deviation(median) / truth).toBeGreaterThan(0.8);
    expect(deviation(median) / truth).toBeLessThan(1.25);
  });

  test("the same seed gives the same replicates, another one others", () => {
    const line = lineOf(autoregressive(50, 0.3, new Random(1)).map((value) => 100 + value));
    expect(bootstrap(line, [RATE], 3)).toEqual(bootstrap(line, [RATE], 3));
    expect(bootstrap(line, [RATE], 3)).not.toEqual(bootstrap(line, [RATE], 4));
  });

  test("says nothing of too few intervals, of too few values beyond, of what is not there", () => {
    const counts = Array.from({ length: 20 }, () => countsOf([1e6, 2e6]));
    const line = lineOf(Array(20).fill(2), counts);
    expect(bootstrap(line, [percentile(0.5), percentile(0.99)], 1)).toMatchObject([{}, null]);
    const sync: Estimate = { kind: "percentile", of: "sync", share: 0.5 };
    expect(bootstrap(line, [sync], 1)).toEqual([null]);
    expect(bootstrap(lineOf(Array(9).fill(5)), [RATE], 1)).toEqual([null]);
    expect(bootstrap(lineOf(Array(50).fill(0)), [RATE], 1)).toEqual([null]);
  });
});

describe("histograms of the log", () => {
  test("are read as the library wrote them", () => {
    const latencies = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 3.6e12 })),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(latencies, fc.integer({ min: 1, max: 1e6 }), (values, times) => {
        const histogram = makeHistogram("total");
        for (const ns of values) histogram.recordValueWithCount(ns, times);
        const { cells, counts } = decodeCells(encodeIntoCompressedBase64(histogram));
        histogram.destroy();
        const { cells: expected, counts: once } = countsOf(values);
        expect([...cells]).toEqual([...expected]);
        expect([...counts]).toEqual([...once].map((count) => count * times));
      }),
      { numRuns: 50 },
    );
  });

  test("a cell begins where the one before ends", () => {
    expect([edgeOf(0), edgeOf(2047), edgeOf(2048), edgeOf(3071), edgeOf(3072)]).toEqual([
      0, 2047, 2048, 4094, 4096,
    ]);
  });

  test("what is none is refused", () => {
    expect(() => decodeCells("")).toThrow("compressed V2");
    expect(() => decodeCells(Buffer.alloc(64).toString("base64"))).toThrow("compressed V2");
  });
});
