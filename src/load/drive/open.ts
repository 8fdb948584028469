import type { BlockingSession } from "../../engine/engine.ts";
import { countCompletion } from "./completion.ts";
import { cutOff, endIfStuck, isDrained, runPeriodicChecks } from "./cut-off.ts";
import { IDLE, LOOK_MS, LOOK_NS, type Loop } from "./drive.ts";
import { type Pacing, Waiter } from "./pacing.ts";
import { syncFiles } from "./sync.ts";

/** Free slots. */
interface OpenSlots {
  readonly free: Int32Array;
  count: number;
  inFlight: number;
}

/**
 * The open loop: an operation is issued at its scheduled time, or as soon as a slot is free. Its
 * response time starts at the scheduled time, its service time at the issue. During a stall of the
 * storage, the response times of all scheduled operations include the wait.
 */
export function driveOpen(loop: Loop, session: BlockingSession, pacing: Pacing): string | null {
  const { slots, recorder, syncs } = loop.drive;
  const { depth } = slots;
  const free = Int32Array.from({ length: depth }, (_, slot) => slot);
  const waiter = new Waiter();
  let now = performance.now();
  loop.drive.startLine.issued(now);
  const open: OpenSlots = { free, count: depth, inFlight: 0 };
  for (;;) {
    if (now >= loop.lookMs) {
      look(loop, pacing, now);
      now = performance.now();
    }
    issueDue(loop, session, pacing, open, now);
    if (open.inFlight === 0) {
      if (syncs?.due === true && recorder.open) {
        syncFiles(loop, session, syncs.take());
        now = performance.now();
        pacing.heldUntil(now);
        // Operations in flight during a sync keep their slots.
        const over = isDrained(loop.drive, loop.lastIssuedMs, now);
        if (over || loop.gaveUp !== null) break;
      } else if (pacing.over(now)) {
        if (!recorder.open || !Number.isFinite(recorder.toMs)) break;
        now = waiter.sleep(now, Math.min(recorder.toMs, now + LOOK_MS));
      } else now = waiter.sleep(now, Math.min(pacing.nextMs(), now + LOOK_MS));
      continue;
    }
    const count = session.reap(loop.done, loop.result, waitNs(loop, open, pacing, waiter, now));
    now = performance.now();
    // Before counting: completions seen after the deadline are after it.
    if (now >= loop.lookMs) look(loop, pacing, now);
    for (let i = 0; i < count; i++) handleCompletion(loop, session, open, i, now);
    if (count > 0) recorder.lastMs = now;
    else if (recorder.open && endIfStuck(loop, now, open.inFlight)) break;
    if (isDrained(loop.drive, loop.lastIssuedMs, now)) break;
  }
  recorder.lastMs = now;
  cutOff(loop, now);
  return loop.gaveUp;
}

/** Closes finished intervals; ends the load if a stop was requested. */
function look(loop: Loop, pacing: Pacing, nowMs: number): void {
  if (runPeriodicChecks(loop, nowMs) || loop.gaveUp !== null) pacing.stop(nowMs);
}

/** Issues scheduled operations while slots are free. */
function issueDue(
  loop: Loop,
  session: BlockingSession,
  pacing: Pacing,
  open: OpenSlots,
  nowMs: number,
): void {
  const { drive, issuedMs, dueMs: scheduledMs } = loop;
  const { source, slots, recorder, syncs } = drive;
  let now = nowMs;
  while (open.count > 0 && syncs?.due !== true) {
    const dueMs = pacing.take(now);
    if (Number.isNaN(dueMs)) return;
    const slot = open.free[open.count - 1] ?? 0;
    if (!source.next(slot)) {
      pacing.exhausted();
      return;
    }
    open.count--;
    open.inFlight++;
    if (scheduledMs !== null) scheduledMs[slot] = dueMs;
    now = performance.now();
    issuedMs[slot] = now;
    loop.lastIssuedMs = now;
    if (pacing.began()) recorder.timed("pacing", slots.operation[slot] ?? 0, now - dueMs);
    session.submit(slot);
  }
}

/** Handles one completion. */
function handleCompletion(
  loop: Loop,
  session: BlockingSession,
  open: OpenSlots,
  index: number,
  now: number,
): void {
  const slot = loop.done[index] ?? 0;
  const { recorder, slots } = loop.drive;
  const operation = slots.operation[slot] ?? 0;
  const outcome = countCompletion(loop, session, slot, loop.result[index] ?? 0, now);
  if (outcome >= 0) recorder.timed("response", operation, now - (loop.dueMs?.[slot] ?? now));
  loop.issuedMs[slot] = IDLE;
  loop.drive.pacing?.freed(now);
  open.free[open.count++] = slot;
  open.inFlight--;
}

/** Maximum wait: with a free slot until the next arrival, else until a completion. */
function waitNs(loop: Loop, open: OpenSlots, pacing: Pacing, waiter: Waiter, now: number): number {
  const isHeld = loop.drive.syncs?.due === true;
  if (open.count === 0 || isHeld || pacing.over(now)) return LOOK_NS;
  const waitMs = Math.min(LOOK_MS, pacing.nextMs() - now - waiter.marginMs);
  return Math.max(0, Math.floor(waitMs * 1e6));
}
