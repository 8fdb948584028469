import type { BlockingSession } from "../../engine/engine.ts";
import { operationCode, SYNC_CODE } from "../../model/plan/operation.ts";
import { type Drive, IDLE, LOOK_MS, type Loop } from "./drive.ts";

const WRITE = operationCode("write");

/** After a stop nobody is to wait for the whole drain; storage that responds needs no more. */
const STOPPED_DRAIN_MS = 1500;

/**
 * Whether the drain is over: an operation that has not completed by then is unfinished.
 * `lastIssuedMs`: in an open loop the last operation can be issued after the deadline and gets the
 * same time.
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
 * Counts the operation in a slot as unfinished. `issuedMs` and, in an open loop, `dueMs` are when
 * it was issued and scheduled.
 */
export function countUnfinished(
  { slots, recorder, failures }: Drive,
  slot: number,
  nowMs: number,
  issuedMs: number,
  dueMs: number = IDLE,
): void {
  const code = slots.operation[slot] ?? 0;
  if (code === SYNC_CODE) recorder.neverSynced(WRITE, nowMs - issuedMs);
  else {
    recorder.neverCompleted(code, nowMs - issuedMs);
    if (!Number.isNaN(dueMs)) recorder.atLeast("response", code, nowMs - dueMs);
  }
  failures.unfinished(slot, nowMs - issuedMs);
}

/**
 * Closes the intervals that have ended, and ends the phase where that is asked for: at a deadline
 * that was moved, or at once. True: nothing more may be issued, not even what waits.
 */
export function closeGrid({ recorder, startLine }: Drive, nowMs: number): boolean {
  recorder.endBy(startLine.deadlineMs());
  recorder.cross(nowMs);
  const stopped = startLine.stopped();
  if (stopped) recorder.end(nowMs);
  return stopped;
}

/** Counts everything that is in flight as unfinished. */
export function cutOff({ drive, issuedMs, dueMs }: Loop, nowMs: number): void {
  for (const [slot, ms] of issuedMs.entries()) {
    if (Number.isNaN(ms)) continue;
    countUnfinished(drive, slot, nowMs, ms, dueMs?.[slot]);
    issuedMs[slot] = IDLE;
  }
}

/**
 * Whether a completion is seen after the drain because its operation kept the thread until then.
 * What another session hands out completed at some moment before, and is taken as complete.
 */
export function isTooLate(loop: Loop, session: BlockingSession, nowMs: number): boolean {
  return session.blocks === true && isDrained(loop.drive, loop.lastIssuedMs, nowMs);
}

/**
 * Why a phase that has no deadline ends although operations are in flight; null where it goes on.
 */
export function stuckReason(
  { recorder, quietMs }: Drive,
  nowMs: number,
  inFlight: number,
): string | null {
  if (Number.isFinite(recorder.toMs) || nowMs - recorder.lastMs < quietMs) return null;
  const seconds = Math.round(quietMs / 1000);
  return `no operation completed for ${seconds} s, ${inFlight} are in flight`;
}

/** Gives up where a phase without a deadline would wait for ever; true: it did. */
export function endIfStuck(loop: Loop, nowMs: number, inFlight: number): boolean {
  return giveUp(loop, stuckReason(loop.drive, nowMs, inFlight), nowMs);
}

/** Ends the phase where there is a reason to give up, of which the first is kept. */
export function giveUp(loop: Loop, reason: string | null, nowMs: number): boolean {
  if (reason === null) return false;
  loop.gaveUp ??= reason;
  loop.drive.recorder.end(nowMs);
  return true;
}

/** Closes finished intervals, see {@link closeGrid}; sets when that is to be done next. */
export function runPeriodicChecks(loop: Loop, nowMs: number): boolean {
  const stopped = closeGrid(loop.drive, nowMs);
  loop.lookMs = Math.min(loop.drive.recorder.boundaryMs, nowMs + LOOK_MS);
  return stopped;
}
