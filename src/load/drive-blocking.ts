import type { BlockingSession, SlotTable } from "../engine/engine.ts";
import type { Failures } from "./failures.ts";
import type { LiveFiles } from "./live-files.ts";
import type { Recorder } from "./recorder.ts";
import type { OperationSource } from "./source.ts";
import type { StartLine } from "./start-line.ts";
import { type SyncPoints, syncFiles } from "./sync-points.ts";
import type { Verification } from "./verification.ts";

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
  readonly startLine: StartLine;
  /** How long the drain may take, milliseconds. */
  readonly drainMs: number;
}

/** How often a stop is looked for; the end of an interval is always seen at once. */
const LOOK_MS = 20;
/** Longest wait for a completion, so that both are seen in between. */
const LOOK_NS = LOOK_MS * 1e6;

/** What the rounds of a worker share. */
export interface Loop {
  readonly drive: Drive;
  readonly lookNs: number;
  readonly done: Int32Array;
  readonly result: Float64Array;
  readonly issuedMs: Float64Array;
}

/**
 * Drives a worker to its end: one round, or one from sync to sync. Returns why the worker gave up,
 * or null.
 */
export function driveBlocking(drive: Drive, session: BlockingSession): string | null {
  const { depth } = drive.slots;
  const columns = { result: new Float64Array(depth), issuedMs: new Float64Array(depth) };
  const loop = { drive, lookNs: LOOK_NS, done: new Int32Array(depth), ...columns };
  const { recorder, syncs } = drive;
  for (;;) {
    let gaveUp = round(loop, session);
    if (syncs?.due !== true || !recorder.open) return gaveUp;
    gaveUp ??= syncFiles(loop, session, syncs.take());
    if (gaveUp !== null || !recorder.open) return gaveUp;
  }
}

/**
 * The hot loop. One reading of the clock serves a reaped batch: it ends the latency of what
 * completed and begins that of what is issued in its place, so a slot is never idle unseen. Where
 * blocks are verified the clock is read again before each issue, so that checking a block and
 * making one are in no latency; only what completes meanwhile is seen late, at depths above 1.
 * Goes on until nothing is left to issue and to complete.
 */
function round(loop: Loop, session: BlockingSession): string | null {
  const { source, slots, recorder, failures, verification, live } = loop.drive;
  const { startLine, drainMs } = loop.drive;
  const { depth, operation } = slots;
  const { done, result, issuedMs } = loop;
  let gaveUp: string | null = null;
  let drainFromMs = Number.NaN;
  let inFlight = 0;
  let now = performance.now();
  let lookMs = now;
  for (let slot = 0; slot < depth && source.next(slot); slot++) {
    issuedMs[slot] = verification === null ? now : performance.now();
    session.submit(slot);
    inFlight++;
  }
  if (inFlight === 0) return null;
  while (inFlight > 0) {
    const count = session.reap(done, result, LOOK_NS);
    now = performance.now();
    let issueMs = now;
    if (now >= lookMs) {
      recorder.cross(now);
      if (startLine.stopped()) recorder.end(now);
      lookMs = Math.min(recorder.boundaryMs, now + LOOK_MS);
      // Closing an interval takes up to two milliseconds, in which nothing has been issued yet.
      issueMs = performance.now();
    }
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      let outcome = result[i] ?? 0;
      if (verification !== null) outcome = verification.completed(slot, outcome);
      if (live !== null) live.completed(slot, outcome);
      recorder.complete(operation[slot] ?? 0, now - (issuedMs[slot] ?? 0), outcome);
      if (outcome < 0) {
        const error = verification?.explain(outcome) ?? session.explain(outcome);
        failures.failed(slot, error, recorder.measuring);
        gaveUp ??= failures.hopeless(now);
        if (gaveUp !== null) recorder.end(now);
      } else if (failures.failing) failures.succeeded(now);
      if (recorder.open && source.next(slot)) {
        issuedMs[slot] = verification === null ? issueMs : performance.now();
        session.submit(slot);
      } else inFlight--;
    }
    if (count === 0 && !recorder.open) {
      if (Number.isNaN(drainFromMs)) drainFromMs = now;
      if (now - drainFromMs >= drainMs) break;
    }
  }
  recorder.lastMs = now;
  return gaveUp;
}
