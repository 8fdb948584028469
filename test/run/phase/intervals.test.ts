import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { summarize } from "../../../src/metrics/histogram/histogram.ts";
import { summarizePhase } from "../../../src/metrics/histogram/summary.ts";
import { valueIn } from "../../../src/metrics/threshold/values.ts";
import { DRAIN, type IntervalRecord, type Series } from "../../../src/model/run/measurement.ts";
import { type PhaseInterval, PhaseIntervals } from "../../../src/run/phase/intervals.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { phasePlan, result } from "../../report/fixture.ts";
import { labelsOf } from "../labels.ts";

const CONTEXT = { phase: "p", repetition: 1, startedAtMs: 1e12, matrix: {} };

const SERIES: readonly Series[] = [
  { operation: "read", metric: "service" },
  { operation: "write", metric: "service" },
];
const WIDTH_NS = 100e6;

/** What one worker did in one cell: latencies of its reads and writes, and its errors. */
interface Deed {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly errors: number;
}

const latencies = fc.array(fc.integer({ min: 1, max: 1e9 }), { maxLength: 5 });
const deed = fc.record({ reads: latencies, writes: latencies, errors: fc.nat(2) });
/** By worker: its intervals in order, and its drain. */
const phase = fc.array(fc.record({ intervals: fc.array(deed, { maxLength: 5 }), drain: deed }), {
  minLength: 1,
  maxLength: 5,
});
type Phase = readonly { readonly intervals: readonly Deed[]; readonly drain: Deed }[];

function recordOf(worker: number, index: number, { reads, writes, errors }: Deed): IntervalRecord {
  const pairs = (values: readonly number[]) =>
    values.length === 0 ? null : Float64Array.from(values.flatMap((ns) => [ns, 1]));
  return {
    worker,
    index,
    widthNs: index === DRAIN ? 0 : WIDTH_NS,
    operations: [reads.length, writes.length],
    bytes: [reads.length * 4096, writes.length * 8192],
    errors: [errors, 0],
    throttled: [errors, 0],
    opened: { late: errors, dropped: 0, backlogMost: reads.length },
    latencies: [pairs(reads), pairs(writes)],
  };
}

/** Everything a phase leaves, when the workers' records come in the order `turns` says. */
function gather(workers: Phase, turns: readonly number[]) {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  const store = new RunStore(folder, labelsOf("run", 1e12));
  const cells: PhaseInterval[] = [];
  const timeLine = new PhaseIntervals(SERIES, workers.length, WIDTH_NS, (cell) => {
    cells.push({ ...cell, histograms: [] });
    store.interval(cell, SERIES, CONTEXT);
  });
  const queues = workers.map(({ intervals, drain }, worker) => [
    ...intervals.map((one, index) => recordOf(worker, index, one)),
    recordOf(worker, DRAIN, drain),
  ]);
  const left = new Set(queues.keys());
  for (let turn = 0; left.size > 0; turn++) {
    const waiting = [...left];
    const worker = waiting[(turns[turn % turns.length] ?? 0) % waiting.length] ?? 0;
    const record = queues[worker]?.shift();
    if (record !== undefined) timeLine.add(record);
    else {
      timeLine.finish(worker);
      left.delete(worker);
    }
  }
  const totals = timeLine
    .total()
    .chosen.result()
    .map((total) => ({
      ...total,
      service: summarize(total.service),
      firstByte: null,
    }));
  timeLine.close();
  store.close();
  const read = (name: string): string => readFileSync(join(folder, "run", name), "utf8");
  const stored = { csv: read("intervals.csv"), log: read("latency.hlog") };
  rmSync(folder, { recursive: true });
  return { cells, totals, intervals: timeLine.intervals, ...stored };
}

test("any order in which the workers' intervals arrive gives the same run", () => {
  const turns = fc.array(fc.nat(20), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(phase, turns, (workers, order) => {
      expect(gather(workers, order)).toEqual(gather(workers, [0]));
    }),
    { numRuns: 60 },
  );
});

