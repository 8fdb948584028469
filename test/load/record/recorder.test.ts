import { expect, test } from "vitest";
import type { Grid } from "../../../src/load/record/columns.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { addPairs, makeHistogram, summarize } from "../../../src/metrics/histogram/histogram.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import { DRAIN, type IntervalRecord, type Series } from "../../../src/model/run/measurement.ts";

const READ = operationCode("read");
const WRITE = operationCode("write");
const READS: readonly Series[] = [{ operation: "read", metric: "service" }];

type Cell = Omit<IntervalRecord, "worker">;

/** A recorder on a grid of 100 ms from 1000 ms on, and what it hands on. */
function recorderOf(
  changes: Partial<Grid> = {},
  series = READS,
  warming = false,
): { readonly recorder: Recorder; readonly cells: Cell[]; readonly begun: number[] } {
  const cells: Cell[] = [];
  /** How many cells there were each time that measuring began. */
  const begun: number[] = [];
  const grid = { fromMs: 1000, toMs: 1300, intervalMs: 100, ...changes };
  const recorder = new Recorder(
    grid,
    series,
    warming,
    (cell) => cells.push(cell),
    () => begun.push(cells.length),
  );
  return { recorder, cells, begun };
}

/** The calls of the driving loop for each completion. */
function complete(recorder: Recorder, atMs: number, latencyMs: number, bytes = 4096, code = READ) {
  if (atMs >= recorder.boundaryMs) recorder.cross(atMs);
  recorder.lastMs = atMs;
  recorder.complete(code, latencyMs, bytes);
}

function latencies(cell: Cell | undefined, series = 0) {
  const histogram = makeHistogram("total");
  const pairs = cell?.latencies[series];
  if (pairs != null) addPairs(histogram, pairs);
  const summary = summarize(histogram);
  histogram.destroy();
  return summary;
}

const counts = (cells: readonly Cell[]) => cells.map((cell) => [cell.index, ...cell.operations]);

test("an operation counts in the interval in which it completes", () => {
  const { recorder, cells } = recorderOf();
  // The second one was issued in the first interval; the last two fall on a boundary and past it.
  for (const atMs of [1050, 1101, 1199.999, 1200, 1299.9]) complete(recorder, atMs, 60);
  expect(recorder.open).toBe(true);
  recorder.cross(1300);
  expect(recorder.open).toBe(false);
  complete(recorder, 1310, 20);
  expect(recorder.finish()).toBe(300e6);
  expect(counts(cells)).toEqual([
    [0, 1],
    [1, 2],
    [2, 2],
    [DRAIN, 1],
  ]);
  expect(cells.map(({ widthNs }) => widthNs)).toEqual([100e6, 100e6, 100e6, 0]);
  expect(cells.map(({ bytes }) => bytes[0])).toEqual([4096, 8192, 8192, 4096]);
});

test("intervals in which nothing happened are there and empty", () => {
  const { recorder, cells } = recorderOf();
  complete(recorder, 1010, 1);
  complete(recorder, 1290, 280);
  // Seen late, the deadline is still where it was.
  recorder.cross(2000);
  expect(recorder.finish()).toBe(300e6);
  expect(counts(cells)).toEqual([
    [0, 1],
    [1, 0],
    [2, 1],
    [DRAIN, 0],
  ]);
  expect(cells[1]?.latencies).toEqual([null]);
  expect(latencies(cells[2])?.maxNs).toBeGreaterThanOrEqual(280e6);
});

test("what completes in the warm-up is forgotten, to the last count", () => {
  const { recorder, cells, begun } = recorderOf({ fromMs: 1500, toMs: 1600 }, READS, true);
  expect(recorder.measuring).toBe(false);
  for (let atMs = 1001; atMs < 1500; atMs += 10) complete(recorder, atMs, 400);
  complete(recorder, 1499, 1, -5);
  expect(begun).toEqual([]);
  complete(recorder, 1501, 2);
  expect(recorder.measuring).toBe(true);
  expect(begun).toEqual([0]);
  recorder.cross(1600);
  expect(recorder.finish()).toBe(100e6);
  expect(counts(cells)).toEqual([
    [0, 1],
    [DRAIN, 0],
  ]);
  expect(cells[0]?.errors).toEqual([0]);
  expect(latencies(cells[0])?.maxNs).toBeLessThan(2.003e6);
});

test("a worker that has nothing left to do in the warm-up hands on nothing", () => {
  const { recorder, cells, begun } = recorderOf({ fromMs: 1500, toMs: 1600 }, READS, true);
  complete(recorder, 1400, 1);
  expect(recorder.finish()).toBe(0);
  expect([cells, begun]).toEqual([[], []]);
});

test("a phase stopped in its warm-up measured nothing", () => {
  const { recorder, cells } = recorderOf({ fromMs: 1500, toMs: 1600 }, READS, true);
  complete(recorder, 1400, 1);
  recorder.end(1450);
  complete(recorder, 1451, 1);
  expect(recorder.finish()).toBe(0);
  expect(counts(cells)).toEqual([[DRAIN, 1]]);
});

