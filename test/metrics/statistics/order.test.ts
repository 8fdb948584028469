import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driftReach, exceedsDrift } from "../../../src/metrics/statistics/drift.ts";
import { serialP } from "../../../src/metrics/statistics/series/serial.ts";
import { arranged, type Dated } from "../../../src/metrics/statistics/series/turns.ts";
import { twoGroups } from "../../../src/metrics/statistics/two-groups.ts";
import { RUN_NOISES } from "../../truth/run-noise.ts";
import { autoregressive, shareOf } from "./noise.ts";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe("the test for correlation between neighbors", () => {
  test("counts the orders that are as smooth, ties and any scale included", () => {
    // Of the 24 orders of four values, two are as smooth as 1 2 3 4.
    expect(serialP([1, 2, 3, 4])).toBeCloseTo(2 / 24, 12);
    expect(serialP([10, 200, 3000, 1e6, 1e7])).toBeCloseTo(2 / 120, 12);
    expect(serialP([2, 1, 4, 3].map((value) => -value))).toBeCloseTo(serialP([2, 1, 4, 3]), 12);
    expect(serialP([5, 5, 5, 5, 5, 5, 5, 5, 5, 5])).toBe(1);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 9, noNaN: true }), { maxLength: 14 }),
        (all) => {
          expect(serialP(all)).toBeGreaterThanOrEqual(0);
          expect(serialP(all)).toBeLessThanOrEqual(1);
          expect(serialP(all.toReversed())).toBeCloseTo(serialP(all), 10);
        },
      ),
    );
  });

  test.each([5, 8, 10, 20])("of %d values has its level, and finds what resembles", (n) => {
    const found = (phi: number) =>
      shareOf(800, (random) => serialP(autoregressive(n, phi, random)) <= 0.1);
    expect(found(0)).toBeLessThan(0.135);
    expect(found(0.99)).toBeGreaterThan(n < 8 ? 0.18 : 0.5);
    expect(serialP(upTo(n))).toBeLessThan(0.02);
  });
});

describe("two groups", () => {
  test("are found where a gap is clear, with both of their middles", () => {
    expect(twoGroups([100, 130, 101, 131])).toEqual({ low: 100.5, high: 130.5 });
    expect(twoGroups([100, 101, 102, 103, 104])).toBeNull();
    expect(twoGroups([100, 100.1, 102, 102.1])).toBeNull();
    expect(twoGroups([100, 130, 101])).toBeNull();
    expect(twoGroups([0, 1, 0, 1])).toBeNull();
  });

  test.each([5, 6, 8, 10])("are seldom seen in %d values of one", (n) => {
    const seen = (one: (typeof RUN_NOISES)[keyof typeof RUN_NOISES]) =>
      shareOf(800, (random) => {
        return twoGroups(one(n, random).map((value) => Math.exp(0.1 * value))) !== null;
      });
    expect(seen(RUN_NOISES.independent)).toBeLessThan(0.06);
    expect(seen(RUN_NOISES["two modes"])).toBeGreaterThan(0.5);
  });
});

describe("two samples in time", () => {
  const one = (value: number, run: string, minute: number, repetition = 1): Dated => ({
    value,
    runId: run,
    startedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    repetition,
  });
  const sides = (letters: string) => {
    const all = [...letters].map((letter, at) => [letter, one(at + 1, `${at}`, at)] as const);
    const of = (side: string) => all.flatMap(([letter, it]) => (letter === side ? [it] : []));
    return arranged(of("A"), of("B"), 0.2);
  };

  test("take turns where no side goes three times in a row", () => {
    expect(sides("ABBAABBA")).toMatchObject({ order: "turns", drift: 0 });
    expect(sides("ABABAB").order).toBe("turns");
    expect(sides("AAABBB")).toMatchObject({ order: "blocks" });
    expect(sides("ABAAABBB").order).toBe("blocks");
    expect(sides("AAABBB").drift).toBeCloseTo(Math.SQRT2 * 0.2, 12);
  });

  test("of runs that began at one instant have no order, and repetitions of a run are one", () => {
    const together = arranged(
      [one(1, "a", 0), one(2, "b", 1)],
      [one(3, "c", 0), one(4, "d", 1)],
      1,
    );
    expect(together.order).toBe("blocks");
    const runs = (side: number) =>
      upTo(4).flatMap((round) => {
        const minute = 2 * round + (round % 2 === 0 ? side : 1 - side);
        return [1, 2, 3].map((again) => one(round + again / 10, `${side}${round}`, minute, again));
      });
    expect(arranged(runs(0), runs(1), 1)).toMatchObject({
      order: "turns",
      first: [1.2, 2.2, 3.2, 4.2],
    });
    const phases = [1, 2, 3].map((again) => one(again, "same", 0, again));
    expect(arranged(phases, phases, 1).order).toBe("turns");
  });

  test("in blocks differ beyond drift in at most 2 of 100 pairs of correlated series", () => {
    for (const n of [4, 6, 10]) {
      for (const phi of [0, 0.5, 0.9, 0.99]) {
        const wrong = shareOf(600, (random) => {
          const side = () => autoregressive(n, phi, random).map((value) => Math.exp(0.01 * value));
          const [a, b] = [side(), side()];
          const mean = (all: readonly number[]) =>
            all.reduce((sum, value) => sum + Math.log(value), 0) / all.length;
          return exceedsDrift(Math.exp(mean(b) - mean(a)), driftReach(a, b, 10));
        });
        expect(wrong, `${n} values, ${phi}`).toBeLessThanOrEqual(0.025);
      }
    }
    expect(driftReach([1, 1.1], [2, 0], 0.1)).toBeCloseTo(Math.SQRT2 * 0.1, 12);
  });
});
