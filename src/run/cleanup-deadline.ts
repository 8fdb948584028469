import { orAborted } from "../model/abort.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";

/** How long a run may take to remove its data and to let go of its target. */
export interface CleanupLimits {
  /** Longest time without anything removed, milliseconds. */
  readonly silenceMs: number;
  /** Longest time in all, milliseconds. */
  readonly totalMs: number;
}

/** Without `--cleanup-timeout`. */
const CLEANUP_TIMEOUT_MS = 60_000;

/** The longest that a timer of Node's is sure to take. */
const MAX_TOTAL_MS = 24 * 3600_000;

/** Storage that removes at least 100 files per second is not cut off by the default. */
const MS_PER_FILE = 10;

/** What little is left may still be removed after an interruption of the clean-up. */
const INTERRUPTED_MS = 1000;

/** How long a target may take to obey a deadline before it is not waited for any more. */
const GRACE_MS = 2000;

/**
 * The limits for a run's datasets. `timeoutMs`: the user's limit for all of it; null: 60 s, and as
 * long as files are being removed 10 ms more for each of them. `datasets`: null where they are not
 * known, and a user waits: then as long as files are being removed.
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
 * One deadline for all that follows the last phase: removing or keeping the data and letting go of
 * the target. It begins with the clean-up, or before, when the run is interrupted; an interruption
 * of the clean-up itself leaves it a second.
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

  /** Aborted when the time is over, or when the clean-up was interrupted. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Why it ended, in words that follow "the clean-up was ended"; null while it goes on. */
  get reason(): string | null {
    return this.problem;
  }

  /** Milliseconds until it ends, if nothing more is removed. */
  get leftMs(): number {
    const { silenceMs, totalMs } = this.limits;
    if (this.beganMs === null) return silenceMs;
    const now = performance.now();
    const left = Math.min(this.silentFromMs + silenceMs, this.beganMs + totalMs) - now;
    return Math.max(0, left);
  }

  /** Milliseconds since something was removed, or since it began. */
  get silentMs(): number {
    return this.beganMs === null ? 0 : performance.now() - this.silentFromMs;
  }

  /** Starts the deadline, unless it runs already. */
  begin(): void {
    if (this.beganMs !== null) return;
    this.beganMs = performance.now();
    const { totalMs } = this.limits;
    this.total = setTimeout(() => this.end(`after ${totalMs / 1000} s`), totalMs);
    this.removed();
  }

  /** Something was removed: the storage responds. */
  removed(): void {
    if (this.beganMs === null || this.problem !== null) return;
    const { silenceMs } = this.limits;
    this.silentFromMs = performance.now();
    clearTimeout(this.silence);
    const why = `after ${silenceMs / 1000} s in which nothing was removed`;
    this.silence = setTimeout(() => this.end(why), silenceMs);
  }

  /** Awaits a call that obeys this deadline's signal; see `orAborted` for one that does not. */
  async within<Value>(call: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    return await orAborted(call(this.signal), this.signal, GRACE_MS);
  }

  /** Takes the timers away. */
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
