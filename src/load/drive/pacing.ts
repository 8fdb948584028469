import type { IntervalClaims, WorkerMeasurement } from "../../model/run/measurement.ts";
import type { Grid } from "../record/columns.ts";
import type { Recorder } from "../record/recorder.ts";
import type { Arrivals } from "./arrivals.ts";
import type { MixTurns } from "./mix-turns.ts";

/** Number of claimed arrivals, shared by the workers of a phase. */
export interface Claims {
  readonly cells: Int32Array;
  readonly cell: number;
}

export interface PacingTask {
  /** Two iterators over the arrivals: the next to claim, and the scheduled ones. */
  readonly next: Arrivals;
  readonly due: Arrivals;
  readonly claims: Claims;
  readonly grid: Grid;
  readonly mostBacklog: number;
  /** Mix entry of a dropped operation, and its code. */
  readonly turns: MixTurns;
  readonly codes: readonly number[];
  /** Maximum time after the deadline to issue operations that were scheduled before it. */
  readonly drainMs: number;
}

/**
 * Gives one worker its scheduled operations. Workers claim them in order from one queue as soon as
 * they have a free slot, so that a stalled worker delays no other. Operations scheduled before the
 * end of a phase may be issued after it, so that response times include a stall at the end.
 */
export class Pacing {
  private readonly task: PacingTask;
  private readonly recorder: Recorder;
  private held = false;
  private ended = false;
  private isExhausted = false;
  /** Whether {@link isExhausted} was in the claims of an interval. */
  private isReported = false;
  /** Time of an early end of the load; null without one. */
  private stoppedMs: number | null = null;
  private taken = 0;
  /** Arrivals claimed since the last interval was closed. */
  private claimed = 0;
  /** Scheduled time of the operation last taken. */
  private takenDueMs = 0;
  private readonly slots: FreeTimes;

  /** `depth`: maximum operations in flight of the worker. */
  constructor(task: PacingTask, recorder: Recorder, depth: number) {
    this.task = task;
    this.recorder = recorder;
    this.slots = new FreeTimes(depth);
    recorder.onClose = (endMs) => {
      this.recordBacklog(endMs);
      return this.claims();
    };
  }

  /** Whether nothing is left to issue. Claims nothing, so that a busy worker may ask. */
  over(nowMs: number): boolean {
    const { next, claims, grid, drainMs } = this.task;
    const { toMs } = this.recorder;
    if (this.ended || nowMs >= toMs + drainMs) return true;
    if (!this.held) next.advanceTo(Atomics.load(claims.cells, claims.cell) >>> 0);
    return !next.before(toMs - grid.fromMs);
  }

  /**
   * Scheduled time of the worker's next operation, on its clock. Claims it, so that only a worker
   * with a usable slot may ask: an idle worker cannot issue what a busy one has claimed.
   */
  nextMs(): number {
    const { next, claims, grid } = this.task;
    if (!this.held) {
      next.advanceTo(Atomics.add(claims.cells, claims.cell, 1) >>> 0);
      this.held = true;
      this.claimed++;
    }
    return grid.fromMs + next.dueMs;
  }

  /** Scheduled time of the operation to issue now; NaN if none is scheduled yet. */
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
   * The operation last taken is issued now. True: a slot was free at its scheduled time, so that
   * its delay is a pacing error. False: it waited for a slot.
   */
  began(): boolean {
    this.taken++;
    const onTime = this.slots.take() <= this.takenDueMs;
    if (!onTime) this.recorder.late();
    return onTime;
  }

  /** An operation of this worker has ended; its slot is free. */
  freed(nowMs: number): void {
    this.slots.add(nowMs);
  }

  /** No slot was usable until now: the worker waited for a sync. */
  heldUntil(nowMs: number): void {
    this.slots.occupiedUntil(nowMs);
  }

  /** Records the backlog at a time: scheduled operations that no worker has claimed. */
  private recordBacklog(nowMs: number): number {
    const { due, claims, grid } = this.task;
    const fallen = due.pass(Math.min(nowMs, this.recorder.toMs) - grid.fromMs);
    const backlog = Math.max(0, fallen - (Atomics.load(claims.cells, claims.cell) >>> 0));
    this.recorder.backlog(backlog);
    return backlog;
  }

  /** Claims since the last call. */
  private claims(): IntervalClaims {
    const claims = { arrivals: this.claimed, isExhausted: this.isExhausted && !this.isReported };
    this.claimed = 0;
    this.isReported = this.isExhausted;
    return claims;
  }

  /** The source has no operation for the arrival last taken, nor for later ones. */
  exhausted(): void {
    this.ended = true;
    this.isExhausted = true;
  }

  /** Ends the load early: nothing more is issued, not even the backlog. */
  stop(nowMs: number): void {
    if (this.ended) return;
    this.ended = true;
    this.stoppedMs = nowMs;
  }

  /** Counts for operations that were never issued, see `WorkerMeasurement`. */
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
 * Times since which the free slots of a worker are free, longest first. Operations are issued in
 * schedule order, so the earliest operation gets the slot that was free first.
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

  /** Uses the slot that was free first; returns the time since which it was free. */
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

/** Margin before a scheduled time at which a sleep ends: limits and initial value. */
const MIN_SPIN_MS = 0.02;
const MAX_SPIN_MS = 0.2;
const FIRST_SPIN_MS = 0.1;
/** Share of sleeps that may end late; each sleep moves the margin by a share of the step. */
const LATE_SHARE = 0.1;
const STEP_MS = 0.02;

/**
 * Waits for a time: sleeps until shortly before it, then polls the clock. The margin is the 90th
 * percentile of the lateness of sleeps, tracked by stochastic approximation (H. Robbins and S.
 * Monro, 1951). 100 operations per second cost 1% of a core, and 100,000 cost a whole core.
 */
export class Waiter {
  private readonly cell = new Int32Array(new SharedArrayBuffer(4));
  private spinMs = FIRST_SPIN_MS;

  /** Margin before a scheduled time at which a sleep must end. */
  get marginMs(): number {
    return this.spinMs;
  }

  /** Sleeps until the margin before the time, or not at all; returns the clock. */
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
