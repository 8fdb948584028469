import { orAborted } from "../model/abort.ts";
import { PreflightError } from "../model/errors.ts";
import type { TargetSpec } from "../model/target.ts";
import { CleanupDeadline, cleanupLimits } from "../run/cleanup-deadline.ts";
import type { CleanOptions, CleanReport } from "../target/target.ts";
import type { Console } from "./console.ts";
import { LiveLine } from "./live.ts";
import { sayWaiting } from "./waiting.ts";

/** How long a target may take to obey the deadline before it is not waited for any more. */
const GRACE_MS = 2000;
const TELL_MS = 1000;

/** What `assay clean` cleans with: one deadline for all of it, and a line that shows progress. */
export class Cleaner {
  readonly console: Console;
  private readonly deadline: CleanupDeadline;
  private readonly live: LiveLine;

  constructor(console: Console, timeoutMs: number | null, interrupt: AbortSignal) {
    this.console = console;
    this.live = new LiveLine(console, false, () => performance.now());
    this.deadline = new CleanupDeadline(cleanupLimits(timeoutMs, null), interrupt);
    this.deadline.begin();
  }

  /** Asks a target something, within the deadline; @throws PreflightError when that is over. */
  async ask<Value>(
    target: TargetSpec,
    what: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const over = sayWaiting(this.console, target);
    try {
      return await this.within(target, what);
    } finally {
      over();
    }
  }

  private async within<Value>(
    { name }: TargetSpec,
    what: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const { signal } = this.deadline;
    try {
      const answer = await orAborted(what(signal), signal, GRACE_MS);
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
    let done = { doneBytes: 0, totalBytes: 0 };
    const progress = (doneBytes: number, totalBytes: number): void => {
      done = { doneBytes, totalBytes };
      this.deadline.removed();
    };
    const timer = setInterval(() => {
      const { silentMs, leftMs } = this.deadline;
      this.live.cleaning({ ...done, silentMs, leftMs });
    }, TELL_MS);
    try {
      const report = await this.within(target, (signal) => what({ progress, signal }));
      const { reason } = this.deadline;
      if (reason === null || report.left.length === 0) return report;
      return {
        ...report,
        left: [...report.left, `the clean-up was ended ${reason}; run it again`],
      };
    } finally {
      clearInterval(timer);
      this.live.clear();
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
  }
}
