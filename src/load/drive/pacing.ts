import type { WorkerMeasurement } from "../../model/run/measurement.ts";
import type { Grid } from "../record/columns.ts";
import type { Recorder } from "../record/recorder.ts";
import type { Arrivals } from "./arrivals.ts";
import type { MixTurns } from "./mix-turns.ts";

/** Shared by the workers of a phase: how many arrivals they have claimed. */
export interface Claims {
  readonly cells: Int32Array;
  readonly cell: number;
}

export interface PacingTask {
  /** Two walks over the same arrivals: the next one to claim, and those that are due. */
  readonly next: Arrivals;
  readonly due: Arrivals;
  readonly claims: Claims;
  readonly grid: Grid;
  readonly mostBacklog: number;
  /** Which operation of the mix one that is dropped would have been, and its code. */
  readonly turns: MixTurns;
  readonly codes: readonly number[];
  /** After the deadline, what fell due before it is still issued, but no longer than this. */
  readonly drainMs: number;
}

/**
 * Hands one worker the operations that are due. Workers claim them from one queue, in order, as
 * soon as they have a slot free: one worker that is held up keeps none from the others. What falls
 * due before the end of a phase is issued after it if it has to be, so that a stall at the end is
 * in the response times too.
 */
export class Pacing {
  private readonly task: PacingTask;
  private readonly recorder: Recorder;
  private held = false;
  private ended = false;
  private isExhausted = false;
  /** When the load was ended early; null where it was not. */
  private stoppedMs: number | null = null;
  private taken = 0;
  /** When the operation last taken was due. */
  private takenDueMs = 0;
  private readonly slots: FreeTimes;

  /** `depth`: operations that the worker can have in flight. */
  constructor(task: PacingTask, recorder: Recorder, depth: number) {
    this.task = task;
    this.recorder = recorder;
    this.slots = new FreeTimes(depth);
    recorder.onClose = (endMs) => this.recordBacklog(endMs);
  }

  /** Whether nothing more is to be issued. Claims nothing: a worker may ask while it is busy. */
  over(nowMs: number): boolean {
    const { next, claims, grid, drainMs } = this.task;
    const { toMs } = this.recorder;
    if (this.ended || nowMs >= toMs + drainMs) return true;
    if (!this.held) next.advanceTo(Atomics.load(claims.cells, claims.cell) >>> 0);
    return !next.before(toMs - grid.fromMs);
  }

  /**
   * When the worker's next operation is due, on its own clock. Claims it, so only a worker with a
   * slot that it can use may ask: what a busy one claims, no idle one can issue.
   */
  nextMs(): number {
    const { next, claims, grid } = this.task;
    if (!this.held) {
      next.advanceTo(Atomics.add(claims.cells, claims.cell, 1) >>> 0);
      this.held = true;
    }
    return grid.fromMs + next.dueMs;
  }

  /** When the operation that is now to be issued was due; NaN where none is due yet. */
  take(nowMs: number): number {
    while (!this.over(nowMs)) {
      const dueMs = this.nextMs();
      if (dueMs > nowMs) return Number.NaN;
      this.held = false;
      this.takenDueMs = dueMs;
      if (this.recordBacklog(nowMs) <= this.task.mostBacklog) return dueMs;
      const { turns, codes } = this.task;
      this.recorder.dropped(codes[turns.next()] ?? 0, nowMs - dueMs);
      this.taken++;
    }
    return Number.NaN;
  }

  /**
   * The operation last taken is issued now. True: a slot was free when it was due, so however late
   * it is issued is the load generator's pacing error. False: it is late for lack of a slot.
   */
  began(): boolean {
    this.taken++;
    const onTime = this.slots.take() <= this.takenDueMs;
    if (!onTime) this.recorder.late();
    return onTime;
  }

  /** An operation of this worker has ended, so that its slot is free from now on. */
  freed(nowMs: number): void {
    this.slots.add(nowMs);
  }

  /** No slot could be used until now: the worker waited for the storage to sync what it wrote. */
  heldUntil(nowMs: number): void {
    this.slots.occupiedUntil(nowMs);
  }

