import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumberedRandom } from "../../../src/model/random/numbered-random.ts";

const numbers = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 52 }));

/** Standard deviations of a chi-square statistic above its mean, for equally likely bins. */
function excess(counts: Float64Array, draws: number): number {
  const due = draws / counts.length;
  const degrees = counts.length - 1;
  const statistic = counts.reduce((sum, count) => sum + (count - due) ** 2 / due, 0);
  return (statistic - degrees) / Math.sqrt(2 * degrees);
}

describe("numbered random numbers", () => {
  test("depend on nothing but seed, stream and number", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.array(numbers), (seed, stream, asked) => {
        const forwards = new NumberedRandom(seed, stream);
        const backwards = new NumberedRandom(seed, stream);
        const drawn = asked.map((number) => [forwards.uint32(number), forwards.unit(number)]);
        const again = asked
          .toReversed()
          .map((number) => [backwards.uint32(number), backwards.unit(number)]);
        expect(again.toReversed()).toEqual(drawn);
      }),
    );
  });

  test("are in range, also for numbers and bounds above 32 bits", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        numbers,
        fc.integer({ min: 1, max: 2 ** 52 }),
        (seed, at, bound) => {
          const random = new NumberedRandom(seed, 1);
          const unit = random.unit(at);
          expect(unit >= 0 && unit < 1).toBe(true);
          const value = random.below(at, bound);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["", 0],
    ["beyond 2^32", 2 ** 40],
  ])("are spread evenly, and independent of their neighbours %s", (_what, from) => {
    const random = new NumberedRandom(42, 3);
    const draws = 200_000;
    const single = new Float64Array(1000);
    const pairs = new Float64Array(32 * 32);
    for (let i = 0; i < draws; i++) {
      const bin = random.below(from + i, 1000);
      single[bin] = (single[bin] ?? 0) + 1;
      const pair = random.below(from + i, 32) * 32 + random.below(from + i + 1, 32);
      pairs[pair] = (pairs[pair] ?? 0) + 1;
    }
    expect(Math.abs(excess(single, draws))).toBeLessThan(5);
    expect(Math.abs(excess(pairs, draws))).toBeLessThan(5);
  });

  test("of neighbouring seeds and streams have nothing in common", () => {
    for (const [seed, stream] of [
      [42, 4],
      [43, 3],
    ] as const) {
      const one = new NumberedRandom(42, 3);
      const other = new NumberedRandom(seed, stream);
      const pairs = new Float64Array(32 * 32);
      for (let i = 0; i < 100_000; i++) {
        const pair = one.below(i, 32) * 32 + other.below(i, 32);
        pairs[pair] = (pairs[pair] ?? 0) + 1;
      }
      expect(Math.abs(excess(pairs, 100_000))).toBeLessThan(5);
    }
  });
});
