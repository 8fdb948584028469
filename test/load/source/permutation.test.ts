import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Permutation } from "../../../src/load/source/permutation.ts";

describe("a permutation without memory", () => {
  test("has every number exactly once, for every count, seed and epoch", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer(),
        fc.nat(),
        (count, seed, stream) => {
          const order = new Permutation(count, seed, stream);
          for (let epoch = 0; epoch < 2; epoch++) {
            const seen = new Uint8Array(count);
            for (let i = 0; i < count; i++) {
              const at = order.at(i);
              seen[at] = (seen[at] ?? 2) + 1;
            }
            expect(seen.every((times) => times === 1)).toBe(true);
            order.shuffle(seed, stream + 1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("stays in range without duplicates for counts too large to try all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2 ** 31, max: 2 ** 52 }),
        fc.uniqueArray(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
          minLength: 2,
        }),
        (count, shares) => {
          const order = new Permutation(count, 1, 1);
          const asked = [...new Set(shares.map((share) => Math.floor(share * count)))];
          const given = asked.map((index) => order.at(index));
          expect(given.every((at) => Number.isInteger(at) && at >= 0 && at < count)).toBe(true);
          expect(new Set(given).size).toBe(asked.length);
        },
      ),
    );
  });

  test.each([96, 1000, 4096, 65_537])(
    "of %i leaves no trace of the order it began with",
    (count) => {
      // Pairs of successive numbers, each of the two in one of eight parts of the range.
      const pairs = new Float64Array(64);
      let drawn = 0;
      for (let seed = 0; seed < 100_000 / count; seed++) {
        const order = new Permutation(count, seed, 0);
        for (let i = 1; i < count; i++) {
          const part = (at: number) => Math.floor((order.at(at) * 8) / count);
          const pair = part(i - 1) * 8 + part(i);
          pairs[pair] = (pairs[pair] ?? 0) + 1;
          drawn++;
        }
      }
      // Without replacement a number's neighbour is a little less often from its own part.
      for (const times of pairs) expect(Math.abs(times / (drawn / 64) - 1)).toBeLessThan(0.25);
    },
  );

  test("puts the first number anywhere", () => {
    const places = new Float64Array(7);
    const draws = 14_000;
    for (let seed = 0; seed < draws; seed++) {
      const at = new Permutation(7, seed, 0).at(0);
      places[at] = (places[at] ?? 0) + 1;
    }
    const due = draws / 7;
    const statistic = places.reduce((sum, times) => sum + (times - due) ** 2 / due, 0);
    // Six degrees of freedom: mean 6, six standard deviations above it is 27.
    expect(statistic).toBeLessThan(27);
  });
});
