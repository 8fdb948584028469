import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { holm } from "../../../src/metrics/statistics/holm.ts";
import { compareSamples } from "../../../src/metrics/statistics/rank-test.ts";

/** p by trying every way to choose the first sample: the definition, for small samples. */
function enumerated(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const rank = (value: number): number =>
    all.filter((other) => other < value).length + all.filter((other) => other === value).length / 2;
  const ranks = all.map(rank);
  const middle = (a.length * ranks.reduce((sum, one) => sum + one, 0)) / all.length;
  const far = Math.abs(a.map(rank).reduce((sum, one) => sum + one, 0) - middle);
  let extreme = 0;
  let total = 0;
  for (let chosen = 0; chosen < 2 ** all.length; chosen++) {
    const picked = ranks.filter((_, index) => (chosen >> index) & 1);
    if (picked.length !== a.length) continue;
    total++;
    if (Math.abs(picked.reduce((sum, one) => sum + one, 0) - middle) >= far - 1e-9) extreme++;
  }
  return extreme / total;
}

describe("the rank test", () => {
  test("is exact, with ties as well", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(compareSamples(a, b, 0.05).p).toBeCloseTo(enumerated(a, b), 12);
      }),
    );
  });

  test("of samples that lie apart has the p of the tables, 2 / C(2n, n)", () => {
    const low = [1, 2, 3, 4];
    const high = [5, 6, 7, 8];
    expect(compareSamples(low, high, 0.05)).toEqual({
      p: 2 / 70,
      different: true,
      leastRepetitions: 4,
    });
    expect(compareSamples([1, 2, 3], [4, 5, 6], 0.05).different).toBe(false);
    expect(compareSamples([1, 1], [1, 1], 0.05).p).toBe(1);
    expect(compareSamples([], high, 0.05)).toMatchObject({ p: null, different: false });
  });

  test("says how many repetitions alpha takes", () => {
    const least = [1, 0.1, 0.05, 0.01, 0.05 / 24].map(
      (alpha) => compareSamples([1], [2], alpha).leastRepetitions,
    );
    expect(least).toEqual([1, 3, 4, 5, 7]);
  });

  test("of many values is the normal approximation, near the exact one", () => {
    const sample = (from: number, count: number): number[] =>
      Array.from({ length: count }, (_, index) => from + ((index * 37) % 101) + index / 1000);
    const exact = compareSamples(sample(0, 30), sample(12, 30), 0.05).p ?? 0;
    const near = compareSamples(sample(0, 31), sample(12, 31), 0.05).p ?? 0;
    expect(exact).toBeGreaterThan(0.01);
    expect(Math.abs(near - exact)).toBeLessThan(0.06);
    expect(compareSamples(Array(40).fill(1), Array(40).fill(1), 0.05).p).toBe(1);
    // Known: 40 against 40 apart, z = 7.69, far in the tail.
    const apart = compareSamples(sample(0, 40), sample(1000, 40), 0.05).p ?? 1;
    expect(apart).toBeGreaterThan(0);
    expect(apart).toBeLessThan(1e-12);
  });
});

describe("Holm's correction", () => {
  test("is that of the textbook", () => {
    // Four hypotheses of Holm's own procedure: 4 p(1), 3 p(2), 2 p(3), p(4), never falling.
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, p] of [0.03, 0.06, 0.06, 0.02].entries()) {
      expect(adjusted[index]).toBeCloseTo(p, 12);
    }
    expect(holm([null, 0.2, 0.9])).toEqual([null, 0.4, 0.9]);
    expect(holm([])).toEqual([]);
  });

  test("never makes a p smaller, nor changes their order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
        const adjusted = holm(ps).map((p) => p ?? -1);
        for (const [index, p] of ps.entries()) {
          expect(adjusted[index]).toBeGreaterThanOrEqual(p);
          expect(adjusted[index]).toBeLessThanOrEqual(Math.min(1, p * ps.length));
          for (const [other, q] of ps.entries()) {
            if (p < q) expect(adjusted[index]).toBeLessThanOrEqual(adjusted[other] ?? -1);
          }
        }
      }),
    );
  });
});
