import type { BlockingSession } from "../../engine/engine.ts";
import { countCompletion } from "./completion.ts";
import { cutOff, endIfStuck, isDrained, runPeriodicChecks } from "./cut-off.ts";
import { type Drive, IDLE, LOOK_NS, type Loop } from "./drive.ts";
import { driveOpen } from "./open.ts";
import { syncFiles } from "./sync.ts";

/**
 * Makes the state of a worker's rounds. The drive is copied field by field, so that V8 knows one
 * shape of it, in a rehearsal and in each phase.
 */
export function makeLoop(given: Drive): Loop {
  const { source, syncs, slots, recorder, failures, verification, stages = null } = given;
  const { live, pacing, startLine, drainMs, quietMs } = given;
  const { depth } = slots;
  return {
    drive: {
      ...{ source, syncs, slots, recorder, failures, verification, stages },
      ...{ live, pacing, startLine, drainMs, quietMs },
    },
    done: new Int32Array(depth),
    result: new Float64Array(depth),
    issuedMs: new Float64Array(depth).fill(IDLE),
    dueMs: pacing === null ? null : new Float64Array(depth),
    lastIssuedMs: Number.NEGATIVE_INFINITY,
    lookMs: 0,
    nowMs: 0,
    inFlight: 0,
    gaveUp: null,
  };
}

/**
 * Drives a worker to its end: in one round, or one round per sync, with the pacing of an open loop.
 * Returns the reason if the worker stopped early; else null.
 */
export function driveBlocking(
  drive: Drive,
  session: BlockingSession,
  loop = makeLoop(drive),
): string | null {
  const { recorder, syncs, pacing } = drive;
  if (pacing !== null) return driveOpen(loop, session, pacing);
  for (;;) {
    round(loop, session);
    if (syncs?.due !== true || !recorder.open) return loop.gaveUp;
    syncFiles(loop, session, syncs.take());
    if (!recorder.open) return loop.gaveUp;
  }
}

/**
 * One walk over the source, until nothing is left to issue and complete, or the drain ends. The hot
 * loop is `turns`, which is called again and again: V8 optimizes a function at its calls, and code
 * that it optimizes within one endless call is lost at the next one. A phase would then measure the
 * compiler, even after a rehearsal.
 */
function round(loop: Loop, session: BlockingSession): void {
  const { source, slots, recorder, verification, startLine } = loop.drive;
  const now = performance.now();
  loop.nowMs = now;
  loop.lookMs = now;
  loop.inFlight = 0;
  for (let slot = 0; slot < slots.depth && source.next(slot); slot++) {
    loop.issuedMs[slot] = verification === null ? now : performance.now();
    session.submit(slot);
    loop.inFlight++;
  }
  if (loop.inFlight === 0) return;
  startLine.issued(loop.issuedMs[0] ?? now);
  while (turns(loop, session));
  recorder.lastMs = loop.nowMs;
  cutOff(loop, loop.nowMs);
}

/** Looks for completions in a call of `turns`. */
const TURNS = 1024;

/**
 * The hot loop; returns whether it has to go on. One clock reading serves a reaped batch: it ends
 * the latencies of completed operations and starts those of the operations issued in their place,
 * so that no idle time of a slot is lost. If blocks are verified, the clock is read again before
 * each issue, so that no latency includes checking or making a block; completions during that time
 * are seen late, at depths above 1.
 */
function turns(loop: Loop, session: BlockingSession): boolean {
  const { source, recorder, verification } = loop.drive;
  const { done, result, issuedMs } = loop;
  // Looking up a global costs some nanoseconds at each reading.
  const clock = performance;
  let { inFlight, nowMs: now } = loop;
  let isOver = false;
  for (let turn = 0; turn < TURNS && inFlight > 0 && !isOver; turn++) {
    const count = session.reap(done, result, LOOK_NS);
    now = clock.now();
    let issueMs = now;
    if (now >= loop.lookMs) {
      runPeriodicChecks(loop, now);
      // Closing an interval takes time before the first issue.
      issueMs = clock.now();
    }
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      countCompletion(loop, session, slot, result[i] ?? 0, now);
      if (recorder.open && source.next(slot)) {
        issuedMs[slot] = verification === null ? issueMs : clock.now();
        session.submit(slot);
      } else {
        issuedMs[slot] = IDLE;
        inFlight--;
      }
    }
    if (count > 0) recorder.lastMs = now;
    else isOver = recorder.open && endIfStuck(loop, now, inFlight);
    isOver ||= isDrained(loop.drive, loop.lastIssuedMs, now);
  }
  loop.inFlight = inFlight;
  loop.nowMs = now;
  return inFlight > 0 && !isOver;
}
