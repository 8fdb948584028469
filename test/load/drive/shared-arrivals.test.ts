import { expect, test, vi } from "vitest";
import { driveEvents } from "../../../src/load/drive/events.ts";
import { Failures } from "../../../src/load/drive/failures.ts";
import { makeStartLine, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import type { IntervalRecord } from "../../../src/model/run/measurement.ts";
import { filesOf, phasePlan, sourceOf } from "../support.ts";
import { fakeClock } from "./fake-clock.ts";
import { Calling, pacingOf } from "./unfinished-support.ts";

const LENGTH_MS = 4000;
const PER_SECOND = 40;

/** One worker of one slot in a phase whose arrivals all workers claim from the same cell. */
function workerOn(cells: Int32Array<SharedArrayBuffer>) {
  const dataset = filesOf([1_000_000]);
  const limit = { kind: "operations", operations: 1e6 } as const;
  const { source, slots } = sourceOf(phasePlan({ limit }), dataset, { depth: 1 });
  const fromMs = performance.now();
  const grid = { fromMs, toMs: fromMs + LENGTH_MS, intervalMs: 100 };
  const records: Omit<IntervalRecord, "worker">[] = [];
  const series = [{ operation: "read", metric: "service" }] as const;
  const recorder = new Recorder(grid, series, false, (cell) => records.push(cell));
  const pacing = pacingOf(PER_SECOND, grid, recorder, 10_000, 1, cells);
  const failures = new Failures(slots, dataset, 60_000);
  const parts = { source, slots, recorder, failures, pacing, drainMs: 10_000, quietMs: 60_000 };
  const startLine = new StartLine(makeStartLine());
  const drive = { ...parts, syncs: null, verification: null, live: null, startLine };
  const late = () => records.reduce((sum, { opened }) => sum + opened.late, 0);
  return { drive, recorder, pacing, late };
}

test("a worker whose slots are in use leaves what is due to idle workers", async () => {
  const restore = fakeClock();
  try {
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const workers = [workerOn(cells), workerOn(cells), workerOn(cells), workerOn(cells)];
    let issued = 0;
    // One operation in 40 takes a second: there is always an idle worker.
    const answer = () => ({ ms: issued++ % 40 === 20 ? 1000 : 5 });
    const ended = workers.map(({ drive }) => driveEvents(drive, new Calling(answer, () => -1)));
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(ended);
    for (const { recorder } of workers) recorder.finish();
    expect(issued).toBe((LENGTH_MS / 1000) * PER_SECOND);
    expect(workers.map(({ late }) => late())).toEqual([0, 0, 0, 0]);
  } finally {
    restore();
  }
});

test("asking whether anything is left claims no arrival", () => {
  const restore = fakeClock();
  try {
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const { pacing } = workerOn(cells);
    expect(pacing.over(performance.now())).toBe(false);
    expect(Atomics.load(cells, 0)).toBe(0);
    Atomics.store(cells, 0, (LENGTH_MS / 1000) * PER_SECOND);
    expect(pacing.over(performance.now())).toBe(true);
  } finally {
    restore();
  }
});
