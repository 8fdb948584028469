import { expect, onTestFinished, test, vi } from "vitest";
import { makeBuffers } from "../../../src/engine/buffers.ts";
import type { BlockingSession } from "../../../src/engine/engine.ts";
import { driveBlocking } from "../../../src/load/drive/blocking.ts";
import { Failures } from "../../../src/load/drive/failures.ts";
import { makeStartLine, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { GenerationTables } from "../../../src/load/source/generations.ts";
import { Verification } from "../../../src/load/source/verification.ts";
import { addPairs, makeHistogram, summarize } from "../../../src/metrics/histogram/histogram.ts";
import { RANDOM_DATA } from "../../../src/model/plan/data.ts";
import type { IntervalRecord } from "../../../src/model/run/measurement.ts";
import { filesOf, phasePlan, sourceOf } from "../support.ts";

const STORAGE_MS = 3;
const CHECK_MS = 500;
const OPERATIONS = 40;

/** A clock that only the storage and the checking move on. */
function stoppedClock(): { advance(ms: number): void } {
  let nowMs = 1000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => clock.mockRestore());
  return {
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** Storage that takes as long as it is said to, one operation at a time. */
function storage(advance: (ms: number) => void): BlockingSession {
  return {
    drives: "blocking",
    submit() {},
    reap(done, result) {
      advance(STORAGE_MS);
      done[0] = 0;
      result[0] = 4096;
      return 1;
    },
    explain: () => ({ code: "EIO", message: "no" }),
    counters: () => ({}),
    close() {},
  };
}

/** A verification that takes long, and finds something in the sixth block. */
function slowVerification(
  parts: Pick<ReturnType<typeof sourceOf>, "slots">,
  advance: (ms: number) => void,
): Verification {
  const dataset = { ...filesOf([1_000_000]), data: { ...RANDOM_DATA, verifiable: true } };
  const generations = new GenerationTables("run").of(dataset);
  if (generations === null) throw new Error("no table");
  const buffers = makeBuffers(1, 4096);
  const made = new Verification({ ...parts, dataset, buffers, generations, checks: true });
  let checked = 0;
  vi.spyOn(made, "completed").mockImplementation((_slot, result) => {
    advance(CHECK_MS);
    return ++checked === 6 ? -77 : result;
  });
  const torn = { code: "ETORN", message: "torn" };
  vi.spyOn(made, "explain").mockImplementation((result) => (result === -77 ? torn : null));
  return made;
}

test("checking a block is in no latency, and what it finds is the operation's result", () => {
  const { advance } = stoppedClock();
  const limit = { kind: "operations", operations: OPERATIONS } as const;
  const dataset = filesOf([1_000_000]);
  const { source, slots } = sourceOf(phasePlan({ limit }), dataset);
  const fromMs = performance.now();
  const cells: Omit<IntervalRecord, "worker">[] = [];
  const grid = { fromMs, toMs: Number.POSITIVE_INFINITY, intervalMs: 1e6 };
  const series = [{ operation: "read", metric: "service" }] as const;
  const recorder = new Recorder(grid, series, false, (cell) => cells.push(cell));
  const failures = new Failures(slots, dataset);
  const startLine = new StartLine(makeStartLine());
  const verification = slowVerification({ slots }, advance);
  const shared = { slots, recorder, failures, startLine, verification };
  const parts = {
    ...shared,
    source,
    syncs: null,
    live: null,
    pacing: null,
    drainMs: 20,
    quietMs: 60_000,
  };
  expect(driveBlocking(parts, storage(advance))).toBeNull();
  expect(recorder.finish()).toBeGreaterThanOrEqual((OPERATIONS - 1) * CHECK_MS * 1e6);
  expect(cells[0]).toMatchObject({ operations: [OPERATIONS - 1], errors: [1] });
  expect(failures.list()).toMatchObject([{ code: "ETORN", count: 1 }]);
  const histogram = makeHistogram("total");
  onTestFinished(() => histogram.destroy());
  addPairs(histogram, cells[0]?.latencies[0] ?? new Float64Array());
  const latency = summarize(histogram);
  expect(latency?.minNs).toBeCloseTo(STORAGE_MS * 1e6, -4);
  expect(latency?.maxNs).toBeCloseTo(STORAGE_MS * 1e6, -4);
});
