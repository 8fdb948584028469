import type { BlockingSession } from "../../engine/engine.ts";
import { operationCode, SYNC_CODE } from "../../model/plan/operation.ts";
import { type Drive, IDLE, LOOK_MS, type Loop } from "./drive.ts";

const WRITE = operationCode("write");

/** Maximum drain after a stop; storage that responds needs less. */
const STOPPED_DRAIN_MS = 1500;

/**
 * Whether the drain has ended; later operations are unfinished. `lastIssuedMs`: an open loop can
 * issue its last operation after the deadline, and that one gets the same time to complete.
 */
export function isDrained(
  { recorder, drainMs, startLine }: Drive,
  lastIssuedMs: number,
  nowMs: number,
): boolean {
  if (recorder.open) return false;
  const planned = Math.max(recorder.endedMs, lastIssuedMs) + drainMs;
  return nowMs >= Math.min(planned, startLine.stopMs() + STOPPED_DRAIN_MS);
}

/**
 * Counts the operation in a slot as unfinished. `issuedMs` and `dueMs` (open loop): times of its
 * issue and schedule.
 */
export function countUnfinished(
  { slots, recorder, failures, stages }: Drive,
  slot: number,
  nowMs: number,
  issuedMs: number,
  dueMs: number = IDLE,
): void {
  const code = slots.operation[slot] ?? 0;
  if (code === SYNC_CODE) recorder.neverSynced(WRITE, nowMs - issuedMs);
  else {
    recorder.neverCompleted(code, nowMs - issuedMs);
    stages?.unfinished(recorder, slot, code, issuedMs, nowMs);
    if (!Number.isNaN(dueMs)) recorder.atLeast("response", code, nowMs - dueMs);
  }
  failures.unfinished(slot, nowMs - issuedMs);
}

/**
 * Closes finished intervals; ends the phase if a stop was requested. True: nothing more may be
 * issued, not even the backlog.
 */
export function closeGrid({ recorder, startLine }: Drive, nowMs: number): boolean {
  recorder.endBy(startLine.deadlineMs());
  recorder.cross(nowMs);
  const stopped = startLine.stopped();
  if (stopped) recorder.end(nowMs);
  return stopped;
}

/** Counts all operations in flight as unfinished. */
export function cutOff({ drive, issuedMs, dueMs }: Loop, nowMs: number): void {
  for (const [slot, ms] of issuedMs.entries()) {
    if (Number.isNaN(ms)) continue;
    countUnfinished(drive, slot, nowMs, ms, dueMs?.[slot]);
    issuedMs[slot] = IDLE;
  }
}

/**
 * Whether a completion after the drain counts as unfinished: its operation blocked the thread until
 * then. Completions of other sessions happened earlier and count as complete.
 */
export function isTooLate(loop: Loop, session: BlockingSession, nowMs: number): boolean {
  return session.blocks === true && isDrained(loop.drive, loop.lastIssuedMs, nowMs);
}

/**
 * Reason to end a phase without a deadline although operations are in flight; null: it continues.
 */
export function stuckReason(
  { recorder, quietMs }: Drive,
  nowMs: number,
  inFlight: number,
): string | null {
  if (Number.isFinite(recorder.toMs) || nowMs - recorder.lastMs < quietMs) return null;
  const seconds = Math.round(quietMs / 1000);
  return `no operation completed for ${seconds} s; ${inFlight} are in flight`;
}

/** Ends a phase without a deadline that would wait forever; true if it did. */
export function endIfStuck(loop: Loop, nowMs: number, inFlight: number): boolean {
  return giveUp(loop, stuckReason(loop.drive, nowMs, inFlight), nowMs);
}

/** Ends the phase if there is a reason; keeps the first one. */
export function giveUp(loop: Loop, reason: string | null, nowMs: number): boolean {
  if (reason === null) return false;
  loop.gaveUp ??= reason;
  loop.drive.recorder.end(nowMs);
  return true;
}

/** Closes finished intervals, see {@link closeGrid}; schedules the next check. */
export function runPeriodicChecks(loop: Loop, nowMs: number): boolean {
  const stopped = closeGrid(loop.drive, nowMs);
  loop.lookMs = Math.min(loop.drive.recorder.boundaryMs, nowMs + LOOK_MS);
  return stopped;
}
