import type { BlockingSession, SlotTable } from "../../engine/engine.ts";
import type { Recorder } from "../record/recorder.ts";
import type { LiveFiles } from "../source/live-files.ts";
import type { OperationSource } from "../source/source.ts";
import type { Verification } from "../source/verification.ts";
import type { StartLine } from "../start-line.ts";
import {
  closeGrid,
  countUnfinished,
  cutOff,
  IDLE,
  isDrained,
  isTooLate,
  stuckReason,
} from "./cut-off.ts";
import type { Failures } from "./failures.ts";
import { driveOpen } from "./open.ts";
import type { Pacing } from "./pacing.ts";
import { type SyncPoints, syncFiles } from "./sync-points.ts";

/** What both drivers work with: one worker in one phase, its start line behind it. */
export interface Drive {
  readonly source: OperationSource;
  /** The source again, where writes are synced in between. */
  readonly syncs: SyncPoints | null;
  readonly slots: SlotTable;
  readonly recorder: Recorder;
  readonly failures: Failures;
  /** Looks at what completed; its time is in no latency of the operation it looks at. */
  readonly verification: Verification | null;
  /** Told of what completes, where a phase changes which files there are. */
  readonly live: LiveFiles | null;
  /** When operations are due; null in a closed loop, where each follows the one before. */
  readonly pacing: Pacing | null;
  readonly startLine: StartLine;
  /** How long the drain may take, milliseconds. */
  readonly drainMs: number;
  /** Without a deadline, the phase ends when no operation completed for so long, milliseconds. */
  readonly quietMs: number;
}

/** How often a stop is looked for; the end of an interval is always seen at once. */
export const LOOK_MS = 20;
/** Longest wait for a completion, so that both are seen in between. */
export const LOOK_NS = LOOK_MS * 1e6;

/** What the rounds of a worker share. */
export interface Loop {
  readonly drive: Drive;
  readonly done: Int32Array;
  readonly result: Float64Array;
  /** When the operation of each slot was issued; {@link IDLE}: none is in flight. */
  readonly issuedMs: Float64Array;
  /** When it was scheduled; null in a closed loop. */
  readonly dueMs: Float64Array | null;
  /** When the last operation of an open loop was issued. */
  lastIssuedMs: number;
  /** When the time grid and a stop are looked at next. */
  lookMs: number;
  /** Why the worker gives up; null while it does not. */
  gaveUp: string | null;
}

/**
 * Drives a worker to its end: one round, or one from sync to sync; with a pacing, as it says.
 * Returns why the worker gave up, or null.
 */
export function driveBlocking(drive: Drive, session: BlockingSession): string | null {
  const { depth } = drive.slots;
  const { recorder, syncs, pacing } = drive;
  const loop: Loop = {
    drive,
    done: new Int32Array(depth),
    result: new Float64Array(depth),
    issuedMs: new Float64Array(depth).fill(IDLE),
    dueMs: pacing === null ? null : new Float64Array(depth),
    lastIssuedMs: Number.NEGATIVE_INFINITY,
    lookMs: 0,
    gaveUp: null,
  };
  if (pacing !== null) return driveOpen(loop, session, pacing);
  for (;;) {
    round(loop, session);
    if (syncs?.due !== true || !recorder.open) return loop.gaveUp;
    syncFiles(loop, session, syncs.take());
    if (!recorder.open) return loop.gaveUp;
  }
}

/**
 * The hot loop. One reading of the clock serves a reaped batch: it ends the latency of what
 * completed and begins that of what is issued in its place, so a slot is never idle unseen. Where
 * blocks are verified the clock is read again before each issue, so that checking a block and
 * making one are in no latency; only what completes meanwhile is seen late, at depths above 1.
 * Goes on until nothing is left to issue and to complete, or the drain is over.
 */
function round(loop: Loop, session: BlockingSession): void {
  const { source, slots, recorder, verification } = loop.drive;
  const { done, result, issuedMs } = loop;
  let inFlight = 0;
  let now = performance.now();
  loop.lookMs = now;
  for (let slot = 0; slot < slots.depth && source.next(slot); slot++) {
    issuedMs[slot] = verification === null ? now : performance.now();
    session.submit(slot);
    inFlight++;
  }
  if (inFlight === 0) return;
  while (inFlight > 0) {
    const count = session.reap(done, result, LOOK_NS);
    now = performance.now();
    let issueMs = now;
    if (now >= loop.lookMs) {
      lookAround(loop, now);
      // Closing an interval takes time in which nothing has been issued yet.
      issueMs = performance.now();
    }
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      completed(loop, session, slot, result[i] ?? 0, now);
      if (recorder.open && source.next(slot)) {
        issuedMs[slot] = verification === null ? issueMs : performance.now();
        session.submit(slot);
      } else {
        issuedMs[slot] = IDLE;
        inFlight--;
      }
    }
    if (count > 0) recorder.lastMs = now;
    else if (recorder.open && endIfStuck(loop, now, inFlight)) break;
    if (isDrained(loop.drive, loop.lastIssuedMs, now)) break;
  }
  recorder.lastMs = now;
  cutOff(loop, now);
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

/** Looks at the grid, see {@link closeGrid}. */
export function lookAround(loop: Loop, nowMs: number): boolean {
  const stopped = closeGrid(loop.drive, nowMs);
  loop.lookMs = Math.min(loop.drive.recorder.boundaryMs, nowMs + LOOK_MS);
  return stopped;
}

/** Outcome of an operation that completed after the drain. */
const TOO_LATE = -1;

/**
 * Counts one completion; returns its outcome, which a look at its bytes may have changed, negative
 * where it has no latency.
 */
export function completed(
  loop: Loop,
  session: BlockingSession,
  slot: number,
  bytes: number,
  nowMs: number,
): number {
  const { slots, recorder, failures, verification, live } = loop.drive;
  let outcome = bytes;
  if (verification !== null) outcome = verification.completed(slot, outcome);
  if (live !== null) live.completed(slot, outcome);
  if (outcome >= 0 && !recorder.open && isTooLate(loop, session, nowMs)) {
    countUnfinished(loop.drive, slot, nowMs, loop.issuedMs[slot] ?? 0, loop.dueMs?.[slot]);
    return TOO_LATE;
  }
  const tookMs = nowMs - (loop.issuedMs[slot] ?? 0);
  if (outcome >= 0) {
    recorder.complete(slots.operation[slot] ?? 0, tookMs, outcome);
    if (failures.failing) failures.succeeded();
  } else {
    const error = verification?.explain(outcome) ?? session.explain(outcome);
    if (failures.failed(slot, error, recorder.measuring)) {
      recorder.complete(slots.operation[slot] ?? 0, tookMs, outcome);
    }
    giveUp(loop, failures.hopeless(nowMs), nowMs);
  }
  return outcome;
}
