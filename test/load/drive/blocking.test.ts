import { expect, onTestFinished, test, vi } from "vitest";
import type { BlockingSession } from "../../../src/engine/engine.ts";
import { driveBlocking } from "../../../src/load/drive/blocking.ts";
import { Failures } from "../../../src/load/drive/failures.ts";
import { makeStartLine, Starter, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { addPairs, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import type { IntervalRecord } from "../../../src/model/run/measurement.ts";
import { filesOf, phasePlan, sourceOf } from "../support.ts";

const DEPTH = 4;

/** A session whose results a test decides: bytes, a negative code, or null for never. */
class Scripted implements BlockingSession {
  readonly drives = "blocking";
  readonly submitted: number[] = [];
  private queue: { slot: number; result: number }[] = [];
  private readonly answer: (nth: number) => number | null;

  constructor(answer: (nth: number) => number | null) {
    this.answer = answer;
  }

  submit(slot: number): void {
    const result = this.answer(this.submitted.length);
    this.submitted.push(slot);
    if (result !== null) this.queue.push({ slot, result });
  }

  /** The last submitted completes first. */
  reap(done: Int32Array, result: Float64Array): number {
    const all = this.queue.reverse();
    this.queue = [];
    for (const [i, completed] of all.entries()) {
      done[i] = completed.slot;
      result[i] = completed.result;
    }
    return all.length;
  }

  explain(result: number) {
    return { code: `E${-result}`, message: `number ${-result}` };
  }

  counters() {
    return {};
  }

  close(): void {}
}

interface Options {
  readonly drainMs?: number;
  readonly quietMs?: number;
  readonly intervalMs?: number;
  /** Called as an interval is handed on. */
  readonly emitted?: (cell: Omit<IntervalRecord, "worker">) => void;
}

function drive(session: BlockingSession, operations: number, options: Options = {}) {
  const { drainMs = 20, quietMs = 60_000, intervalMs = 1e6, emitted = () => {} } = options;
  const dataset = filesOf([1_000_000]);
  const phase = phasePlan({ limit: { kind: "operations", operations } });
  const { source, slots } = sourceOf(phase, dataset, { depth: DEPTH });
  const memory = makeStartLine();
  const starter = new Starter(memory);
  const fromMs = performance.now();
  const cells: Omit<IntervalRecord, "worker">[] = [];
  const grid = { fromMs, toMs: Number.POSITIVE_INFINITY, intervalMs };
  const series = [{ operation: "read", metric: "service" }] as const;
  const recorder = new Recorder(grid, series, false, (cell) => {
    cells.push(cell);
    emitted(cell);
  });
  const failures = new Failures(slots, dataset);
  const startLine = new StartLine(memory);
  const shared = {
    slots,
    recorder,
    failures,
    startLine,
    verification: null,
    live: null,
    pacing: null,
  };
  const parts = { ...shared, source, syncs: null, drainMs, quietMs };
  return {
    starter,
    failures,
    run: () => {
      const gaveUp = driveBlocking(parts, session);
      const elapsedNs = recorder.finish();
      const sum = (key: "operations" | "errors") =>
        cells.reduce((total, cell) => total + (cell[key][0] ?? 0), 0);
      return { gaveUp, elapsedNs, operations: sum("operations"), errors: sum("errors") };
    },
  };
}

test("each operation completes once in any order, and no slot is used twice concurrently", () => {
  const session = new Scripted(() => 4096);
  const outcome = drive(session, 1003).run();
  expect(outcome).toMatchObject({ gaveUp: null, operations: 1003, errors: 0 });
  expect(session.submitted).toHaveLength(1003);
  for (let at = 0; at + DEPTH <= 1003; at += DEPTH) {
    expect(new Set(session.submitted.slice(at, at + DEPTH)).size).toBe(DEPTH);
  }
});

test("errors are counted by code with the first of each kept, and the loop goes on", () => {
  const session = new Scripted((nth) => (nth % 10 === 3 ? -5 : nth % 10 === 7 ? -28 : 4096));
  const { run, failures } = drive(session, 200);
  expect(run()).toMatchObject({ gaveUp: null, operations: 160, errors: 40 });
  const listed = failures.list().map(({ code, count }) => [code, count]);
  expect(listed.sort()).toEqual([
    ["E28", 20],
    ["E5", 20],
  ]);
  expect(failures.list().find(({ code }) => code === "E5")?.first).toMatch(
    /^read of data\/000000000\.bin at \d+: number 5$/,
  );
});

test("stops with a reason after five seconds of failures", () => {
  let nowMs = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => void vi.restoreAllMocks());
  const session = new Scripted(() => {
    nowMs += 1;
    return -5;
  });
  const outcome = drive(session, 50_000).run();
  expect(outcome.gaveUp).toMatch(
    /^stopped after 50\d\d failed operations in 5\.0 s: .*; last error E5: number 5$/,
  );
  expect(outcome.errors).toBeLessThan(5020);
});

test("a success in between restarts the count", () => {
  const outcome = drive(new Scripted((nth) => (nth % 990 === 0 ? 1 : -5)), 5000).run();
  expect(outcome).toMatchObject({ gaveUp: null, operations: 6, errors: 4994 });
});

test("after a stop, what never completes is waited for no longer than the drain may take", () => {
  const session = new Scripted((nth) => (nth === 2 ? null : 4096));
  const { starter, run } = drive(session, 1_000_000);
  starter.go();
  starter.stop();
  expect(run()).toMatchObject({ gaveUp: null, operations: 3 });
  expect(session.submitted).toHaveLength(DEPTH);
});

test("the time it takes to close an interval is in no latency", () => {
  let nowMs = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => void vi.restoreAllMocks());
  class Served extends Scripted {
    override reap(done: Int32Array, result: Float64Array): number {
      nowMs += 1;
      return super.reap(done, result);
    }
  }
  const total = makeHistogram("total");
  onTestFinished(() => total.destroy());
  const emitted = ({ latencies: [pairs] }: Omit<IntervalRecord, "worker">) => {
    if (pairs != null) addPairs(total, pairs);
    nowMs += 5;
  };
  drive(new Served(() => 4096), 400, { intervalMs: 10, emitted }).run();
  expect(total.totalCount).toBe(400);
  expect(total.maxValue).toBeLessThan(1.01e6);
});

test("nothing to do takes no time", () => {
  expect(drive(new Scripted(() => 4096), 0).run()).toEqual({
    gaveUp: null,
    elapsedNs: 0,
    operations: 0,
    errors: 0,
  });
});
