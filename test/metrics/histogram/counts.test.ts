import fc from "fast-check";
import { expect, test } from "vitest";
import { LONGEST_NS } from "../../../src/metrics/histogram/cells.ts";
import { LatencyCounts } from "../../../src/metrics/histogram/counts.ts";
import { addPairs, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";

/** Latencies over the whole range, with the edges of cells among them. */
const latency = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
  fc.integer({ min: 1, max: 52 }).map((power) => 2 ** power - 1),
  fc.integer({ min: 0, max: 2 * LONGEST_NS }),
);

test("holds what the histogram itself would have held", () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 300 }), (values) => {
      const histogram = makeHistogram("interval");
      const counts = new LatencyCounts(1);
      for (const ns of values) {
        histogram.recordValue(Math.min(ns, LONGEST_NS));
        counts.record(0, ns);
      }
      const counted = makeHistogram("interval");
      addPairs(counted, counts.take(0) ?? new Float64Array());
      expect(counted.encode()).toEqual(histogram.encode());
      expect(counts.take(0)).toBeNull();
      histogram.destroy();
      counted.destroy();
    }),
  );
});

test("keeps its series apart, and forgets one alone", () => {
  const counts = new LatencyCounts(3);
  counts.record(0, 100);
  counts.record(1, 200);
  counts.record(2, 6e9);
  counts.forget(1);
  expect(counts.take(0)).not.toBeNull();
  expect(counts.take(1)).toBeNull();
  expect(counts.take(2)).not.toBeNull();
});

test("rounds to whole nanoseconds", () => {
  const counts = new LatencyCounts(2);
  counts.record(0, 41.6);
  counts.record(1, 42);
  expect(counts.take(0)).toEqual(counts.take(1));
});

test("an interval of a million operations is a few kilobytes", () => {
  const counts = new LatencyCounts(1);
  for (let i = 0; i < 1_000_000; i++) counts.record(0, 80_000 + ((i * 7919) % 40_000));
  expect(counts.take(0)?.byteLength ?? 0).toBeLessThan(16_384);
});
