import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockLength } from "../../../src/metrics/statistics/bootstrap/block-length.ts";
import { medianOf } from "../../../src/metrics/statistics/median.ts";
import {
  kolmogorovSmirnov,
  kolmogorovTail,
} from "../../../src/metrics/statistics/series/kolmogorov.ts";
import { firstSteady, steadiness } from "../../../src/metrics/statistics/series/steady-state.ts";
import { trendOf } from "../../../src/metrics/statistics/series/trend.ts";
import { warmUpEnd } from "../../../src/metrics/statistics/series/warm-up.ts";
import { Random } from "../../../src/model/random/random.ts";
import { autoregressive, normal, shareOf } from "./noise.ts";

const indices = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

describe("block length", () => {
  test.each([
    [0.3, 1000],
    [0.5, 1000],
    [0.7, 3000],
  ])("is near the optimum for an autoregressive series, phi %d", (phi, n) => {
    // Politis and White: b = (6 phi^2 / (1 - phi^2)^2 n)^(1/3) for the circular bootstrap.
    const best = Math.cbrt((6 * phi ** 2 * n) / (1 - phi ** 2) ** 2);
    const found = indices(40).map((seed) => blockLength(autoregressive(n, phi, new Random(seed))));
    expect(medianOf(found) / best).toBeGreaterThan(0.75);
    expect(medianOf(found) / best).toBeLessThan(1.4);
  });

  test("is short for white noise and 1 for what never changes, bounded by the series", () => {
    const found = indices(40).map((seed) => blockLength(autoregressive(500, 0, new Random(seed))));
    expect(medianOf(found)).toBeLessThanOrEqual(4);
    expect(blockLength([5, 5, 5, 5, 5, 5])).toBe(1);
    expect(blockLength([])).toBe(1);
    expect(blockLength(indices(60))).toBeLessThanOrEqual(20);
  });
});

describe("warm-up end, MSER-5", () => {
  test("a warm-up that decays is left out, and little more", () => {
    const found = indices(50).map((seed) => {
      const noise = autoregressive(300, 0.3, new Random(seed));
      const values = noise.map((value, at) => 1000 + 10 * value - 600 * Math.exp(-at / 12));
      return warmUpEnd(values);
    });
    // At 50 intervals 600 exp(-50 / 12) = 9 is left, as much as the noise.
    expect(medianOf(found.map(({ discard }) => discard))).toBeGreaterThanOrEqual(35);
    expect(medianOf(found.map(({ discard }) => discard))).toBeLessThanOrEqual(75);
    expect(found.filter((one) => one.found).length).toBeGreaterThan(40);
  });

  test("a sudden end is found to the batch", () => {
    const values = indices(100).map((at) => (at < 20 ? 300 : 1000) + (at % 2));
    expect(warmUpEnd(values)).toEqual({ discard: 20, found: true });
  });

  test("a series that never settles says so, and nothing beyond the bound is left out", () => {
    const ramp = indices(100).map((at) => at * at);
    expect(warmUpEnd(ramp, 0.3)).toEqual({ discard: 30, found: false });
    expect(warmUpEnd([1, 2, 3])).toEqual({ discard: 0, found: false });
    expect(warmUpEnd(indices(60).map(() => 7))).toEqual({ discard: 0, found: true });
  });
});

describe("steady state", () => {
  test("range and slope are those of the specification", () => {
    expect(steadiness([100, 110, 90, 100, 100])).toMatchObject({ steady: true, range: 0.2 });
    expect(steadiness([100, 111, 90, 100, 100]).steady).toBe(false);
    // A line from 94 to 106 keeps the range, but rises by 12 %.
    const rising = [94, 97, 100, 103, 106];
    expect(steadiness(rising).slope).toBeCloseTo(0.12, 10);
    expect(steadiness(rising).steady).toBe(false);
    expect(steadiness(rising, { range: 0.2, slope: 0.13 }).steady).toBe(true);
    expect([steadiness([]).steady, steadiness([5]).steady, steadiness([0, 0]).steady]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("the first steady window", () => {
    const values = [...indices(10).map((at) => 500 - 40 * at), ...indices(10).map(() => 100)];
    expect(firstSteady(values, 5)).toBe(10);
    expect(firstSteady(values.slice(0, 9), 5)).toBeNull();
  });
});

describe("trend", () => {
  test("of a line is the line", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 100 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (n, slope) => {
          const found = trendOf(indices(n).map((at) => 1000 + slope * (at - (n - 1) / 2)));
          expect(found.slope).toBeCloseTo(slope, 8);
          expect(found.change).toBeCloseTo((slope * (n - 1)) / 1000, 8);
        },
      ),
    );
    expect(trendOf([1, 2, 3]).interval).toBeNull();
  });

  test.each([
    [0, 0.92],
    [0.5, 0.87],
  ])("its interval covers the truth in noise of phi %d", (phi, least) => {
    const truth = 0.08;
    const covered = shareOf(400, (random) => {
      const noise = autoregressive(200, phi, random);
      const values = noise.map((value, at) => 1000 + 30 * value + (80 * (at - 99.5)) / 199);
      const found = trendOf(values).interval;
      return found !== null && found.low <= truth && found.high >= truth;
    });
    expect(covered).toBeGreaterThan(least);
  });
});

describe("Kolmogorov-Smirnov", () => {
  test("the tail has its published quantiles, and both series agree where they meet", () => {
    expect(kolmogorovTail(1.2238)).toBeCloseTo(0.1, 4);
    expect(kolmogorovTail(1.3581)).toBeCloseTo(0.05, 4);
    expect(kolmogorovTail(1.6276)).toBeCloseTo(0.01, 4);
    expect(kolmogorovTail(1 - 1e-9)).toBeCloseTo(kolmogorovTail(1), 7);
    expect([kolmogorovTail(0), kolmogorovTail(0.1)]).toEqual([1, 1]);
  });

  test("a known statistic", () => {
    expect(kolmogorovSmirnov([0.1, 0.4, 0.7], (x) => x).statistic).toBeCloseTo(0.3, 12);
    expect(kolmogorovSmirnov([], (x) => x).p).toBe(1);
  });

  test("rejects exponential gaps as often as it says, and rounded ones always", () => {
    const exponential = (gap: number): number => 1 - Math.exp(-gap);
    const gaps = (random: Random): number[] => indices(300).map(() => -Math.log(1 - random.unit()));
    const rejected = shareOf(
      1000,
      (random) => kolmogorovSmirnov(gaps(random), exponential).p < 0.05,
    );
    expect(rejected).toBeGreaterThan(0.03);
    expect(rejected).toBeLessThan(0.07);
    const coarse = gaps(new Random(1)).map((gap) => Math.round(gap * 2) / 2);
    expect(kolmogorovSmirnov(coarse, exponential).p).toBeLessThan(1e-6);
    const other = indices(300).map(() => Math.abs(normal(new Random(3))));
    expect(kolmogorovSmirnov(other, exponential).p).toBeLessThan(1e-6);
  });
});