test("sums are those of the workers, by interval; the drain counts for latency alone", () => {
  fc.assert(
    fc.property(phase, (workers) => {
      const { cells, totals, intervals } = gather(workers, [0, 1, 2]);
      const longest = Math.max(...workers.map((worker) => worker.intervals.length));
      expect(intervals).toBe(longest);
      const indices = cells.map(({ index }) => index);
      expect(indices).toEqual([...Array.from({ length: longest }, (_, i) => i), DRAIN]);
      for (const cell of cells.slice(0, -1)) {
        const deeds = workers.flatMap((worker) => worker.intervals[cell.index] ?? []);
        const reads = deeds.flatMap((one) => one.reads).length;
        const errors = deeds.reduce((sum, one) => sum + one.errors, 0);
        expect(cell.operations[0]).toBe(reads);
        expect(cell.bytes[0]).toBe(reads * 4096);
        expect(cell.errors).toEqual([errors, 0]);
        expect(cell.fromNs).toBe(cell.index * WIDTH_NS);
      }
      const inside = workers.flatMap((worker) => worker.intervals.flatMap(({ reads }) => reads));
      const drained = workers.flatMap(({ drain }) => drain.reads);
      expect(totals[0]).toMatchObject({ operations: inside.length, drained: drained.length });
      expect(totals[0]?.service?.count ?? 0).toBe(inside.length + drained.length);
    }),
    { numRuns: 60 },
  );
});

test("an interval is handed on as soon as every worker has closed it, never before", () => {
  const handed: number[] = [];
  const timeLine = new PhaseIntervals(SERIES, 3, WIDTH_NS, ({ index }) => handed.push(index));
  onTestFinished(() => timeLine.close());
  const nothing: Deed = { reads: [5], writes: [], errors: 0 };
  timeLine.add(recordOf(0, 0, nothing));
  timeLine.add(recordOf(0, 1, nothing));
  timeLine.add(recordOf(1, 0, nothing));
  expect(handed).toEqual([]);
  timeLine.finish(2);
  expect(handed).toEqual([0]);
  timeLine.add(recordOf(1, 1, nothing));
  expect(handed).toEqual([0, 1]);
});

test("the last interval is as wide as the slowest worker's", () => {
  const cells: PhaseInterval[] = [];
  const timeLine = new PhaseIntervals(SERIES, 2, WIDTH_NS, (cell) => cells.push(cell));
  onTestFinished(() => timeLine.close());
  const nothing: Deed = { reads: [5], writes: [], errors: 0 };
  timeLine.add({ ...recordOf(0, 0, nothing), widthNs: 30e6 });
  timeLine.add({ ...recordOf(1, 0, nothing), widthNs: 70e6 });
  timeLine.finish(0);
  timeLine.finish(1);
  expect(cells.map(({ widthNs }) => widthNs)).toEqual([70e6]);
});

test("errors are a share of all operations, reported or not", () => {
  const timeLine = new PhaseIntervals(SERIES, 1, WIDTH_NS, () => {}, null, true);
  const busy: Deed = { reads: Array.from({ length: 10 }, () => 1e6), writes: [], errors: 1 };
  for (let index = 0; index < 10; index++) timeLine.add(recordOf(0, index, busy));
  timeLine.finish(0);
  const totals = timeLine.total({ from: 8, to: 10 });
  const [all] = summarizePhase(totals.chosen.result(), 2 * WIDTH_NS);
  timeLine.close();
  expect(all).toMatchObject({ operations: 20, errors: 10, leftOut: 80 });
  const measure = { kind: "amount", of: "errorShare" } as const;
  const phase = result(phasePlan("read"), all === undefined ? [] : [all]);
  expect(valueIn(phase, { operation: "all", measure }).value).toBe(10 / 110);
});
