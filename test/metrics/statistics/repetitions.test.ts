import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { holm } from "../../../src/metrics/statistics/holm.ts";
import {
  leastForMedian,
  medianInterval,
  medianOf,
} from "../../../src/metrics/statistics/median.ts";
import { normalCdf, normalQuantile } from "../../../src/metrics/statistics/normal.ts";
import { mannWhitneyCdf } from "../../../src/metrics/statistics/rank-sums.ts";
import { leastForRankTest, rankTest } from "../../../src/metrics/statistics/rank-test.ts";
import { ratioOf } from "../../../src/metrics/statistics/ratio.ts";
import { normal, shareOf } from "./noise.ts";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe("median", () => {
  test("and its interval by order statistics", () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(medianInterval(upTo(5))).toBeNull();
    expect(medianInterval(upTo(6))).toEqual({ low: 1, high: 6, confidence: 1 - 2 / 64 });
    // 1 - 2 (1 + 10) / 1024, as in tables of the sign test.
    expect(medianInterval(upTo(10))).toEqual({ low: 2, high: 9, confidence: 1 - 22 / 1024 });
    expect(medianInterval(upTo(20))).toMatchObject({ low: 6, high: 15 });
  });

  test("fewest values are those from which there is an interval", () => {
    expect([leastForMedian(0.95), leastForMedian(0.99), leastForMedian(0.5)]).toEqual([6, 8, 2]);
    for (const confidence of [0.8, 0.9, 0.95, 0.99, 0.999]) {
      const least = leastForMedian(confidence);
      expect(medianInterval(upTo(least - 1), confidence)).toBeNull();
      expect(medianInterval(upTo(least), confidence)?.confidence).toBeGreaterThanOrEqual(
        confidence,
      );
    }
  });

  test("the interval covers as often as it says", () => {
    const covered = shareOf(2000, (random) => {
      const found = medianInterval(upTo(12).map(() => Math.exp(normal(random))));
      return found !== null && found.low <= 1 && found.high >= 1;
    });
    // P(3 <= Binomial(12, 1/2) <= 9) = 0.9614
    expect(covered).toBeGreaterThan(0.9614 - 0.014);
    expect(covered).toBeLessThan(0.9614 + 0.014);
  });
});

/** All ways to choose `size` of `values`. */
function choices(values: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return values.flatMap((value, index) =>
    choices(values.slice(index + 1), size - 1).map((rest) => [value, ...rest]),
  );
}

/** Pairs in which the first is smaller, less those in which it is larger. */
function lead(first: readonly number[], other: readonly number[]): number {
  return other.flatMap((y) => first.map((x) => Math.sign(y - x))).reduce((a, b) => a + b, 0);
}

describe("rank test", () => {
  // Hollander, Wolfe and Chicken, table 4.1: permeability at term and between weeks 12 and 26.
  const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.9, 0.74, 1.21];

  test("gives the published answer", () => {
    const found = rankTest(early, term);
    expect(found.p / 2).toBeCloseTo(0.1272, 4);
    expect(found).toMatchObject({ exact: true, superiority: 35 / 50 });
    // The published estimate of the shift is 0.305, here as the ratio of exponentials.
    const ratio = ratioOf(early.map(Math.exp), term.map(Math.exp));
    expect(Math.log(ratio?.ratio ?? 0)).toBeCloseTo(0.305, 10);
  });

  test("is the share of all assignments that separate as much, ties or not", () => {
    const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(values, values, (first, other) => {
        const all = [...first, ...other];
        const places = choices(upTo(all.length), other.length);
        const distance = Math.abs(lead(first, other));
        const extreme = places.filter((places) => {
          const chosen = all.filter((_, index) => places.includes(index + 1));
          const rest = all.filter((_, index) => !places.includes(index + 1));
          return Math.abs(lead(rest, chosen)) >= distance;
        });
        const found = rankTest(first, other);
        expect(found.p).toBeCloseTo(extreme.length / places.length, 10);
        const delta = lead(first, other) / (first.length * other.length);
        expect(2 * found.superiority - 1).toBeCloseTo(delta, 10);
      }),
      { numRuns: 60 },
    );
  });

  test("above 50 values the normal approximation is near the exact distribution", () => {
    for (const shift of [1.5, 3.5, 5.5]) {
      const other = upTo(27).map((value) => value + shift);
      const found = rankTest(upTo(27), other);
      const u = (1 - found.superiority) * 27 * 27;
      const exact = 2 * (mannWhitneyCdf(27, 27)[Math.round(u)] ?? 0);
      expect(found.exact).toBe(false);
      expect(found.p / exact).toBeGreaterThan(0.85);
      expect(found.p / exact).toBeLessThan(1.15);
    }
    expect(rankTest(Array(40).fill(1), Array(40).fill(1)).p).toBe(1);
  });

  test("fewest repetitions are those at which full separation is enough after correction", () => {
    expect(leastForRankTest()).toBe(4);
    for (const tests of [1, 2, 9, 45, 200]) {
      const least = leastForRankTest(0.05, tests);
      const separated = (n: number): number =>
        rankTest(
          upTo(n),
          upTo(n).map((value) => value + n),
        ).p * tests;
      expect(separated(least)).toBeLessThanOrEqual(0.05);
      expect(separated(least - 1)).toBeGreaterThan(0.05);
    }
  });
});

