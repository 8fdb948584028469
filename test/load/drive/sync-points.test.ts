import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  BlockingSession,
  CompletionSink,
  EventSession,
  SlotTable,
} from "../../../src/engine/engine.ts";
import { driveBlocking } from "../../../src/load/drive/blocking.ts";
import { driveEvents } from "../../../src/load/drive/events.ts";
import { Failures } from "../../../src/load/drive/failures.ts";
import { makeStartLine, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { SyncPoints } from "../../../src/load/source/sync-points.ts";
import { addPairs, makeHistogram } from "../../../src/metrics/histogram/histogram.ts";
import { OPERATIONS, SYNC_CODE } from "../../../src/model/plan/operation.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { IntervalRecord, Series } from "../../../src/model/run/measurement.ts";
import { filesOf, issue, phasePlan, sourceOf } from "../support.ts";

const WRITES: PhasePlan["mix"] = [{ operation: "write", weight: 1 }];
const MIXED: PhasePlan["mix"] = [...WRITES, { operation: "read", weight: 1 }];
const FILES = filesOf([65_536, 65_536, 65_536]);

/** One call of a session; `busy`: operations in flight at that time. */
interface Asked {
  readonly what: string;
  readonly file: number;
  readonly offset: number;
  readonly busy: readonly string[];
}

/** Completes one operation a look, the oldest or the newest, and keeps a log. */
class Logging implements BlockingSession {
  readonly drives = "blocking";
  readonly log: Asked[] = [];
  private readonly slots: SlotTable;
  private readonly newestFirst: boolean;
  private readonly syncResult: number;
  private inFlight: { slot: number; what: string; length: number }[] = [];

  constructor(slots: SlotTable, newestFirst: boolean, syncResult: number) {
    this.slots = slots;
    this.newestFirst = newestFirst;
    this.syncResult = syncResult;
  }

  submit(slot: number): void {
    const { operation, file, offset, length } = this.slots;
    const code = operation[slot] ?? 0;
    const what = code === SYNC_CODE ? "sync" : (OPERATIONS[code] ?? "");
    const busy = this.inFlight.map((one) => one.what);
    this.log.push({ what, file: file[slot] ?? 0, offset: offset[slot] ?? 0, busy });
    this.inFlight.push({ slot, what, length: length[slot] ?? 0 });
  }

  reap(done: Int32Array, result: Float64Array): number {
    const one = this.newestFirst ? this.inFlight.pop() : this.inFlight.shift();
    if (one === undefined) return 0;
    done[0] = one.slot;
    result[0] = one.what === "sync" ? this.syncResult : one.length;
    return 1;
  }

  explain(result: number) {
    return { code: `E${-result}`, message: `number ${-result}` };
  }

  counters() {
    return {};
  }

  close(): void {}
}

/** The same by callbacks, one completion per turn of the event loop. */
class Calling implements EventSession {
  readonly drives = "event-loop";
  private readonly inner: Logging;

  constructor(inner: Logging) {
    this.inner = inner;
  }

  start(slot: number, sink: CompletionSink): void {
    this.inner.submit(slot);
    setImmediate(() => {
      const [done, result] = [new Int32Array(1), new Float64Array(1)];
      if (this.inner.reap(done, result) === 1) sink.complete(done[0] ?? -1, result[0] ?? -1);
    });
  }

  explain(result: number) {
    return this.inner.explain(result);
  }

  counters() {
    return {};
  }

  abort(): void {}
  async close(): Promise<void> {}
}

interface Asking {
  readonly by: "polling" | "callbacks";
  readonly every: number;
  readonly depth: number;
  readonly operations: number;
  readonly mix?: PhasePlan["mix"];
  readonly newestFirst?: boolean;
  readonly syncResult?: number;
}

async function drive(asking: Asking) {
  const {
    by,
    every,
    depth,
    operations,
    mix = WRITES,
    newestFirst = false,
    syncResult = 0,
  } = asking;
  const phase = phasePlan({ mix, limit: { kind: "operations", operations } });
  const { source: inner, slots } = sourceOf(phase, FILES, { depth });
  const session = new Logging(slots, newestFirst, syncResult);
  const syncs = new SyncPoints(inner, slots, every, FILES.count);
  const fromMs = performance.now();
  const cells: Omit<IntervalRecord, "worker">[] = [];
  const series = mix.flatMap(({ operation }): Series[] => [
    { operation, metric: "service" },
    ...(operation === "write" ? [{ operation, metric: "sync" } as const] : []),
  ]);
  const grid = { fromMs, toMs: Number.POSITIVE_INFINITY, intervalMs: 1e9 };
  const recorder = new Recorder(grid, series, false, (cell) => cells.push(cell));
  const failures = new Failures(slots, FILES);
  const startLine = new StartLine(makeStartLine());
  const shared = {
    slots,
    recorder,
    failures,
    startLine,
    verification: null,
    live: null,
    pacing: null,
  };
  const parts = { ...shared, source: syncs, syncs, drainMs: 20, quietMs: 60_000 };
  const gaveUp =
    by === "polling"
      ? driveBlocking(parts, session)
      : await driveEvents(parts, new Calling(session));
  recorder.finish();
  return { gaveUp, log: session.log, cell: cells[0], errors: failures.list(), phase };
}

function recorded(cell: Omit<IntervalRecord, "worker"> | undefined, series: number): number {
  const histogram = makeHistogram("total");
  const pairs = cell?.latencies[series];
  if (pairs != null) addPairs(histogram, pairs);
  const { totalCount } = histogram;
  histogram.destroy();
  return totalCount;
}

const BY = ["polling", "callbacks"] as const;

test.each(BY)("a sync waits for earlier writes, and none is issued during one: %s", async (by) => {
  const asking = fc.record({
    every: fc.integer({ min: 1, max: 20 }),
    depth: fc.integer({ min: 1, max: 8 }),
    operations: fc.integer({ min: 0, max: 100 }),
    mix: fc.constantFrom(WRITES, MIXED),
    newestFirst: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(asking, async (asked) => {
      const { log, gaveUp, phase } = await drive({ by, ...asked });
      expect(gaveUp).toBeNull();
      let dirty = new Map<number, number>();
      let syncing = false;
      for (const [index, { what, file, busy }] of log.entries()) {
        expect(busy.every((other) => (other === "sync") === (what === "sync"))).toBe(true);
        const writes = [...dirty.values()].reduce((a, b) => a + b, 0);
        if (what === "sync") {
          const last = log.slice(index).every((one) => one.what === "sync");
          // All scheduled syncs, or the last one if a count ended the phase.
          if (!syncing) expect(writes === asked.every || last).toBe(true);
          expect(dirty.delete(file)).toBe(true);
          syncing = true;
          continue;
        }
        if (syncing) expect(dirty.size).toBe(0);
        if (syncing) dirty = new Map();
        syncing = false;
        if (what === "write") dirty.set(file, (dirty.get(file) ?? 0) + 1);
      }
      expect(dirty.size).toBe(0);
      // The operations are those of the same phase without syncs.
      const issued = issue(phase, FILES, { depth: asked.depth });
      const done = log.filter(({ what }) => what !== "sync");
      expect(done.map(({ what, file, offset }) => [what, file, offset])).toEqual(
        issued.map(({ operation, file, offset }) => [operation, file, offset]),
      );
    }),
    { numRuns: 200 },
  );
});

test.each(BY)("syncs have separate latencies and are in no count: %s", async (by) => {
  const { cell, log } = await drive({ by, every: 8, depth: 4, operations: 100 });
  const syncs = log.filter(({ what }) => what === "sync").length;
  expect(syncs).toBeGreaterThanOrEqual(13);
  expect(cell?.operations).toEqual([100]);
  expect(cell?.bytes).toEqual([409_600]);
  expect(recorded(cell, 0)).toBe(100);
  expect(recorded(cell, 1)).toBe(syncs);
});

test.each(BY)("a sync that fails is an error, and the writes go on: %s", async (by) => {
  const asked = { by, every: 10, depth: 2, operations: 50, syncResult: -5 };
  const { cell, log, errors } = await drive(asked);
  const syncs = log.filter(({ what }) => what === "sync").length;
  expect(cell?.operations).toEqual([50]);
  expect(cell?.errors).toEqual([syncs]);
  expect(recorded(cell, 1)).toBe(0);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ operation: "sync", code: "E5", count: syncs });
  expect(errors[0]?.first).toMatch(/^sync of data\/00000000\d\.bin: number 5$/);
});
