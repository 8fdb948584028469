import type { BlockingSession, SlotTable } from "../engine/engine.ts";
import type { Failures } from "./failures.ts";
import type { Recorder } from "./recorder.ts";
import type { OperationSource } from "./source.ts";
import type { StartLine } from "./start-line.ts";

/** What both drivers work with: one worker in one phase, its start line behind it. */
export interface Drive {
  readonly source: OperationSource;
  readonly slots: SlotTable;
  readonly recorder: Recorder;
  readonly failures: Failures;
  readonly startLine: StartLine;
  /** How long the drain may take, milliseconds. */
  readonly drainMs: number;
}

/** How often a stop is looked for; the end of an interval is always seen at once. */
const LOOK_MS = 20;
/** Longest wait for a completion, so that both are seen in between. */
const LOOK_NS = LOOK_MS * 1e6;

/**
 * The hot loop. One reading of the clock serves a reaped batch: it ends the latency of what
 * completed and begins that of what is issued in its place, so a slot is never idle unseen.
 * Returns why the worker gave up, or null.
 */
export function driveBlocking(drive: Drive, session: BlockingSession): string | null {
  const { source, slots, recorder, failures, startLine, drainMs } = drive;
  const { depth, operation } = slots;
  const done = new Int32Array(depth);
  const result = new Float64Array(depth);
  const issuedMs = new Float64Array(depth);
  let gaveUp: string | null = null;
  let drainFromMs = Number.NaN;
  let inFlight = 0;
  let now = performance.now();
  let lookMs = now;
  for (let slot = 0; slot < depth && source.next(slot); slot++) {
    issuedMs[slot] = now;
    session.submit(slot);
    inFlight++;
  }
  if (inFlight === 0) return null;
  while (inFlight > 0) {
    const count = session.reap(done, result, LOOK_NS);
    now = performance.now();
    if (now >= lookMs) {
      recorder.cross(now);
      if (startLine.stopped()) recorder.end(now);
      lookMs = Math.min(recorder.boundaryMs, now + LOOK_MS);
    }
    for (let i = 0; i < count; i++) {
      const slot = done[i] ?? 0;
      const outcome = result[i] ?? 0;
      recorder.complete(operation[slot] ?? 0, now - (issuedMs[slot] ?? 0), outcome);
      if (outcome < 0) {
        failures.failed(slot, session.explain(outcome), recorder.measuring);
        gaveUp ??= failures.hopeless(now);
        if (gaveUp !== null) recorder.end(now);
      } else if (failures.failing) failures.succeeded(now);
      if (recorder.open && source.next(slot)) {
        issuedMs[slot] = now;
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
