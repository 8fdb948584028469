import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ZipfRanks } from "../../../src/load/source/zipf.ts";
import { NumberedRandom } from "../../../src/model/random/numbered-random.ts";

const DRAWS = 400_000;

/** Bounds of rank groups with enough expected draws for a chi-square test. */
function groups(due: readonly number[], least: number): readonly number[] {
  const ends: number[] = [];
  let sum = 0;
  for (const [rank, one] of due.entries()) {
    sum += one;
    if (sum >= least) {
      ends.push(rank + 1);
      sum = 0;
    }
  }
  ends[ends.length - 1] = due.length;
  return ends;
}

function sumOf(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] ?? 0;
  return sum;
}

describe("zipf ranks", () => {
  test.each([
    [0.99, 10],
    [0.99, 64],
    [0.99, 65],
    [0.99, 5000],
    [0.5, 3000],
    [1, 100_000],
    [1.2, 1000],
    [3, 1000],
  ])("with theta %d over %i come as often as the law says", (theta, count) => {
    const ranks = new ZipfRanks(count, theta, 42, 0);
    const found = new Float64Array(count);
    for (let i = 0; i < DRAWS; i++) {
      const rank = ranks.rank(i);
      found[rank] = (found[rank] ?? 0) + 1;
    }
    const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -theta);
    const total = sumOf(weights, 0, count);
    const due = weights.map((weight) => (weight / total) * DRAWS);
    const ends = groups(due, 20);
    let statistic = 0;
    let from = 0;
    for (const to of ends) {
      const expected = sumOf(due, from, to);
      statistic += (sumOf(found, from, to) - expected) ** 2 / expected;
      from = to;
    }
    // Mean d and deviation √2d for d degrees of freedom: five of them is far out, either way.
    const degrees = ends.length - 1;
    expect(Math.abs(statistic - degrees) / Math.sqrt(2 * degrees)).toBeLessThan(5);
    expect(sumOf(found, 0, count)).toBe(DRAWS);
  });
});

test("hardly a draw is rejected, and none takes the numbers of another", () => {
  const unit = vi.spyOn(NumberedRandom.prototype, "unit");
  onTestFinished(() => unit.mockRestore());
  const draws = 20_000;
  const ranks = new ZipfRanks(1_000_000, 0.99, 3, 0);
  for (let i = 0; i < draws; i++) ranks.rank(i);
  const asked = unit.mock.calls.map(([number]) => number);
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.length).toBeGreaterThan(draws);
  expect(asked.length).toBeLessThan(1.02 * draws);
});

describe("zipf ranks of large datasets", () => {
  test("beyond the first hundred come as often as the law says to the third digit", () => {
    const count = 1_000_000;
    const draws = 4_000_000;
    const weights = Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -0.99);
    const share = sumOf(weights, 128, count) / sumOf(weights, 0, count);
    const ranks = new ZipfRanks(count, 0.99, 3, 0);
    let beyond = 0;
    for (let i = 0; i < draws; i++) if (ranks.rank(i) >= 128) beyond++;
    // Taking all that the hat offers would be off by seven standard deviations.
    const deviation = Math.sqrt((share * (1 - share)) / draws);
    expect(Math.abs(beyond / draws - share)).toBeLessThan(4 * deviation);
  });

  test("of more blocks than can be listed reach from the first to the far end", () => {
    const count = 2 ** 34;
    const ranks = new ZipfRanks(count, 0.99, 1, 0);
    // The share of ranks up to r is H(r) / H(count), H(x) = (x^0.01 - 1) / 0.01 + 0.5788 closely.
    const harmonic = (x: number) => (x ** 0.01 - 1) / 0.01 + 0.5788;
    const bounds = [1000, 1e6, 1e9];
    const below = bounds.map(() => 0);
    for (let i = 0; i < DRAWS; i++) {
      const rank = ranks.rank(i);
      for (const [at, bound] of bounds.entries()) {
        if (rank < bound) below[at] = (below[at] ?? 0) + 1;
      }
    }
    for (const [at, bound] of bounds.entries()) {
      const share = harmonic(bound) / harmonic(count);
      expect((below[at] ?? 0) / DRAWS).toBeCloseTo(share, 2);
    }
  });

  test("are in range for any theta and count, and differ between workers and seeds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.nat(2 ** 40),
        (count, theta, number) => {
          const rank = new ZipfRanks(count, theta, 7, 0).rank(number);
          expect(Number.isInteger(rank) && rank >= 0 && rank < count).toBe(true);
        },
      ),
    );
    const draw = (worker: number, seed = 7) => {
      const ranks = new ZipfRanks(1000, 0.5, seed, worker);
      return Array.from({ length: 50 }, (_, i) => ranks.rank(i)).join();
    };
    expect(new Set([draw(0), draw(1), draw(2), draw(0, 8), draw(0, 9)]).size).toBe(5);
  });
});
