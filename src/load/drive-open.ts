import type { BlockingSession } from "../engine/engine.ts";
import { completed, LOOK_MS, type Loop, lookAround } from "./drive-blocking.ts";
import { type Pacing, Waiter } from "./pacing.ts";
import { syncFiles } from "./sync-points.ts";

/** Slots that wait for work, and when the operation of each other one was due. */
interface OpenSlots {
  readonly free: Int32Array;
  count: number;
  inFlight: number;
  readonly dueMs: Float64Array;
}

/**
 * The open loop: an operation is issued when it is due, or as soon after it as a slot is free. Its
 * response time runs from when it was due, its service time from when it was issued; where the
 * storage stands still, everything that fell due meanwhile has the wait in its response time.
 */
export function driveOpen(loop: Loop, session: BlockingSession, pacing: Pacing): string | null {
  const { slots, recorder, syncs, startLine } = loop.drive;
  const { depth } = slots;
  const free = Int32Array.from({ length: depth }, (_, slot) => slot);
  const open: OpenSlots = { free, count: depth, inFlight: 0, dueMs: new Float64Array(depth) };
  const waiter = new Waiter();
  let drainFromMs = Number.NaN;
  let now = performance.now();
  for (;;) {
    if (now >= loop.lookMs) {
      lookAround(loop, now);
      if (startLine.stopped() || loop.gaveUp !== null) pacing.end();
      now = performance.now();
    }
    issueDue(loop, session, pacing, open, now);
    if (open.inFlight === 0) {
      if (syncs?.due === true && recorder.open) {
        loop.gaveUp ??= syncFiles(loop, session, syncs.take());
        now = performance.now();
      } else if (pacing.over(now)) {
        if (!recorder.open || !Number.isFinite(recorder.toMs)) break;
        now = waiter.sleep(now, Math.min(recorder.toMs, now + LOOK_MS));
      } else now = waiter.sleep(now, Math.min(pacing.nextMs(), now + LOOK_MS));
      continue;
    }
    const count = session.reap(loop.done, loop.result, waitNs(open, pacing, waiter, now));
    now = performance.now();
    for (let i = 0; i < count; i++) settle(loop, session, open, i, now);
    if (count > 0 || recorder.open) drainFromMs = Number.NaN;
    else if (Number.isNaN(drainFromMs)) drainFromMs = now;
    else if (now - drainFromMs >= loop.drive.drainMs) break;
  }
  recorder.lastMs = now;
  return loop.gaveUp;
}

/** Issues what is due while there are slots for it. */
function issueDue(
  { drive, issuedMs }: Loop,
  session: BlockingSession,
  pacing: Pacing,
  open: OpenSlots,
  nowMs: number,
): void {
  const { source, slots, recorder, syncs } = drive;
  let now = nowMs;
  while (open.count > 0 && syncs?.due !== true) {
    const dueMs = pacing.take(now);
    if (Number.isNaN(dueMs)) return;
    const slot = open.free[open.count - 1] ?? 0;
    if (!source.next(slot)) {
      pacing.end();
      return;
    }
    open.count--;
    open.inFlight++;
    open.dueMs[slot] = dueMs;
    now = performance.now();
    issuedMs[slot] = now;
    pacing.began();
    if (pacing.onTime) recorder.timed("pacing", slots.operation[slot] ?? 0, now - dueMs);
    session.submit(slot);
  }
}

/** Takes in one completion. */
function settle(
  loop: Loop,
  session: BlockingSession,
  open: OpenSlots,
  index: number,
  now: number,
): void {
  const slot = loop.done[index] ?? 0;
  const { recorder, slots } = loop.drive;
  const operation = slots.operation[slot] ?? 0;
  const outcome = completed(loop, session, slot, loop.result[index] ?? 0, now);
  if (outcome >= 0) recorder.timed("response", operation, now - (open.dueMs[slot] ?? now));
  open.free[open.count++] = slot;
  open.inFlight--;
}

/** With a slot free, what is due next must not be slept over; without, a completion ends it. */
function waitNs(open: OpenSlots, pacing: Pacing, waiter: Waiter, now: number): number {
  if (open.count === 0 || pacing.over(now)) return LOOK_MS * 1e6;
  const waitMs = Math.min(LOOK_MS, pacing.nextMs() - now - waiter.marginMs);
  return Math.max(0, Math.floor(waitMs * 1e6));
}
