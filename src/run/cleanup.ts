import type { ResolvedPhase } from "../load/task.ts";
import { AbandonedError } from "../model/abort.ts";
import { messageOf } from "../model/fault/errors.ts";
import { MODIFIES } from "../model/plan/operation.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { WorkerMeasurement } from "../model/run/measurement.ts";
import type { Warning } from "../model/run/run.ts";
import type {
  CleanOptions,
  CleanReport,
  CutOffWrites,
  TargetSession,
} from "../storage/target/target.ts";
import type { CleanupDeadline } from "./cleanup-deadline.ts";
import type { CleaningProgress, RunEvents } from "./request.ts";

/** Warning codes of data that stays in a target: of others, or of the run but not removed. */
export const CLEANUP_WARNINGS = { leftBehind: "left-behind", notRemoved: "not-removed" } as const;

/** Warning code of other events of a cleanup; no data is known to stay. */
export const CLEANUP_NOTE = "clean-up-note";

/** Interval of progress events, sent also while nothing is removed. */
const PROGRESS_MS = 1000;

/** Cleanup of a run: its target, its time limit, and whether the data is kept. */
export interface Cleanup {
  readonly session: TargetSession;
  /** Clause on how to remove data by hand that may be left. */
  readonly remedy: string;
  readonly events: RunEvents;
  readonly deadline: CleanupDeadline;
  /** Leave the data for later runs. */
  readonly keep: boolean;
  /** Reason not to access the target any more; null: there is none. */
  readonly untouchable: string | null;
}

/**
 * Removes the run's data, or marks it as kept. Returns a warning for data that could not be
 * removed. Ends at the deadline, whatever the target does.
 */
export async function keepOrCleanUp(cleanup: Cleanup): Promise<readonly Warning[]> {
  const { session, events, deadline, keep, untouchable } = cleanup;
  const notRemoved = (message: string): Warning => ({ code: CLEANUP_WARNINGS.notRemoved, message });
  if (untouchable !== null) return [notRemoved(`${untouchable}; ${cleanup.remedy}`)];
  deadline.begin();
  try {
    if (keep) {
      await deadline.within((signal) => session.keep(signal));
      return [];
    }
    const clean = (options: CleanOptions) => session.clean(options);
    return warningsOf(cleanup, await watchedClean(deadline, clean, (how) => events.cleaning(how)));
  } catch (error) {
    const { reason } = deadline;
    const what = keep ? "marking the data as kept" : "the cleanup";
    if (error instanceof AbandonedError || reason !== null) {
      return [notRemoved(`${what} was ended ${reason ?? ""}; ${cleanup.remedy}`)];
    }
    return [notRemoved(messageOf(error))];
  }
}

/** Releases locks and connections. Ignores failures: the run already has its own result. */
export async function closeSession(
  session: TargetSession,
  deadline: CleanupDeadline,
): Promise<void> {
  deadline.begin();
  await deadline.within((signal) => session.close(signal)).catch(() => {});
}

/** Cleans within the deadline; reports progress immediately and at least every second. */
export async function watchedClean(
  deadline: CleanupDeadline,
  clean: (options: CleanOptions) => Promise<CleanReport>,
  onProgress: (progress: CleaningProgress) => void,
): Promise<CleanReport> {
  let done = { doneBytes: 0, totalBytes: 0 };
  const reportProgress = (): void => {
    const { silentMs, leftMs } = deadline;
    onProgress({ ...done, silentMs, leftMs });
  };
  const progress = (doneBytes: number, totalBytes: number): void => {
    done = { doneBytes, totalBytes };
    deadline.removed();
    reportProgress();
  };
  const timer = setInterval(reportProgress, PROGRESS_MS);
  reportProgress();
  try {
    return await deadline.within((signal) => clean({ progress, signal }));
  } finally {
    clearInterval(timer);
  }
}

function warningsOf(cleanup: Cleanup, report: CleanReport): readonly Warning[] {
  const { reason } = cleanup.deadline;
  const cut = reason !== null && report.left.length > 0;
  const code =
    cut || report.incomplete === true ? CLEANUP_WARNINGS.notRemoved : CLEANUP_WARNINGS.leftBehind;
  const message = `the cleanup was ended ${reason}; ${cleanup.remedy}`;
  return [
    ...(cut ? [{ code, message }] : []),
    ...(report.cutOff === undefined ? [] : [cutOffWarning(report.cutOff, cleanup.remedy)]),
    ...report.left.map((sentence) => ({ code, message: sentence })),
    ...(report.notes ?? []).map((message) => ({ code: CLEANUP_NOTE, message })),
  ];
}

function cutOffWarning({ count, isMost }: CutOffWrites, remedy: string): Warning {
  const writes = count === 1 ? "1 write was" : `${isMost ? "up to " : ""}${count} writes were`;
  return {
    code: CLEANUP_WARNINGS.notRemoved,
    message:
      `${writes} cut off before the S3 server responded and may still be stored, so the ` +
      `manifest was kept; ${remedy}`,
  };
}

/** Reports the writes of a phase that got no response to the target. */
export function reportCutOff(session: TargetSession, workers: readonly WorkerMeasurement[]): void {
  const count = workers.reduce((sum, { cutOffWrites = 0 }) => sum + cutOffWrites, 0);
  if (count > 0) session.cutOff?.({ count, isMost: false });
}

/** The same for a phase that did not end: each of its slots may have had a write in flight. */
export function reportUnknownCutOff(
  session: TargetSession,
  phase: PhasePlan,
  { threads, depth }: ResolvedPhase,
): void {
  if (!phase.mix.some(({ operation }) => MODIFIES.has(operation))) return;
  session.cutOff?.({ count: threads * depth, isMost: true });
}
