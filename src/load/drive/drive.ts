/**
 * The hot loops of a worker: they issue what a source says on a session, read the clock, and hand
 * each completion to the recorder. `blocking.ts` is the closed loop over a session that is polled,
 * `open.ts` the open one, `events.ts` the counterpart for sessions that complete by callback; all
 * end as `cut-off.ts` says. Nothing is allocated per operation, nothing printed or stored. This
 * file holds what they share; read `blocking.ts` after it.
 */
import type { SlotTable } from "../../engine/engine.ts";
import type { Recorder } from "../record/recorder.ts";
import type { LiveFiles } from "../source/live-files.ts";
import type { OperationSource } from "../source/source.ts";
import type { SyncPoints } from "../source/sync-points.ts";
import type { Verification } from "../source/verification.ts";
import type { Failures } from "./failures.ts";
import type { Pacing } from "./pacing.ts";
import type { StartLine } from "./start-line.ts";

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

/** Marks a slot without an operation in flight, where the time of its issue would be. */
export const IDLE = Number.NaN;
