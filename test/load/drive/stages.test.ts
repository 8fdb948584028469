import { describe, expect, test, vi } from "vitest";
import { StageTimes } from "../../../src/load/drive/stages.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import type { IntervalRecord, Series } from "../../../src/model/run/measurement.ts";

const CREATE = operationCode("create");
const STAT = operationCode("stat");
const METRICS = ["service", "sync", "open", "transfer", "close"] as const;

/** Stages of the operations of one slot, with a clock that the test sets, and their times in ms. */
function stagesOf(metrics: readonly Series["metric"][]) {
  const series = [
    ...metrics.map((metric) => ({ operation: "create", metric }) as const),
    { operation: "stat", metric: "service" } as const,
  ];
  const cells: Omit<IntervalRecord, "worker">[] = [];
  const grid = { fromMs: 0, toMs: 1e6, intervalMs: 1e6 };
  const recorder = new Recorder(grid, series, false, (cell) => cells.push(cell));
  const stages = StageTimes.of(series, { depth: 1 });
  if (stages === null) throw new Error("the series have no stages");
  const clock = vi.spyOn(performance, "now");
  const at = (ms: number, end: "opened" | "transferred" | "synced") => {
    clock.mockReturnValueOnce(ms);
    stages.look();
    stages[end](0);
  };
  const times = () => {
    recorder.finish();
    const pairs = series.map((_, index) => [...(cells[0]?.latencies[index] ?? [])]);
    return Object.fromEntries(
      metrics.map((metric, index) => [
        metric,
        (pairs[index] ?? []).filter((_, i) => i % 2 === 0).map((ns) => Math.round(ns / 1e6)),
      ]),
    );
  };
  return { recorder, stages, at, times };
}

describe("stages of an operation", () => {
  test("add up to its latency, each from the end of the one before", () => {
    const { recorder, stages, at, times } = stagesOf(METRICS);
    at(13, "opened");
    at(14, "transferred");
    at(34, "synced");
    stages.completed(recorder, 0, CREATE, 10, 42);
    expect(times()).toEqual({ service: [], open: [3], transfer: [1], sync: [20], close: [8] });
  });

  test("have no sync in a phase without one", () => {
    const { recorder, stages, at, times } = stagesOf(["service", "open", "transfer", "close"]);
    at(13, "opened");
    at(14, "transferred");
    stages.completed(recorder, 0, CREATE, 10, 22);
    expect(times()).toEqual({ service: [], open: [3], transfer: [1], close: [8] });
  });

  test("are not those of an earlier operation of the slot", () => {
    const { recorder, stages, at, times } = stagesOf(METRICS);
    at(13, "opened");
    at(14, "transferred");
    stages.completed(recorder, 0, STAT, 15, 16);
    stages.completed(recorder, 0, CREATE, 15, 16);
    expect(times().open).toEqual([]);
  });

  test.each([
    ["open", []],
    ["transfer", ["opened"]],
    ["sync", ["opened", "transferred"]],
    ["close", ["opened", "transferred", "synced"]],
  ] as const)("of one that never completes: a lower bound of the %s", (stage, ends) => {
    const { recorder, stages, at, times } = stagesOf(METRICS);
    for (const [index, end] of ends.entries()) at(20 + 10 * index, end);
    const fromMs = 10 + 10 * ends.length;
    stages.unfinished(recorder, 0, CREATE, 10, 1000);
    const found = times();
    const order = ["open", "transfer", "sync", "close"] as const;
    const before = order.slice(0, ends.length);
    expect(before.map((one) => found[one])).toEqual(before.map(() => [10]));
    // Negative: at least that long.
    expect(Math.abs(-(found[stage]?.[0] ?? 0) / (1000 - fromMs) - 1)).toBeLessThan(0.01);
    expect(order.slice(ends.length + 1).flatMap((one) => found[one] ?? [])).toEqual([]);
  });
});

test.each([
  [16, false, 96],
  [17, false, 48],
  [64, false, 24],
  [64, true, 96],
])(
  "stages are those of one operation in depth / 16: depth %i, durable: %s",
  (depth, syncs, timed) => {
    const metrics = METRICS.filter((metric) => syncs || metric !== "sync");
    const series = metrics.map((metric) => ({ operation: "create", metric }) as const);
    const cells: Omit<IntervalRecord, "worker">[] = [];
    const grid = { fromMs: 0, toMs: 1e6, intervalMs: 1e6 };
    const recorder = new Recorder(grid, series, false, (cell) => cells.push(cell));
    const stages = StageTimes.of(series, { depth });
    for (let number = 0; number < 96; number++) {
      const slot = number % depth;
      stages?.look();
      stages?.opened(slot);
      stages?.transferred(slot);
      if (syncs) stages?.synced(slot);
      stages?.completed(recorder, slot, CREATE, 0, performance.now());
    }
    recorder.finish();
    const counts = metrics.map((_, index) =>
      [...(cells[0]?.latencies[index] ?? [])].reduce((sum, one, at) => sum + (at % 2) * one, 0),
    );
    expect(counts).toEqual(metrics.map((metric) => (metric === "service" ? 0 : timed)));
  },
);
