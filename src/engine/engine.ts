import type { DatasetLocation, Location } from "../model/plan/dataset.ts";
import type { ObjectOptions } from "../model/plan/object-options.ts";
import type { Operation } from "../model/plan/operation.ts";
import type {
  EngineName,
  ListingPlan,
  Polling,
  RestorePlan,
  SyncPlan,
} from "../model/plan/plan.ts";
import type { Access } from "../s3/access.ts";
import type { UnansweredWrites } from "../s3/failure/unanswered.ts";

/**
 * The operations in flight of one worker: one column per field, one row per slot. The source of
 * operations fills a row, the engine and the recorder read it: no object is made per operation.
 */
export interface SlotTable {
  readonly depth: number;
  /** Operation code, see `operationCode`; `SYNC_CODE`: make the file durable. */
  readonly operation: Uint8Array;
  /** Index of the file (or object, or shard) in the dataset. */
  readonly file: Int32Array;
  /** Byte offset in the file; for `fetchVersion` the version, 0: oldest. */
  readonly offset: Float64Array;
  /**
   * Bytes to transfer; for whole-file operations the file's size; for `deleteObjects` the number of
   * files from `file` upward.
   */
  readonly length: Float64Array;
}

/** Memory of the slots: page-aligned, every `strideBytes`; see `makeBuffers`. */
export interface SlotBuffers {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly strideBytes: number;
  /** The bytes of one slot, which contain the payload before a write is submitted. */
  readonly views: readonly Buffer[];
}

/**
 * Called by a session at the end of each stage of an operation but the last one, so that the load
 * side, which has the clock, can time the stages separately. Not called after a failed stage.
 */
export interface StageWatch {
  /** Reads the clock: the stages that are reported next ended now. */
  look(): void;
  opened(slot: number): void;
  transferred(slot: number): void;
  synced(slot: number): void;
}

/** Parameters to open a session: one worker's part of a phase. */
export interface SessionTask {
  readonly location: Location;
  readonly dataset: DatasetLocation;
  readonly slots: SlotTable;
  readonly buffers: SlotBuffers;
  /** Possible operations, so that a session opens only what it needs. */
  readonly operations: readonly Operation[];
  /** Bypass the page cache. */
  readonly direct: boolean;
  /** Open files for writing with O_DSYNC. */
  readonly dsync: boolean;
  /** Polling of a ring; only for engines with a ring. */
  readonly polling: Polling;
  /** Method by which `SYNC_CODE` and `create` make files durable; null if neither does. */
  readonly sync: SyncPlan | null;
  /** Null if the phase records no stages. */
  readonly stages: StageWatch | null;
  /** Block size of `stream` and `fetch`. */
  readonly blockBytes: number;
  readonly partBytes: number;
  readonly partConcurrency: number;
  readonly retries: number;
  readonly objects: ObjectOptions;
  readonly listing: ListingPlan;
  readonly restore: RestorePlan | null;
  /** Endpoints and credentials of a bucket; null or absent: the session resolves them. */
  readonly access?: Access | null;
  /** Worker number and seed, for engines with random behavior. */
  readonly worker: number;
  readonly seed: number;
}

/** Explanation of a negative result. */
export interface EngineError {
  /** errno name or the S3 server's code. */
  readonly code: string;
  readonly message: string;
}

interface SessionBase {
  /** Explains a negative result of this session. */
  explain(result: number): EngineError;
  /** Counters of the session (`attempts`, `retries`), for the stored result. */
  counters(): Readonly<Record<string, number>>;
}

/**
 * A polled session. Results are bytes, or a negative code for {@link SessionBase.explain}. A
 * session never reads the clock: only the load side measures time.
 */
export interface BlockingSession extends SessionBase {
  readonly drives: "blocking";
  /** Whether `submit` blocks the thread until the operation is complete. */
  readonly blocks?: true;
  /** Starts the operation in a slot's row; it may be complete on return. */
  submit(slot: number): void;
  /**
   * Writes completed slots to `done` and their results to `result`; returns their number. Waits up
   * to `waitNs` for the first one; 0: does not wait.
   */
  reap(done: Int32Array, result: Float64Array, waitNs: number): number;
  close(): void;
}

/**
 * Receiver of an event-loop session's events; all may be called before `start` returns. Events of
 * connections and bodies come from engines that see them (`EngineTraits.seesConnections`). A
 * session numbers its concurrent connections from 0.
 */
export interface CompletionSink {
  firstByte(slot: number): void;
  /** A connection is started, established, and (with TLS) its handshake is done. */
  connecting(slot: number, connection: number): void;
  connected(slot: number, connection: number): void;
  secured(slot: number, connection: number): void;
  /** The last byte of a body is passed to the network; then the response head has arrived. */
  sent(slot: number, connection: number): void;
  answered(slot: number, connection: number): void;
  /**
   * One request of an operation is sent, if retries are possible. The returned mark is passed back
   * with {@link attemptEnded}, because an engine has no clock.
   */
  attemptBegan(slot: number): number;
  /** The attempt has a response or failed; `throttled`: the response was a throttling error. */
  attemptEnded(slot: number, mark: number, throttled: boolean): void;
  /** Result: bytes, or a negative code for `explain`. Called exactly once per `start`. */
  complete(slot: number, result: number): void;
}

/** A session that completes by callback on the event loop. */
export interface EventSession extends SessionBase {
  readonly drives: "event-loop";
  start(slot: number, sink: CompletionSink): void;
  /**
   * Aborts all operations in flight immediately: each completes with an error. Writes continue in
   * the background until their response, because a server may perform a write after its connection
   * is destroyed.
   */
  abort(): void;
  /** Writes with an unknown outcome; absent if there can be none. */
  readonly writes?: UnansweredWrites;
  /** Closes the session and aborts pending requests. */
  close(): Promise<void>;
}

export type Session = BlockingSession | EventSession;

/** Capabilities of an engine, known without loading it. */
export interface EngineTraits {
  readonly name: EngineName;
  readonly drives: Session["drives"];
  readonly serves: readonly Location["kind"][];
  readonly operations: readonly Operation[];
  /**
   * Whether one thread has several operations in flight. If not, queue depth Q of W workers needs
   * W x Q threads.
   */
  readonly depthInThread: boolean;
  /** Whether it reports the first byte of a response. */
  readonly firstByte: boolean;
  /** Whether it reports connections and sent bodies, so that these can be timed. */
  readonly seesConnections?: true;
  /** Operations whose stages it reports. */
  readonly staged?: readonly Operation[];
  /** Whether the data of `read` is in the slot's buffer at its completion. */
  readonly keepsBytes?: true;
  /**
   * Threads of the pool that perform the operations of all workers: with more operations in flight,
   * the rest waits for a thread. Absent if the engine needs no pool.
   */
  readonly poolThreads?: number;
  /** Why it cannot be used on this host, one sentence; absent if it can. */
  readonly refusal?: string;
}
