import { orAborted } from "../model/abort.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";

/** Time limits for removing a run's data and closing its target. */
export interface CleanupLimits {
  /** Maximum time without anything removed, milliseconds. */
  readonly silenceMs: number;
  /** Maximum total time, milliseconds. */
  readonly totalMs: number;
}

/** Default limit without `--cleanup-timeout`. */
const CLEANUP_TIMEOUT_MS = 60_000;

/** Maximum for a cleanup of unknown size, well within the range of Node's timers. */
const MAX_TOTAL_MS = 24 * 3600_000;

/** The default does not end a cleanup that removes at least 100 files per second. */
const MS_PER_FILE = 10;

/** Time that an interrupted cleanup gets to remove the last files. */
const INTERRUPTED_MS = 1000;

/** Time that a target gets to stop after the deadline before it is abandoned. */
const GRACE_MS = 2000;

/**
 * Returns the limits for a run's datasets. `timeoutMs`: total limit set by the user; null: 60 s
 * without progress, and in total 60 s plus 10 ms per file. `datasets`: null if unknown, as in
 * `assay clean`: then there is no total limit while files are being removed.
 */
export function cleanupLimits(
  timeoutMs: number | null,
  datasets: readonly DatasetPlan[] | null,
): CleanupLimits {
  if (timeoutMs !== null) return { silenceMs: timeoutMs, totalMs: timeoutMs };
  if (datasets === null) return { silenceMs: CLEANUP_TIMEOUT_MS, totalMs: MAX_TOTAL_MS };
  const files = datasets.reduce((sum, { count, versions = 1 }) => sum + count * versions, 0);
  return {
    silenceMs: CLEANUP_TIMEOUT_MS,
    totalMs: CLEANUP_TIMEOUT_MS + Math.ceil(files * MS_PER_FILE),
  };
}

/**
 * One deadline for everything after the last phase: removing or keeping the data, and closing the
 * target. It starts with the cleanup, or with an interruption of the run before that. If the
 * cleanup itself is interrupted, one second is left.
 */
export class CleanupDeadline {
  private readonly controller = new AbortController();
  private readonly limits: CleanupLimits;
  private readonly interrupt: AbortSignal;
  private silence: NodeJS.Timeout | undefined;
  private total: NodeJS.Timeout | undefined;
  private silentFromMs = 0;
  private beganMs: number | null = null;
  private problem: string | null = null;

  constructor(limits: CleanupLimits, interrupt: AbortSignal) {
    this.limits = limits;
    this.interrupt = interrupt;
    interrupt.addEventListener("abort", this.onInterrupt, { once: true });
  }

  /** Aborted when the time is over or the cleanup was interrupted. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Reason of its end, a clause that follows "the cleanup was ended"; null before that. */
  get reason(): string | null {
    return this.problem;
  }

  /** Milliseconds until the deadline if nothing more is removed. */
  get leftMs(): number {
    const { silenceMs, totalMs } = this.limits;
    if (this.beganMs === null) return silenceMs;
    const now = performance.now();
    const left = Math.min(this.silentFromMs + silenceMs, this.beganMs + totalMs) - now;
    return Math.max(0, left);
  }

  /** Milliseconds since the last removal, or since the start. */
  get silentMs(): number {
    return this.beganMs === null ? 0 : performance.now() - this.silentFromMs;
  }

  /** Starts the deadline; further calls have no effect. */
  begin(): void {
    if (this.beganMs !== null) return;
    this.beganMs = performance.now();
    const { totalMs } = this.limits;
    this.total = setTimeout(() => this.end(`after ${totalMs / 1000} s`), totalMs);
    this.removed();
  }

  /** Restarts the limit without progress: something was removed. */
  removed(): void {
    if (this.beganMs === null || this.problem !== null) return;
    const { silenceMs } = this.limits;
    this.silentFromMs = performance.now();
    clearTimeout(this.silence);
    const why = `after ${silenceMs / 1000} s without progress`;
    this.silence = setTimeout(() => this.end(why), silenceMs);
  }

  /** Awaits a call that stops at this deadline; `orAborted` abandons one that does not. */
  async within<Value>(call: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    return await orAborted(call(this.signal), this.signal, GRACE_MS);
  }

  /** Clears the timers. */
  close(): void {
    clearTimeout(this.silence);
    clearTimeout(this.total);
    this.interrupt.removeEventListener("abort", this.onInterrupt);
  }

  private readonly onInterrupt = (): void => {
    if (this.beganMs === null) {
      this.begin();
      return;
    }
    clearTimeout(this.total);
    this.total = setTimeout(() => this.end("by the interruption"), INTERRUPTED_MS);
  };

  private end(problem: string): void {
    if (this.problem !== null) return;
    this.problem = problem;
    clearTimeout(this.silence);
    clearTimeout(this.total);
    this.controller.abort(new DOMException(`ended ${problem}`, "AbortError"));
  }
}