test("errors are counted and have neither bytes nor a latency", () => {
  const { recorder, cells } = recorderOf();
  complete(recorder, 1001, 50, -5);
  complete(recorder, 1002, 1, 100);
  complete(recorder, 1003, 60, -4096);
  recorder.finish();
  expect(cells[0]).toMatchObject({ operations: [1], bytes: [100], errors: [2] });
  expect(latencies(cells[0])).toMatchObject({ count: 1 });
});

test("a count that ends a phase: its last interval ends with the last completion", () => {
  const { recorder, cells } = recorderOf({ toMs: Number.POSITIVE_INFINITY });
  for (const atMs of [1020, 1120, 1210, 1237.5]) complete(recorder, atMs, 5);
  expect(recorder.finish()).toBe(237.5e6);
  expect(cells.map(({ index, widthNs }) => [index, widthNs])).toEqual([
    [0, 100e6],
    [1, 100e6],
    [2, 37.5e6],
  ]);
});

test("a worker with nothing to do measured no time", () => {
  const { recorder, cells } = recorderOf();
  expect(recorder.finish()).toBe(0);
  expect(cells).toMatchObject([{ index: 0, widthNs: 0, operations: [0] }]);
});

test("an early end cuts the interval short; what comes after is the drain", () => {
  const { recorder, cells } = recorderOf();
  complete(recorder, 1105, 5);
  recorder.end(1150);
  recorder.end(1160);
  complete(recorder, 1155, 60);
  complete(recorder, 5000, 900, -5);
  expect(recorder.finish()).toBe(150e6);
  expect(cells.map(({ index, widthNs }) => [index, widthNs])).toEqual([
    [0, 100e6],
    [1, 50e6],
    [DRAIN, 0],
  ]);
  expect(cells[2]).toMatchObject({ operations: [1], errors: [1] });
});

test("an early end that is seen late closes the intervals before it", () => {
  const { recorder, cells } = recorderOf();
  complete(recorder, 1050, 5);
  recorder.end(1250);
  expect(recorder.finish()).toBe(250e6);
  expect(cells.map(({ index, widthNs, operations }) => [index, widthNs, ...operations])).toEqual([
    [0, 100e6, 1],
    [1, 100e6, 0],
    [2, 50e6, 0],
    [DRAIN, 0, 0],
  ]);
});

test("a grid that does not divide the phase leaves one shorter interval and no sliver", () => {
  const { recorder, cells } = recorderOf({ toMs: 1250 });
  recorder.cross(3000);
  recorder.finish();
  expect(cells.map(({ widthNs }) => widthNs)).toEqual([100e6, 100e6, 50e6, 0]);
  // 100.1 ms is not a binary fraction: seven intervals end before the deadline by rounding.
  const fine = recorderOf({ toMs: 1700.7, intervalMs: 100.1 });
  fine.recorder.cross(9000);
  fine.recorder.finish();
  expect(fine.cells.map(({ widthNs }) => widthNs)).toEqual([...Array(7).fill(100.1e6), 0]);
});

test("operations of a mix, their first bytes and syncs have separate distributions", () => {
  const mixed: readonly Series[] = [
    { operation: "write", metric: "sync" },
    { operation: "write", metric: "service" },
    { operation: "read", metric: "service" },
    { operation: "read", metric: "firstByte" },
  ];
  // In any order: the first of them has the number 0.
  for (const series of [mixed, mixed.toReversed()]) {
    const { recorder, cells } = recorderOf({}, series);
    complete(recorder, 1001, 3, 10, WRITE);
    recorder.synced(WRITE, 4, 0);
    recorder.synced(READ, 8, 0);
    recorder.synced(WRITE, 8, -5);
    recorder.timed("firstByte", READ, 1);
    complete(recorder, 1002, 2, 20, READ);
    recorder.timed("firstByte", WRITE, 9);
    complete(recorder, 1003, 2, 20, READ);
    recorder.finish();
    const of = (values: readonly number[], operation: "read" | "write") =>
      values[[...new Set(series.map((one) => one.operation))].indexOf(operation)];
    const [cell = expect.fail()] = cells;
    expect([of(cell.operations, "write"), of(cell.operations, "read")]).toEqual([1, 2]);
    expect([of(cell.bytes, "write"), of(cell.bytes, "read")]).toEqual([10, 40]);
    expect([of(cell.errors, "write"), of(cell.errors, "read")]).toEqual([1, 0]);
    const seen = series.map(({ operation, metric }, index) => {
      const { count, maxNs = 0 } = latencies(cell, index) ?? {};
      return [operation, metric, count, Math.round(maxNs / 1e5) / 10];
    });
    expect(seen.sort()).toEqual([
      ["read", "firstByte", 1, 1],
      ["read", "service", 2, 2],
      ["write", "service", 1, 3],
      ["write", "sync", 1, 4],
    ]);
  }
});

test("records a latency of two hours", () => {
  const { recorder, cells } = recorderOf({ fromMs: 0, toMs: 1e9, intervalMs: 1e9 });
  complete(recorder, 8e6, 7.2e6);
  recorder.finish();
  const maxNs = latencies(cells[0])?.maxNs ?? 0;
  expect(maxNs / 7.2e12).toBeGreaterThan(0.999);
  expect(maxNs / 7.2e12).toBeLessThan(1.001);
});
