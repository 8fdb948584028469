import { PreflightError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { watchedClean } from "../../run/cleanup.ts";
import { CleanupDeadline, cleanupLimits } from "../../run/cleanup-deadline.ts";
import type { CleaningProgress } from "../../run/request.ts";
import type { CleanOptions, CleanReport } from "../../storage/target/target.ts";
import type { Console } from "../console.ts";
import { LiveView } from "../live/live.ts";
import { awaited } from "../live/waiting.ts";

/** A clean-up that takes less is not shown: its end is. */
const SHOWN_AFTER_MS = 900;

/** What `assay clean` cleans with: one deadline for all of it, and a line that shows progress. */
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

  /** Asks a target something, within the deadline; @throws PreflightError when that is over. */
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
        `${name}: the clean-up was ended ${reason}, what is left is not known; run it again, ` +
          "with a longer --cleanup-timeout if the storage is slow",
      );
    }
  }

  /** Cleans, and shows from its first second onward how that goes. */
  async clean(
    target: TargetSpec,
    what: (options: CleanOptions) => Promise<CleanReport>,
  ): Promise<CleanReport> {
    const shownFromMs = performance.now() + SHOWN_AFTER_MS;
    const tell = (how: CleaningProgress): void => {
      if (performance.now() >= shownFromMs) this.live.cleaning(how);
    };
    try {
      const report = await this.orEnded(target, watchedClean(this.deadline, what, tell));
      const { reason } = this.deadline;
      if (reason === null || report.left.length === 0) return report;
      return {
        ...report,
        left: [...report.left, `the clean-up was ended ${reason}; run it again`],
      };
    } finally {
      this.live.end();
    }
  }

  /** Why no other clean-up is to begin, a clause; null where one may. */
  get over(): string | null {
    const { reason } = this.deadline;
    return reason === null ? null : `the clean-up was ended ${reason}; nothing was removed`;
  }

  /** Takes the deadline away. */
  close(): void {
    this.deadline.close();
    this.live.close();
  }
}
