import { PreflightError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { watchedClean } from "../../run/cleanup.ts";
import { CleanupDeadline, cleanupLimits } from "../../run/cleanup-deadline.ts";
import type { CleaningProgress } from "../../run/request.ts";
import type { CleanOptions, CleanReport } from "../../storage/target/target.ts";
import type { Console } from "../console.ts";
import { LiveView } from "../live/live.ts";
import { awaited } from "../live/waiting.ts";

/** Only a cleanup that takes longer shows its progress. */
const SHOWN_AFTER_MS = 900;

/** Cleanup of `assay clean`: one deadline for all runs, and a view that shows progress. */
export class Cleaner {
  readonly console: Console;
  private readonly deadline: CleanupDeadline;
  private readonly live: LiveView;

  constructor(console: Console, timeoutMs: number | null, interrupt: AbortSignal) {
    this.console = console;
    this.live = new LiveView(console, { quiet: false, work: null }, () => performance.now());
    this.live.open();
    this.deadline = new CleanupDeadline(cleanupLimits(timeoutMs, null), interrupt);
    this.deadline.begin();
  }

  /** Sends a request to a target within the deadline; @throws PreflightError after it. */
  async ask<Value>(
    target: TargetSpec,
    what: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    return await this.orEnded(target, awaited(this.console, target, this.deadline.within(what)));
  }

  private async orEnded<Value>({ name }: TargetSpec, work: Promise<Value>): Promise<Value> {
    try {
      const answer = await work;
      this.deadline.removed();
      return answer;
    } catch (error) {
      const { reason } = this.deadline;
      if (reason === null) throw error;
      throw new PreflightError(
        `${name}: the cleanup was ended ${reason}; the remaining data is unknown; run it again, ` +
          "with a longer --cleanup-timeout if the storage is slow",
      );
    }
  }

  /** Cleans a target; shows the progress of a cleanup that takes longer than a second. */
  async clean(
    target: TargetSpec,
    what: (options: CleanOptions) => Promise<CleanReport>,
  ): Promise<CleanReport> {
    const shownFromMs = performance.now() + SHOWN_AFTER_MS;
    const onProgress = (progress: CleaningProgress): void => {
      if (performance.now() >= shownFromMs) this.live.cleaning(progress);
    };
    try {
      const report = await this.orEnded(target, watchedClean(this.deadline, what, onProgress));
      const { reason } = this.deadline;
      if (reason === null || report.left.length === 0) return report;
      return {
        ...report,
        left: [...report.left, `the cleanup was ended ${reason}; run it again`],
      };
    } finally {
      this.live.end();
    }
  }

  /** Reason why no further cleanup may start, a clause; null if one may. */
  get over(): string | null {
    const { reason } = this.deadline;
    return reason === null ? null : `the cleanup was ended ${reason}; nothing was removed`;
  }

  /** Ends the deadline and the view. */
  close(): void {
    this.deadline.close();
    this.live.close();
  }
}
