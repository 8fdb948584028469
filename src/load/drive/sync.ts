import type { BlockingSession, Session, SlotTable } from "../../engine/engine.ts";
import { operationCode, SYNC_CODE } from "../../model/plan/operation.ts";
import {
  closeGrid,
  countUnfinished,
  cutOff,
  endIfStuck,
  giveUp,
  isDrained,
  isTooLate,
} from "./cut-off.ts";
import { type Drive, IDLE, LOOK_NS, type Loop } from "./drive.ts";

const WRITE = operationCode("write");

/** Sets the sync of a file in a slot. */
export function setSync({ operation, file, offset, length }: SlotTable, slot: number, of: number) {
  operation[slot] = SYNC_CODE;
  file[slot] = of;
  offset[slot] = 0;
  length[slot] = 0;
}

/** Records a sync that has ended; returns the reason to end the phase if its failure is one. */
export function recordSync(
  { recorder, failures }: Drive,
  session: Session,
  slot: number,
  result: number,
  beganMs: number,
  nowMs: number,
): string | null {
  const ok = result >= 0;
  const counts = ok || failures.failed(slot, session.explain(result), recorder.measuring);
  if (counts) recorder.synced(WRITE, nowMs - beganMs, result);
  return ok ? null : failures.abortReason(nowMs);
}

/** Syncs files, one per slot concurrently, and records each call separately. */
export function syncFiles(loop: Loop, session: BlockingSession, files: readonly number[]): void {
  const { slots, recorder } = loop.drive;
  const { done, result, issuedMs } = loop;
  const used = Math.min(slots.depth, files.length);
  // Sources may have filled these columns permanently.
  const operations = slots.operation.slice(0, used);
  const lengths = slots.length.slice(0, used);
  let next = 0;
  let inFlight = 0;
  let now = performance.now();
  const issue = (slot: number): void => {
    setSync(slots, slot, files[next++] ?? 0);
    issuedMs[slot] = now;
    session.submit(slot);
    inFlight++;
  };
  for (let slot = 0; slot < used; slot++) issue(slot);
  while (inFlight > 0) {
    const count = session.reap(done, result, LOOK_NS);
    now = performance.now();
    closeGrid(loop.drive, now);
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      const outcome = result[i] ?? 0;
      inFlight--;
      const beganMs = issuedMs[slot] ?? 0;
      issuedMs[slot] = IDLE;
      if (outcome >= 0 && !recorder.open && isTooLate(loop, session, now)) {
        countUnfinished(loop.drive, slot, now, beganMs);
        continue;
      }
      giveUp(loop, recordSync(loop.drive, session, slot, outcome, beganMs, now), now);
      if (recorder.open && next < files.length) issue(slot);
    }
    if (count > 0) recorder.lastMs = now;
    else if (recorder.open && endIfStuck(loop, now, inFlight)) break;
    if (isDrained(loop.drive, loop.lastIssuedMs, now)) break;
  }
  cutOff(loop, now);
  slots.operation.set(operations);
  slots.length.set(lengths);
  recorder.lastMs = now;
}
