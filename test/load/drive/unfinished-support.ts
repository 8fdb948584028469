import { vi } from "vitest";
import type { BlockingSession, CompletionSink, EventSession } from "../../../src/engine/engine.ts";
import { Arrivals } from "../../../src/load/drive/arrivals.ts";
import { driveBlocking } from "../../../src/load/drive/blocking.ts";
import { driveEvents } from "../../../src/load/drive/events.ts";
import { Failures, PATIENCE_MS } from "../../../src/load/drive/failures.ts";
import { MixTurns } from "../../../src/load/drive/mix-turns.ts";
import { Pacing } from "../../../src/load/drive/pacing.ts";
import { makeStartLine, Starter, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { addPairs, makeHistogram, summarize } from "../../../src/metrics/histogram/histogram.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import { MAX_BACKLOG } from "../../../src/model/plan/rate.ts";
import type { IntervalRecord, Series } from "../../../src/model/run/measurement.ts";
import { filesOf, phasePlan, sourceOf } from "../support.ts";
import { fakeClock } from "./fake-clock.ts";

/** Milliseconds that the n-th operation takes, Infinity: for ever, and its result. */
type Answer = (nth: number, nowMs: number) => { readonly ms: number; result?: number };

/** Ways in which sessions complete operations. */
export const SESSIONS = ["in submit", "in reap", "by callback"] as const;
type SessionKind = (typeof SESSIONS)[number];

const BYTES = 4096;
const FAILED = { code: "EFAKE", message: "as told" };

/** Completes in `reap`, as io_uring does, or in `submit`, as system calls do. */
class Blocking implements BlockingSession {
  readonly drives = "blocking";
  readonly blocks?: true;
  private readonly answer: Answer;
  private readonly pending = new Map<number, { readonly atMs: number; readonly result: number }>();
  private count = 0;

  constructor(answer: Answer, inSubmit: boolean) {
    this.answer = answer;
    if (inSubmit) this.blocks = true;
  }

  submit(slot: number): void {
    const now = performance.now();
    const { ms, result = BYTES } = this.answer(this.count++, now);
    this.pending.set(slot, { atMs: now + ms, result });
    // A call that never returned would end the test: this one returns after a minute.
    if (this.blocks === true) vi.advanceTimersByTime(Math.min(ms, 60_000));
  }

  reap(done: Int32Array, results: Float64Array, waitNs: number): number {
    const times = [...this.pending.values()].map(({ atMs }) => atMs);
    const waitMs = Math.min(waitNs / 1e6, Math.max(0, Math.min(...times) - performance.now()));
    if (waitMs > 0 && this.blocks !== true) vi.advanceTimersByTime(waitMs);
    let count = 0;
    for (const [slot, { atMs, result }] of this.pending) {
      if (this.blocks !== true && atMs > performance.now()) continue;
      this.pending.delete(slot);
      done[count] = slot;
      results[count++] = result;
    }
    return count;
  }

  explain() {
    return FAILED;
  }
  counters() {
    return {};
  }
  close(): void {}
}

/** Completes by callback; what `abort` ends completes as `atAbort` says. */
export class Calling implements EventSession {
  readonly drives = "event-loop";
  private readonly answer: Answer;
  private readonly atAbort: (slot: number) => number;
  private readonly sinks = new Map<number, CompletionSink>();
  private count = 0;

  constructor(answer: Answer, atAbort: (slot: number) => number) {
    this.answer = answer;
    this.atAbort = atAbort;
  }

  start(slot: number, sink: CompletionSink): void {
    this.sinks.set(slot, sink);
    const mark = sink.attemptBegan(slot);
    const { ms, result = BYTES } = this.answer(this.count++, performance.now());
    if (!Number.isFinite(ms)) return;
    setTimeout(() => {
      if (!this.sinks.delete(slot)) return;
      if (result >= 0) sink.firstByte(slot);
      sink.attemptEnded(slot, mark, false);
      sink.complete(slot, result);
    }, ms);
  }

  abort(): void {
    for (const [slot, sink] of this.sinks) {
      this.sinks.delete(slot);
      sink.attemptEnded(slot, 0, false);
      sink.complete(slot, this.atAbort(slot));
    }
  }

  async close(): Promise<void> {}
  explain() {
    return FAILED;
  }
  counters() {
    return {};
  }
}

/** A start line whose phase has a deadline that the main thread has set. */
class MovedDeadline extends StartLine {
  private readonly atMs: number;

  constructor(memory: SharedArrayBuffer, atMs: number) {
    super(memory);
    this.atMs = atMs;
  }

  override deadlineMs(): number {
    return this.atMs;
  }
}

export interface Driven {
  /** From the start to a deadline that is earlier than planned. */
  readonly endByMs?: number;
  readonly kind: SessionKind;
  readonly answer: Answer;
  readonly depth?: number;
  /** Null: a count of operations ends the phase. */
  readonly lengthMs?: number | null;
  readonly operations?: number;
  readonly intervalMs?: number;
  /** Operations per second of an open loop. */
  readonly perSecond?: number;
  readonly atAbort?: (slot: number) => number;
  /** When the user interrupts the phase. */
  readonly stopMs?: number;
  readonly drainMs?: number;
  readonly quietMs?: number;
}

const METRICS = ["service", "response", "pacing", "firstByte", "attempt"] as const;

function summaryOf(
  cells: readonly Omit<IntervalRecord, "worker">[],
  metric: (typeof METRICS)[number],
) {
  const histogram = makeHistogram("total");
  for (const { latencies } of cells) {
    const pairs = latencies[METRICS.indexOf(metric)] ?? null;
    if (pairs !== null) addPairs(histogram, pairs);
  }
  const summary = summarize(histogram);
  histogram.destroy();
  return summary;
}

/** Drives a session through a phase on a clock that goes on only when something waits. */
export async function driven(asked: Driven) {
  const { kind, depth = kind === "in submit" ? 1 : 4, lengthMs = 1000, stopMs } = asked;
  const { drainMs = 10_000, quietMs = 60_000, perSecond, intervalMs = 100 } = asked;
  const restore = fakeClock();
  try {
    const dataset = filesOf([1_000_000]);
    const limit = { kind: "operations", operations: asked.operations ?? 1e6 } as const;
    const { source, slots } = sourceOf(phasePlan({ limit }), dataset, { depth });
    const fromMs = performance.now();
    const toMs = lengthMs === null ? Number.POSITIVE_INFINITY : fromMs + lengthMs;
    const grid = { fromMs, toMs, intervalMs };
    const series: Series[] = METRICS.map((metric) => ({ operation: "read", metric }));
    const cells: Omit<IntervalRecord, "worker">[] = [];
    const recorder = new Recorder(grid, series, false, (cell) => cells.push(cell));
    const patienceMs = PATIENCE_MS[perSecond === undefined ? "closed" : "open"];
    const failures = new Failures(slots, dataset, patienceMs);
    const memory = makeStartLine();
    const pacing =
      perSecond === undefined ? null : pacingOf(perSecond, grid, recorder, drainMs, depth);
    const shared = { source, slots, recorder, failures, pacing, drainMs, quietMs };
    const drive = {
      ...shared,
      syncs: null,
      verification: null,
      live: null,
      startLine: new MovedDeadline(memory, fromMs + (asked.endByMs ?? Number.POSITIVE_INFINITY)),
    };
    if (stopMs !== undefined) setTimeout(() => new Starter(memory).stop(), stopMs);
    const session =
      kind === "by callback"
        ? new Calling(asked.answer, asked.atAbort ?? (() => -1))
        : new Blocking(asked.answer, kind === "in submit");
    let gaveUp: string | null;
    if (session.drives === "blocking") gaveUp = driveBlocking(drive, session);
    else {
      const ended = driveEvents(drive, session);
      await vi.advanceTimersByTimeAsync(600_000);
      gaveUp = await ended;
    }
    const elapsedNs = recorder.finish();
    const sum = (read: (cell: (typeof cells)[number]) => number | undefined) =>
      cells.reduce((total, cell) => total + (read(cell) ?? 0), 0);
    return {
      gaveUp,
      cells,
      elapsedNs,
      operations: sum(({ index, operations }) => (index >= 0 ? operations[0] : 0)),
      drained: sum(({ index, operations }) => (index < 0 ? operations[0] : 0)),
      errors: sum(({ errors }) => errors[0]),
      unfinished: sum(({ unfinished }) => unfinished?.[0]),
      late: sum(({ opened }) => opened.late),
      counts: failures.list(),
      backOff: failures.backOff,
      summaryOf: (metric: (typeof METRICS)[number]) => summaryOf(cells, metric),
    };
  } finally {
    restore();
  }
}

/** `cells`: how many arrivals the workers of a phase have claimed, shared by them. */
export function pacingOf(
  perSecond: number,
  grid: ConstructorParameters<typeof Recorder>[0],
  recorder: Recorder,
  drainMs: number,
  depth: number,
  cells = new Int32Array(new SharedArrayBuffer(4)),
  mostBacklog = MAX_BACKLOG,
) {
  const step = { fromPerSecond: perSecond, toPerSecond: perSecond, durationNs: null };
  const rate = { arrivals: "fixed", steps: [step], mostBacklog } as const;
  const arrivals = () => new Arrivals(rate, 0, 1);
  const claims = { cells, cell: 0 };
  const walks = { next: arrivals(), due: arrivals() };
  const turns = new MixTurns([{ weight: 1 }]);
  const codes = [operationCode("read")];
  return new Pacing(
    { ...walks, claims, grid, mostBacklog, turns, codes, drainMs },
    recorder,
    depth,
  );
}
