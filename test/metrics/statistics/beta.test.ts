import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  betaQuantile,
  incompleteBeta,
  logGamma,
  studentQuantile,
} from "../../../src/metrics/statistics/beta.ts";
import { shareInterval } from "../../../src/metrics/statistics/clustered-share.ts";

describe("the beta distribution", () => {
  test("the gamma function is the factorial where it is one", () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  });

  test("has closed forms at the edges and its symmetry", () => {
    const shape = fc.integer({ min: 1, max: 400 });
    const at = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(shape, shape, at, (a, b, x) => {
        expect(incompleteBeta(1, b, x)).toBeCloseTo(1 - (1 - x) ** b, 10);
        expect(incompleteBeta(a, 1, x)).toBeCloseTo(x ** a, 10);
        expect(incompleteBeta(a, b, x) + incompleteBeta(b, a, 1 - x)).toBeCloseTo(1, 10);
      }),
    );
  });

  test("its quantile is its inverse", () => {
    for (const [a, b, p] of [
      [2, 3, 0.025],
      [528, 1, 0.005],
      [50, 51, 0.975],
    ] as const) {
      expect(incompleteBeta(a, b, betaQuantile(a, b, p))).toBeCloseTo(p, 10);
    }
  });
});

/** Printed in every textbook's table. */
test.each([
  [0.975, 1, 12.706],
  [0.975, 4, 2.776],
  [0.975, 30, 2.042],
  [0.995, 2, 9.925],
  [0.995, 4, 4.604],
  [0.995, 120, 2.617],
])("Student's distribution: p %d, %d degrees of freedom, %d", (p, freedom, expected) => {
  expect(studentQuantile(p, freedom)).toBeCloseTo(expected, 3);
});

describe("the interval of a share", () => {
  test("is that of Clopper and Pearson", () => {
    expect(shareInterval(0, 10, 0.95)).toMatchObject({ low: 0 });
    expect(shareInterval(0, 10, 0.95).high).toBeCloseTo(1 - 0.025 ** 0.1, 10);
    expect(shareInterval(10, 10, 0.95).low).toBeCloseTo(0.025 ** 0.1, 10);
    const half = shareInterval(50, 100, 0.95);
    expect([half.low, half.high].map((one) => one.toFixed(4))).toEqual(["0.3983", "0.6017"]);
  });

  test("covers at least as often as it says", () => {
    const n = 30;
    for (const p of [0.02, 0.1, 0.5, 0.93, 0.99]) {
      let covered = 0;
      let term = (1 - p) ** n;
      for (let hits = 0; hits <= n; hits++) {
        const { low, high } = shareInterval(hits, n, 0.95);
        if (low <= p && p <= high) covered += term;
        term *= ((n - hits) / (hits + 1)) * (p / (1 - p));
      }
      expect(covered).toBeGreaterThanOrEqual(0.95);
    }
  });
});