describe("ratio", () => {
  test("its interval holds exactly the ratios that the rank test does not reject", () => {
    const values = fc.uniqueArray(fc.double({ min: 1, max: 100, noNaN: true }), {
      minLength: 5,
      maxLength: 7,
    });
    fc.assert(
      fc.property(values, values, (first, other) => {
        const found = ratioOf(first, other)?.interval;
        if (found == null) throw new Error("an interval was expected");
        const p = (ratio: number): number =>
          rankTest(
            first.map((value) => value * ratio),
            other,
          ).p;
        const alpha = 1 - found.confidence + 1e-9;
        expect(p(found.low * (1 - 1e-9))).toBeLessThanOrEqual(alpha);
        expect(p(found.high * (1 + 1e-9))).toBeLessThanOrEqual(alpha);
        if (found.high > found.low * 1.001) {
          expect(p(found.low * (1 + 1e-7))).toBeGreaterThan(alpha - 1e-8);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("says how sure it is where repetitions are few, and nothing of one each", () => {
    expect(ratioOf([2], [3])).toEqual({ ratio: 1.5, interval: null });
    expect(ratioOf([1, 2], [2, 4])?.interval).toEqual({ low: 1, high: 4, confidence: 1 - 2 / 6 });
    expect(ratioOf(upTo(4), upTo(4))?.interval?.confidence).toBeGreaterThan(0.95);
    expect(ratioOf([0, 1], [1, 1])).toBeNull();
    expect(ratioOf([], [1])).toBeNull();
  });

  test("covers the true ratio as often as it says, above 50 values too", () => {
    for (const n of [8, 30]) {
      const covered = shareOf(600, (random) => {
        const sample = (scale: number): number[] =>
          upTo(n).map(() => scale * Math.exp(0.05 * normal(random)));
        const found = ratioOf(sample(1), sample(1.1))?.interval;
        return found != null && found.low <= 1.1 && found.high >= 1.1;
      });
      expect(covered).toBeGreaterThan(0.92);
    }
  });
});

describe("Holm", () => {
  test("multiplies by what is left and never falls", () => {
    const found = holm([0.01, 0.04, 0.03, 0.005]);
    expect(found.map((p) => Number(p.toFixed(10)))).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
  });
});

test("the normal distribution: values of its tables, in the tails too, and their inverse", () => {
  // M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, tables 26.1 and 26.2.
  const known = [
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [-5, 2.866515718791939e-7],
    [-10, 7.619853024160527e-24],
    [-20, 2.753624118606233e-89],
  ] as const;
  for (const [x, p] of known) {
    expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-12);
    expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(1e-12);
  }
  expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]);
});

test("Holm: the example of the method, and ties", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.5, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
