import { messageOf } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { watchedClean } from "../../run/cleanup.ts";
import { CleanupDeadline, cleanupLimits } from "../../run/cleanup-deadline.ts";
import type { FinishedRun } from "../../run/request.ts";
import { cleanTarget } from "../../storage/index.ts";
import type { CommandContext } from "../command.ts";
import { leftBehind } from "../ending/left-behind.ts";
import type { SharingRun } from "./sharing.ts";

/** Options of the command that determine the removal of data. */
interface SharedDataOptions {
  readonly resultsFolder: string;
  readonly cleanupTimeoutMs: number | null;
}

/** Data that a run handed over, until the next run has taken it. */
interface Handed {
  /** The run that created the data; its manifest has this id. */
  readonly runId: string;
  readonly target: TargetSpec;
  readonly datasets: readonly DatasetPlan[];
}

/**
 * The data between two runs of a command. The run that takes it over removes it, or hands it on.
 * Data that no run takes is removed before the next run, and at the end of the command.
 */
export class SharedData {
  private readonly options: SharedDataOptions;
  private readonly context: CommandContext;
  private handed: Handed | null = null;
  private isAllRemoved = true;

  constructor(options: SharedDataOptions, context: CommandContext) {
    this.options = options;
    this.context = context;
  }

  /** Id of the run whose data the next run takes over; undefined: none. */
  async before({ target, takesDataOf }: SharingRun): Promise<string | undefined> {
    const { handed } = this;
    if (handed === null) return undefined;
    if (takesDataOf !== undefined && handed.target === target) return handed.runId;
    await this.release();
    return undefined;
  }

  /** Records what a run did with its data. */
  after({ plan, target }: SharingRun, { run, handedOver }: FinishedRun): void {
    const runId = run.sharedFrom ?? run.id;
    if (handedOver === true) this.handed = { runId, target, datasets: plan.datasets };
    else if (this.handed?.runId === runId) this.handed = null;
  }

  /**
   * Removes data that no run took, and says on stderr what remains. False if a part remains, also
   * of an earlier call.
   */
  async release(): Promise<boolean> {
    const { handed } = this;
    this.handed = null;
    if (handed !== null && !(await this.remove(handed))) this.isAllRemoved = false;
    return this.isAllRemoved;
  }

  private async remove(handed: Handed): Promise<boolean> {
    const { runId, target, datasets } = handed;
    const { console, interrupt } = this.context;
    const { resultsFolder, cleanupTimeoutMs } = this.options;
    const remedy = leftBehind(runId, target, resultsFolder);
    interrupt.leftBehind = () => remedy;
    const limits = cleanupLimits(cleanupTimeoutMs, datasets);
    const deadline = new CleanupDeadline(limits, interrupt.signal);
    deadline.begin();
    let left: readonly string[];
    let incomplete = true;
    try {
      const clean = (options: Parameters<typeof cleanTarget>[2]) =>
        cleanTarget(target, runId, options);
      const report = await watchedClean(deadline, clean, () => {});
      left = report.left;
      incomplete = report.incomplete === true || (deadline.reason !== null && left.length > 0);
    } catch (error) {
      left = [messageOf(error)];
    } finally {
      deadline.close();
      interrupt.leftBehind = null;
    }
    // Data of others stays: no later cleanup would remove it either.
    const remedies = incomplete ? [remedy] : [];
    for (const message of [...left, ...remedies]) console.error(`left in the target: ${message}\n`);
    return !incomplete;
  }
}
