/**
 * The hot loops of a worker: they issue the operations of a source on a session, read the clock,
 * and pass completions to the recorder. `blocking.ts` is the closed loop for polled sessions,
 * `open.ts` the open loop, and `events.ts` drives sessions that complete by callback. `cut-off.ts`
 * ends all of them. Nothing is allocated per operation, and nothing is printed or stored. This file
 * has their shared types; read `blocking.ts` next.
 */
import type { SlotTable } from "../../engine/engine.ts";
import type { Recorder } from "../record/recorder.ts";
import type { LiveFiles } from "../source/live-files.ts";
import type { OperationSource } from "../source/source.ts";
import type { SyncPoints } from "../source/sync-points.ts";
import type { Verification } from "../source/verification.ts";
import type { Failures } from "./failures.ts";
import type { Pacing } from "./pacing.ts";
import type { StageTimes } from "./stages.ts";
import type { StartLine } from "./start-line.ts";

/** Input of the drivers: one worker in one phase, after its start line. */
export interface Drive {
  readonly source: OperationSource;
  /** The source, if it syncs writes in between; else null. */
  readonly syncs: SyncPoints | null;
  readonly slots: SlotTable;
  readonly recorder: Recorder;
  readonly failures: Failures;
  /** Verifies completed operations, outside their latency. */
  readonly verification: Verification | null;
  /** Times of the stages of operations; absent or null if the phase records none. */
  readonly stages?: StageTimes | null;
  /** Notified of completions if the phase creates or deletes files. */
  readonly live: LiveFiles | null;
  /** Schedule of an open loop; null in a closed loop. */
  readonly pacing: Pacing | null;
  readonly startLine: StartLine;
  /** Maximum drain, milliseconds. */
  readonly drainMs: number;
  /** Without a deadline: the phase ends after this time without a completion, milliseconds. */
  readonly quietMs: number;
}

/** Period of checks for a stop; the end of an interval is always seen immediately. */
export const LOOK_MS = 20;
/** Maximum wait for a completion, so that both are checked in between. */
export const LOOK_NS = LOOK_MS * 1e6;

/** State that the rounds of a worker share. */
export interface Loop {
  readonly drive: Drive;
  readonly done: Int32Array;
  readonly result: Float64Array;
  /** Issue time of each slot's operation; {@link IDLE}: none is in flight. */
  readonly issuedMs: Float64Array;
  /** Scheduled time of each slot's operation; null in a closed loop. */
  readonly dueMs: Float64Array | null;
  /** Issue time of an open loop's last operation. */
  lastIssuedMs: number;
  /** Time of the next check of the intervals and of a stop. */
  lookMs: number;
  /** Last reading of the clock, and the operations in flight then; only the closed loop. */
  nowMs: number;
  inFlight: number;
  /** Reason why the worker stops early; null if it does not. */
  gaveUp: string | null;
}

/** Issue time of a slot without an operation in flight. */
export const IDLE = Number.NaN;