  /** Records the operations that are due at an instant and that no worker has claimed. */
  private recordBacklog(nowMs: number): number {
    const { due, claims, grid } = this.task;
    const fallen = due.pass(Math.min(nowMs, this.recorder.toMs) - grid.fromMs);
    const backlog = Math.max(0, fallen - (Atomics.load(claims.cells, claims.cell) >>> 0));
    this.recorder.backlog(backlog);
    return backlog;
  }

  /** The source has nothing for the operation last taken, nor for any later one. */
  exhausted(): void {
    this.ended = true;
    this.isExhausted = true;
  }

  /** Ends the load early: nothing more is issued, however much is scheduled and waits. */
  stop(nowMs: number): void {
    if (this.ended) return;
    this.ended = true;
    this.stoppedMs = nowMs;
  }

  /** What the main thread needs to know of what was never issued, see `WorkerMeasurement`. */
  get outcome(): Pick<WorkerMeasurement, "taken" | "stoppedNs" | "exhausted"> {
    const { stoppedMs } = this;
    const stoppedNs = stoppedMs === null ? null : (stoppedMs - this.task.grid.fromMs) * 1e6;
    return {
      taken: this.taken,
      ...(stoppedNs === null ? {} : { stoppedNs }),
      ...(this.isExhausted ? { exhausted: true } : {}),
    };
  }
}

/**
 * Since when the free slots of a worker are free, the longest first. Operations are issued in the
 * order in which they are due, so the one due first has the slot that was free first.
 */
class FreeTimes {
  private readonly sinceMs: Float64Array;
  private first = 0;
  private count: number;

  constructor(slots: number) {
    this.sinceMs = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
    this.count = slots;
  }

  add(nowMs: number): void {
    const { length } = this.sinceMs;
    this.sinceMs[(this.first + this.count) % length] = nowMs;
    if (this.count < length) this.count++;
  }

  /** Uses the slot that was free first; returns since when it was. */
  take(): number {
    const sinceMs = this.sinceMs[this.first] ?? 0;
    this.first = (this.first + 1) % this.sinceMs.length;
    if (this.count > 0) this.count--;
    return sinceMs;
  }

  occupiedUntil(nowMs: number): void {
    this.sinceMs.fill(nowMs);
  }
}

/** How much before an instant a sleep ends: within bounds, and what it begins with. */
const MIN_SPIN_MS = 0.02;
const MAX_SPIN_MS = 0.2;
const FIRST_SPIN_MS = 0.1;
/** One sleep in ten may be late for its instant; each moves the margin by a share of the step. */
const LATE_SHARE = 0.1;
const STEP_MS = 0.02;

/**
 * Waits for an instant: sleeps until shortly before it, then looks at the clock. How shortly is the
 * 90th percentile of what sleeps are late by, tracked by stochastic approximation (H. Robbins and
 * S. Monro, 1951), so that 100 operations a second cost a hundredth of a core and 100,000 all of
 * one.
 */
export class Waiter {
  private readonly cell = new Int32Array(new SharedArrayBuffer(4));
  private spinMs = FIRST_SPIN_MS;

  /** How long before an instant sleeping must end. */
  get marginMs(): number {
    return this.spinMs;
  }

  /** Sleeps until some time before the instant, or not at all; returns the clock's reading. */
  sleep(nowMs: number, untilMs: number): number {
    const lengthMs = untilMs - nowMs - this.spinMs;
    if (lengthMs <= 0) return performance.now();
    Atomics.wait(this.cell, 0, 0, lengthMs);
    const now = performance.now();
    this.learn(now - nowMs - lengthMs);
    return now;
  }

  private learn(lateMs: number): void {
    const next = this.spinMs + STEP_MS * (lateMs > this.spinMs ? 1 - LATE_SHARE : -LATE_SHARE);
    this.spinMs = Math.min(MAX_SPIN_MS, Math.max(MIN_SPIN_MS, next));
  }
}
