import type { BlockingSession } from "../../engine/engine.ts";
import { countUnfinished, giveUp, isTooLate } from "./cut-off.ts";
import type { Loop } from "./drive.ts";

/** Outcome of an operation that completed after the drain. */
const TOO_LATE = -1;

/**
 * Counts one completion. Returns its outcome, which verification may have changed; negative if it
 * has no latency.
 */
export function countCompletion(
  loop: Loop,
  session: BlockingSession,
  slot: number,
  bytes: number,
  nowMs: number,
): number {
  const { slots, recorder, failures, verification, live, stages } = loop.drive;
  let outcome = bytes;
  if (verification !== null) outcome = verification.completed(slot, outcome);
  if (live !== null) live.completed(slot, outcome);
  if (outcome >= 0 && !recorder.open && isTooLate(loop, session, nowMs)) {
    countUnfinished(loop.drive, slot, nowMs, loop.issuedMs[slot] ?? 0, loop.dueMs?.[slot]);
    return TOO_LATE;
  }
  const issuedMs = loop.issuedMs[slot] ?? 0;
  const tookMs = nowMs - issuedMs;
  if (outcome >= 0) {
    const code = slots.operation[slot] ?? 0;
    recorder.complete(code, tookMs, outcome);
    stages?.completed(recorder, slot, code, issuedMs, nowMs);
    if (failures.failing) failures.succeeded();
  } else {
    const error = verification?.explain(outcome) ?? session.explain(outcome);
    if (failures.failed(slot, error, recorder.measuring)) {
      recorder.complete(slots.operation[slot] ?? 0, tookMs, outcome);
    }
    giveUp(loop, failures.abortReason(nowMs), nowMs);
  }
  return outcome;
}
