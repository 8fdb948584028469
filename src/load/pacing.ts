import type { Arrivals } from "./arrivals.ts";
import type { Grid, Recorder } from "./recorder.ts";

/** Shared by the workers of a phase: how many arrivals they have claimed. */
interface Claims {
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
  /** A slot stood free before the operation was due. */
  private awaited = false;
  private ended = false;
  private taken = 0;

  constructor(task: PacingTask, recorder: Recorder) {
    this.task = task;
    this.recorder = recorder;
  }

  /** Whether nothing more is to be issued. */
  over(nowMs: number): boolean {
    const { next, grid, drainMs } = this.task;
    if (this.ended || nowMs >= grid.toMs + drainMs) return true;
    this.nextMs();
    return !next.before(grid.toMs - grid.fromMs);
  }

  /** When the worker's next operation is due, on its own clock. */
  nextMs(): number {
    const { next, claims, grid } = this.task;
    if (!this.held) {
      next.advanceTo(Atomics.add(claims.cells, claims.cell, 1) >>> 0);
      this.held = true;
      this.awaited = false;
    }
    return grid.fromMs + next.dueMs;
  }

  /** When the operation that is now to be issued was due; NaN where none is due yet. */
  take(nowMs: number): number {
    while (!this.over(nowMs)) {
      const dueMs = this.nextMs();
      if (dueMs > nowMs) {
        this.awaited = true;
        return Number.NaN;
      }
      this.held = false;
      const { due, claims, grid, mostBacklog } = this.task;
      const fallen = due.pass(Math.min(nowMs, grid.toMs) - grid.fromMs);
      const backlog = Math.max(0, fallen - (Atomics.load(claims.cells, claims.cell) >>> 0));
      this.recorder.backlog(backlog);
      if (backlog <= mostBacklog) return dueMs;
      this.recorder.dropped();
      this.taken++;
    }
    return Number.NaN;
  }

  /** The operation last taken is issued now. */
  began(): void {
    this.taken++;
    if (!this.awaited) this.recorder.late();
  }

  /** Whether the operation last taken had a slot waiting: how late it starts is the harness's. */
  get onTime(): boolean {
    return this.awaited;
  }

  /** Ends the load: the source has no more, or the phase was stopped. */
  end(): void {
    this.ended = true;
  }

  /** Operations this worker issued or dropped, those of the warm-up and of the drain too. */
  get count(): number {
    return this.taken;
  }
}

/** How much before an instant a sleep ends: within bounds, and what it begins with. */
const LEAST_SPIN_MS = 0.02;
const MOST_SPIN_MS = 0.2;
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
    this.spinMs = Math.min(MOST_SPIN_MS, Math.max(LEAST_SPIN_MS, next));
  }
}
