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

/** Codes of what stays in a target: not the run's to remove, or not removed although it is. */
export const CLEANUP_WARNINGS = { leftBehind: "left-behind", notRemoved: "not-removed" } as const;

/** Code of what a clean-up did otherwise or could not look into; nothing is known to stay. */
export const CLEANUP_NOTE = "clean-up-note";

/** How often the live line is told of a clean-up, also of one that gets nowhere. */
const TELL_MS = 1000;

/** How a run ends with its data: what is removed or kept, and within which time. */
export interface Cleanup {
  readonly session: TargetSession;
  /** How to remove by hand what may be left, a clause. */
  readonly remedy: string;
  readonly events: RunEvents;
  readonly deadline: CleanupDeadline;
  /** Leave the data for later runs. */
  readonly keep: boolean;
  /** Why the target is not to be touched any more; null: it may be. */
  readonly untouchable: string | null;
}

/**
 * Removes the run's data, or marks it as kept. What could not be removed becomes a warning. Ends
 * with the deadline, whatever the target does.
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
    const what = keep ? "marking the data as kept" : "the clean-up";
    if (error instanceof AbandonedError || reason !== null) {
      return [notRemoved(`${what} was ended ${reason ?? ""}; ${cleanup.remedy}`)];
    }
    return [notRemoved(messageOf(error))];
  }
}

/** Lets go of locks and connections. One that cannot is not worth a word: why the run ended is. */
export async function letLoose(session: TargetSession, deadline: CleanupDeadline): Promise<void> {
  deadline.begin();
  await deadline.within((signal) => session.close(signal)).catch(() => {});
}

/** Cleans within the deadline, and tells how that goes: at once, and every second at least. */
export async function watchedClean(
  deadline: CleanupDeadline,
  clean: (options: CleanOptions) => Promise<CleanReport>,
  tell: (how: CleaningProgress) => void,
): Promise<CleanReport> {
  let done = { doneBytes: 0, totalBytes: 0 };
  const tellAll = (): void => {
    const { silentMs, leftMs } = deadline;
    tell({ ...done, silentMs, leftMs });
  };
  const progress = (doneBytes: number, totalBytes: number): void => {
    done = { doneBytes, totalBytes };
    deadline.removed();
    tellAll();
  };
  const timer = setInterval(tellAll, TELL_MS);
  tellAll();
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
  const message = `the clean-up was ended ${reason}; ${cleanup.remedy}`;
  return [
    ...(cut ? [{ code, message }] : []),
    ...(report.cutOff === undefined ? [] : [cutOffWarning(report.cutOff, cleanup.remedy)]),
    ...report.left.map((sentence) => ({ code, message: sentence })),
    ...(report.notes ?? []).map((message) => ({ code: CLEANUP_NOTE, message })),
  ];
}

function cutOffWarning({ count, isMost }: CutOffWrites, remedy: string): Warning {
  const writes = count === 1 ? "1 write was" : `${isMost ? "up to " : ""}${count} writes were`;
  const what = `${writes} cut off before the store answered and may still appear`;
  return {
    code: CLEANUP_WARNINGS.notRemoved,
    message: `${what}, so the manifest was kept; ${remedy}`,
  };
}

/** Tells the target of the writes that a phase left unanswered. */
export function tellCutOff(session: TargetSession, workers: readonly WorkerMeasurement[]): void {
  const count = workers.reduce((sum, { cutOffWrites = 0 }) => sum + cutOffWrites, 0);
  if (count > 0) session.cutOff?.({ count, isMost: false });
}

/** The same of a phase that never told: each of its slots may have had a write under way. */
export function tellUnknownCutOff(
  session: TargetSession,
  phase: PhasePlan,
  { threads, depth }: ResolvedPhase,
): void {
  if (!phase.mix.some(({ operation }) => MODIFIES.has(operation))) return;
  session.cutOff?.({ count: threads * depth, isMost: true });
}
