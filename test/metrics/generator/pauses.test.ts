import fc from "fast-check";
import { expect, test } from "vitest";
import { pausesWithin } from "../../../src/metrics/generator/pauses.ts";

test("a pause is counted by what of it lies in the phase", () => {
  const seen = [
    { fromNs: -500e6, lengthNs: 100e6, readyNs: 0 },
    { fromNs: -100e6, lengthNs: 300e6, readyNs: 0 },
    { fromNs: 1e9, lengthNs: 60e6, readyNs: 45e6 },
    { fromNs: 9.9e9, lengthNs: 2e9, readyNs: -1 },
    { fromNs: 12e9, lengthNs: 1e9, readyNs: 0 },
  ];
  expect(pausesWithin(seen, 10e9)).toEqual({
    count: 3,
    totalNs: 360e6,
    longestNs: 200e6,
    list: [
      { atNs: 0, lengthNs: 200e6, readyShare: 0 },
      { atNs: 1e9, lengthNs: 60e6, readyShare: 0.75 },
      { atNs: 9.9e9, lengthNs: 0.1e9, readyShare: null },
    ],
  });
});

test("two phases share a pause out: nothing of it is lost or told twice", () => {
  const pause = fc.record({
    fromNs: fc.integer({ min: 0, max: 10_000_000_000 }),
    lengthNs: fc.integer({ min: 50_000_000, max: 3_000_000_000 }),
    readyNs: fc.integer({ min: -1, max: 1_000_000_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(pause, { maxLength: 30 }),
      fc.integer({ min: 1, max: 15e9 }),
      (seen, cut) => {
        const ends = 20e9;
        const later = seen.map((one) => ({ ...one, fromNs: one.fromNs - cut }));
        const first = pausesWithin(seen, cut);
        const second = pausesWithin(later, ends - cut);
        const total = seen.reduce((sum, { lengthNs }) => sum + lengthNs, 0);
        // What is cut off at either side is dropped below a millisecond.
        const parts = first.totalNs + second.totalNs;
        expect(parts).toBeLessThanOrEqual(total);
        expect(parts).toBeGreaterThan(total - 2e6 * Math.max(1, seen.length));
        expect(first.count).toBeLessThanOrEqual(seen.length);
        expect(first.list.length).toBe(Math.min(20, first.count));
      },
    ),
  );
});
