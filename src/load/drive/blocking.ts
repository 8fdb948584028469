import type { BlockingSession } from "../../engine/engine.ts";
import { countCompletion } from "./completion.ts";
import { cutOff, endIfStuck, isDrained, runPeriodicChecks } from "./cut-off.ts";
import { type Drive, IDLE, LOOK_NS, type Loop } from "./drive.ts";
import { driveOpen } from "./open.ts";
import { syncFiles } from "./sync.ts";

/**
 * Drives a worker to its end: in one round, or one round per sync, with the pacing of an open loop.
 * Returns the reason if the worker stopped early; else null.
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
 * The hot loop. One clock reading serves a reaped batch: it ends the latencies of completed
 * operations and starts those of the operations issued in their place, so that no idle time of a
 * slot is lost. If blocks are verified, the clock is read again before each issue, so that no
 * latency includes checking or making a block; completions during that time are seen late, at
 * depths above 1. Runs until nothing is left to issue and complete, or the drain ends.
 */
function round(loop: Loop, session: BlockingSession): void {
  const { source, slots, recorder, verification } = loop.drive;
  const { done, result, issuedMs } = loop;
  // Looking up a global and its method costs 6 ns at each reading.
  const clock = performance.now.bind(performance);
  let inFlight = 0;
  let now = clock();
  loop.lookMs = now;
  for (let slot = 0; slot < slots.depth && source.next(slot); slot++) {
    issuedMs[slot] = verification === null ? now : clock();
    session.submit(slot);
    inFlight++;
  }
  if (inFlight === 0) return;
  loop.drive.startLine.issued(issuedMs[0] ?? now);
  while (inFlight > 0) {
    const count = session.reap(done, result, LOOK_NS);
    now = clock();
    let issueMs = now;
    if (now >= loop.lookMs) {
      runPeriodicChecks(loop, now);
      // Closing an interval takes time before the first issue.
      issueMs = clock();
    }
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      countCompletion(loop, session, slot, result[i] ?? 0, now);
      if (recorder.open && source.next(slot)) {
        issuedMs[slot] = verification === null ? issueMs : clock();
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
