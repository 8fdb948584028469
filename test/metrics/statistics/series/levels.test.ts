import { describe, expect, test } from "vitest";
import { levelChanges, levelsOf } from "../../../../src/metrics/statistics/series/levels.ts";
import type { Random } from "../../../../src/model/random/random.ts";
import { draws } from "../../../draws.ts";
import { autoregressive, shareOf } from "../noise.ts";

type Course = (at: number) => number;
const SIZES = [60, 200, 600];
const DRAWS = draws(30, 60);

/** A series of a course with noise of 0.5 to 10 %; its neighbors resemble each other or not. */
function noisy(n: number, course: Course, random: Random): readonly number[] {
  const share = [0.005, 0.03, 0.1][random.below(3)] ?? 0.03;
  const phi = [0, 0.3, 0.6, 0.9][random.below(4)] ?? 0;
  const noise = autoregressive(n, phi, random);
  return noise.map((one, at) => course(at) * (1 + share * one));
}

/** Steps at drawn times, each at least 40 % from the one before. */
function stairs(n: number, count: number, random: Random): Course {
  const at = (low: number, high: number) => low + (high - low) * random.unit();
  const edges = Array.from({ length: count - 1 }, (_, i) => n * ((i + 1 + at(-0.3, 0.3)) / count));
  const levels = [at(500, 3000)];
  while (levels.length < count) {
    const next = (levels.at(-1) ?? 0) * (random.unit() < 0.75 ? at(0.15, 0.6) : at(1.6, 4));
    const known = levels.at(-2);
    if (known === undefined || Math.abs(next / known - 1) > 0.4) levels.push(next);
  }
  return (index) => levels[edges.filter((edge) => edge <= index).length] ?? 0;
}

/** Share of draws of a kind of series for which something holds, over all sizes. */
function share(
  draw: (n: number, random: Random) => Course,
  holds: (values: readonly number[]) => boolean,
): number {
  const shares = SIZES.map((n) =>
    shareOf(DRAWS, (random) => holds(noisy(n, draw(n, random), random))),
  );
  return shares.reduce((sum, one) => sum + one, 0) / shares.length;
}

const isBurst = (values: readonly number[]) => levelChanges(values).change !== null;

describe("levels of a rate", () => {
  test("one and two are found as such", () => {
    expect(
      share(
        () => () => 1000,
        (values) => levelsOf(values).length === 1,
      ),
    ).toBeGreaterThan(0.95);
    expect(share((n, random) => stairs(n, 2, random), isBurst)).toBeGreaterThan(0.9);
  });

  test.each([3, 4])("%i are not told as one change", (count) => {
    const draw = (n: number, random: Random) => stairs(n, count, random);
    expect(share(draw, isBurst)).toBeLessThan(0.04);
    const several = share(draw, (values) => (levelChanges(values).levels ?? []).length > 2);
    expect(several).toBeGreaterThan(0.8);
  });

  test("three without noise are exact", () => {
    const values = Array.from({ length: 300 }, (_, at) => (at < 90 ? 3000 : at < 210 ? 1500 : 300));
    expect(levelChanges(values)).toEqual({
      change: null,
      levels: [
        { from: 0, to: 90, value: 3000 },
        { from: 90, to: 210, value: 1500 },
        { from: 210, to: 300, value: 300 },
      ],
    });
  });
});

describe("no level of its own", () => {
  const between = (random: Random, low: number, high: number) => low + (high - low) * random.unit();

  test("has a stall that ends, wherever it is", () => {
    const stall = (n: number, random: Random): Course => {
      const length = Math.max(1, Math.floor(n * between(random, 0.005, 0.2)));
      const from = Math.floor(between(random, 0.03 * n, 0.97 * n - length));
      return (at) => (at >= from && at < from + length ? 0 : 1000);
    };
    expect(share(stall, isBurst)).toBeLessThan(0.01);
  });

  test("has a ramp, a warm-up, a wave or a dip that comes again and again", () => {
    const courses: Readonly<Record<string, (n: number, random: Random) => Course>> = {
      ramp: (n, random) => {
        const [from, to] = [between(random, 500, 3000), between(random, 500, 3000)];
        return (at) => from + ((to - from) * at) / n;
      },
      warmUp: (n, random) => {
        const lasts = n * between(random, 0.05, 0.4);
        return (at) => 1000 - 700 * Math.exp(-at / lasts);
      },
      wave: (n, random) => {
        const period = n * between(random, 0.1, 0.5);
        return (at) => 1000 + 200 * Math.sin((2 * Math.PI * at) / period);
      },
      dips: (n, random) => {
        const period = 2 + Math.floor(n * between(random, 0.03, 0.25));
        const length = Math.max(1, Math.floor(period * between(random, 0.1, 0.4)));
        return (at) => (at % period < length ? 200 : 1000);
      },
    };
    for (const [name, course] of Object.entries(courses)) {
      expect(share(course, isBurst), name).toBeLessThan(0.04);
    }
  });

  test("has a stall beside a burst's end: the burst is still one", () => {
    const course = (n: number, random: Random): Course => {
      const step = stairs(n, 2, random);
      const from = Math.floor(n * between(random, 0.1, 0.9));
      const length = Math.max(1, Math.floor(n * between(random, 0.005, 0.05)));
      return (at) => (at >= from && at < from + length ? 0 : step(at));
    };
    expect(share(course, isBurst)).toBeGreaterThan(0.8);
  });
});
