import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changePoint } from "../../../../src/metrics/statistics/series/change-point.ts";
import { Random } from "../../../../src/model/random/random.ts";
import { autoregressive, shareOf } from "../noise.ts";

const indices = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

/** A rate that falls from one level to another at `at` intervals, which may be inside one. */
function knee(n: number, at: number, before: number, after: number): number[] {
  return indices(n).map((index) => {
    const old = Math.min(1, Math.max(0, at - index));
    return old * before + (1 - old) * after;
  });
}

const noisy = (values: readonly number[], share: number, phi: number, random: Random): number[] => {
  const noise = autoregressive(values.length, phi, random);
  return values.map((value, at) => value * (1 + share * (noise[at] ?? 0)));
};

describe("a change of level", () => {
  test("without noise is found inside its interval, with both levels exact", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 900 }),
        fc.double({ min: 0.15, max: 0.85, noNaN: true }),
        fc.double({ min: 1.1, max: 50, noNaN: true }),
        fc.boolean(),
        (n, share, ratio, falls) => {
          const [before, after] = falls ? [3000 * ratio, 3000] : [3000, 3000 * ratio];
          const found = changePoint(knee(n, share * n, before, after));
          expect(found?.at).toBeCloseTo(share * n, 4);
          expect((found?.before ?? 0) / before).toBeCloseTo(1, 8);
          expect((found?.after ?? 0) / after).toBeCloseTo(1, 8);
        },
      ),
    );
  });

  test.each([
    ["30 times, early", 400, 0.1, 3000, 100],
    ["a tenth, in the middle", 300, 0.5, 1100, 1000],
    ["a half, late", 200, 0.85, 3000, 1500],
    ["up, in a long series", 5000, 0.31, 500, 900],
  ])("in noise is within 2 %%: %s", (_, n, share, before, after) => {
    const right = shareOf(40, (random) => {
      const found = changePoint(noisy(knee(n, share * n, before, after), 0.03, 0.4, random));
      if (found === null) return false;
      const late = Math.abs(found.at - share * n) / n;
      const off = [found.before / before - 1, found.after / after - 1].map(Math.abs);
      return late < 0.02 && Math.max(...off) < 0.02;
    });
    expect(right).toBeGreaterThanOrEqual(0.95);
  });
});

describe("no change of level", () => {
  test.each([
    [0, 60],
    [0.5, 200],
    [0.8, 300],
    [0.9, 1000],
  ])("in noise of phi %d over %d intervals", (phi, n) => {
    const alarms = shareOf(300, (random) => {
      const level = indices(n).map(() => 1000);
      return changePoint(noisy(level, 0.15, phi, random)) !== null;
    });
    expect(alarms).toBeLessThanOrEqual(0.02);
  });

  test("in a ramp, an exponential warm-up, a rise that takes a third of the run", () => {
    const shapes: readonly ((at: number) => number)[] = [
      (at) => 1000 + 5 * at,
      (at) => 3000 - 10 * at,
      (at) => 1000 - 700 * Math.exp(-at / 60),
      (at) => 1000 + 500 * Math.min(1, Math.max(0, (at - 60) / 70)),
    ];
    for (const shape of shapes) {
      const alarms = shareOf(50, (random) => {
        const values = noisy(indices(200).map(shape), 0.03, 0.3, random);
        return changePoint(values) !== null;
      });
      expect(alarms).toBeLessThanOrEqual(0.02);
    }
  });

  test("in a dip of one interval, a stall of twenty, one at the end, and a periodic one", () => {
    const dips: readonly ((at: number) => boolean)[] = [
      (at) => at === 77,
      (at) => at >= 100 && at < 120,
      (at) => at >= 20 && at < 40,
      (at) => at >= 198,
      (at) => at % 50 < 10,
    ];
    for (const dip of dips) {
      const alarms = shareOf(50, (random) => {
        const values = indices(200).map((at) => (dip(at) ? 50 : 1000));
        return changePoint(noisy(values, 0.03, 0.3, random)) !== null;
      });
      expect(alarms).toBeLessThanOrEqual(0.02);
    }
  });

  test("in what is too short, constant, or not a number", () => {
    expect(changePoint([])).toBeNull();
    expect(changePoint([1, 1, 1, 2, 2, 2])).toBeNull();
    expect(changePoint(indices(50).map(() => 4))).toBeNull();
    expect(changePoint([...knee(40, 20, 9, 1), Number.NaN])).toBeNull();
    expect(changePoint(knee(40, 20, 1000, 960))).toBeNull();
    expect(changePoint(knee(40, 20, 1000, 960), { difference: 0.03 })?.at).toBeCloseTo(20, 6);
    expect(changePoint(noisy(knee(40, 20, 1000, 10), 0.01, 0, new Random(1)))?.p).toBeLessThan(
      1e-6,
    );
  });
});
