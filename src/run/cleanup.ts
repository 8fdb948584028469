import { AbandonedError, orAborted } from "../model/abort.ts";
import { messageOf } from "../model/errors.ts";
import type { Warning } from "../model/run.ts";
import type { CleanReport, CutOffWrites, TargetSession } from "../target/target.ts";
import type { CleanupDeadline } from "./cleanup-deadline.ts";
import type { RunEvents } from "./progress.ts";

/** Codes of what stays in a target: not the run's to remove, or not removed although it is. */
export const STAYS = { leftBehind: "left-behind", notRemoved: "not-removed" } as const;

/** Code of what a clean-up did otherwise or could not look into; nothing is known to stay. */
export const CLEANUP_NOTE = "clean-up-note";

/** How long a target may take to obey a deadline before it is not waited for any more. */
const GRACE_MS = 2000;

/** How often the live line is told of a clean-up, also of one that gets nowhere. */
const TELL_MS = 1000;

/** What a run's data is let go of with. */
export interface LettingGo {
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
export async function letGo(going: LettingGo): Promise<readonly Warning[]> {
  const { session, deadline, keep, untouchable } = going;
  const notRemoved = (message: string): Warning => ({ code: STAYS.notRemoved, message });
  if (untouchable !== null) return [notRemoved(`${untouchable}; ${going.remedy}`)];
  deadline.begin();
  const { signal } = deadline;
  try {
    if (keep) {
      await orAborted(session.keep(signal), signal, GRACE_MS);
      return [];
    }
    return warningsOf(going, await clean(going));
  } catch (error) {
    const { reason } = deadline;
    const what = keep ? "marking the data as kept" : "the clean-up";
    if (error instanceof AbandonedError || reason !== null) {
      return [notRemoved(`${what} was ended ${reason ?? ""}; ${going.remedy}`)];
    }
    return [notRemoved(messageOf(error))];
  }
}

/** Lets go of locks and connections. One that cannot is not worth a word: why the run ended is. */
export async function letLoose(session: TargetSession, deadline: CleanupDeadline): Promise<void> {
  deadline.begin();
  const { signal } = deadline;
  await orAborted(session.close(signal), signal, GRACE_MS).catch(() => {});
}

async function clean({ session, events, deadline }: LettingGo): Promise<CleanReport> {
  const { signal } = deadline;
  let done = { doneBytes: 0, totalBytes: 0 };
  const tell = (): void => {
    const { silentMs, leftMs } = deadline;
    events.cleaning({ ...done, silentMs, leftMs });
  };
  const progress = (doneBytes: number, totalBytes: number): void => {
    done = { doneBytes, totalBytes };
    deadline.removed();
    tell();
  };
  const timer = setInterval(tell, TELL_MS);
  tell();
  try {
    return await orAborted(session.clean({ progress, signal }), signal, GRACE_MS);
  } finally {
    clearInterval(timer);
  }
}

function warningsOf(going: LettingGo, report: CleanReport): readonly Warning[] {
  const { reason } = going.deadline;
  const cut = reason !== null && report.left.length > 0;
  const code = cut || report.incomplete === true ? STAYS.notRemoved : STAYS.leftBehind;
  const message = `the clean-up was ended ${reason}; ${going.remedy}`;
  return [
    ...(cut ? [{ code, message }] : []),
    ...(report.cutOff === undefined ? [] : [cutOffWarning(report.cutOff, going.remedy)]),
    ...report.left.map((sentence) => ({ code, message: sentence })),
    ...(report.notes ?? []).map((message) => ({ code: CLEANUP_NOTE, message })),
  ];
}

function cutOffWarning({ count, isMost }: CutOffWrites, remedy: string): Warning {
  const writes = count === 1 ? "1 write was" : `${isMost ? "up to " : ""}${count} writes were`;
  const what = `${writes} cut off before the store answered and may still appear`;
  return { code: STAYS.notRemoved, message: `${what}, so the manifest was kept; ${remedy}` };
}
