import { expect, onTestFinished, test } from "vitest";
import { type LatencyHistogram, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import { type OperationTotals, summarizePhase } from "../../../src/metrics/histogram/summary.ts";

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = makeHistogram("total");
  for (const value of values) histogram.recordValue(value);
  onTestFinished(() => histogram.destroy());
  return histogram;
}

function totals(changes: Partial<OperationTotals> = {}): OperationTotals {
  return {
    operation: "read",
    operations: 300,
    bytes: 1_228_800,
    errors: 2,
    drained: 1,
    service: histogramOf([1000]),
    firstByte: null,
    sync: null,
    throttled: 0,
    attempt: null,
    response: null,
    ...changes,
  };
}

test("rates are counts inside the phase over its elapsed time", () => {
  const [all, ...others] = summarizePhase([totals()], 1.5e9);
  expect(others).toEqual([]);
  expect(all).toMatchObject({
    operation: "all",
    operations: 300,
    errors: 2,
    drained: 1,
    operationsPerSecond: 200,
    bytesPerSecond: 819_200,
    firstByte: null,
  });
});

test("a phase of no length has no rate", () => {
  const [all] = summarizePhase([totals({ operations: 0, bytes: 0 })], 0);
  expect(all).toMatchObject({ operationsPerSecond: 0, bytesPerSecond: 0 });
});

test("a mix: `all` adds counts and distributions, its percentiles are of all values", () => {
  const reads = Array.from({ length: 90 }, (_, i) => 1000 + i);
  const writes = Array.from({ length: 10 }, () => 1_000_000);
  const [all, read, write] = summarizePhase(
    [
      totals({ service: histogramOf(reads), firstByte: histogramOf([700]) }),
      totals({ operation: "write", operations: 100, drained: 0, service: histogramOf(writes) }),
    ],
    1e9,
  );
  expect(all).toMatchObject({ operation: "all", operations: 400, errors: 4, drained: 1 });
  expect(read?.operation).toBe("read");
  expect(write).toMatchObject({ operation: "write", operationsPerSecond: 100, firstByte: null });
  expect(all?.latency?.count).toBe(100);
  expect(all?.latency?.p90Ns).toBe(1089);
  // The mean of the two p99 would be near 0.5 ms; 99 of the 100 values are at or below 1 ms.
  expect(Math.abs((all?.latency?.p99Ns ?? 0) - 1_000_000)).toBeLessThanOrEqual(1000);
  expect(all?.firstByte?.count).toBe(1);
});

test("operations that never completed are errors, unless the phase was interrupted", () => {
  const some = [totals({ unfinished: 3 }), totals({ operation: "write", unfinished: 1 })];
  expect(summarizePhase(some, 1e9)).toMatchObject([
    { errors: 8, unfinished: 4 },
    { errors: 5, unfinished: 3 },
    { errors: 3, unfinished: 1 },
  ]);
  expect(summarizePhase(some, 1e9, true)[0]).toMatchObject({ errors: 4, unfinished: 4 });
});

test("nothing completed: counts stand, latencies are absent", () => {
  const [all] = summarizePhase([totals({ operations: 0, service: histogramOf([]) })], 1e9);
  expect(all).toMatchObject({ operations: 0, errors: 2, latency: null });
});
