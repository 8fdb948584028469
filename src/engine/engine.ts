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
import type { UnansweredWrites } from "../s3/failure/unanswered.ts";

/**
 * The operations in flight of one worker, a column a field, a row a slot. The source of operations
 * fills a row, the engine reads it, the recorder reads it again: no object is made per operation.
 */
export interface SlotTable {
  readonly depth: number;
  /** Operation code, see `operationCode`; `SYNC_CODE` makes the file durable. */
  readonly operation: Uint8Array;
  /** Index of the file (or object, or shard) in the dataset. */
  readonly file: Int32Array;
  /** Byte offset in the file; for `fetchVersion` which version of it, 0 the oldest. */
  readonly offset: Float64Array;
  /**
   * Bytes to transfer; for whole-file operations the file's size; for `deleteObjects` how many
   * files from `file` on.
   */
  readonly length: Float64Array;
}

/** Memory for the data of each slot: page-aligned, `strideBytes` apart; see `makeBuffers`. */
export interface SlotBuffers {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly strideBytes: number;
  /** The bytes of one slot. Write payload is already in them when an operation is submitted. */
  readonly views: readonly Buffer[];
}

/**
 * Told by a session around the calls that make a file durable inside an operation, so that the load
 * side, which has the clock, can time them apart.
 */
export interface SyncWatch {
  began(): void;
  /** Not called where the call failed: then the operation has. */
  ended(): void;
}

/** What a session needs to open: one worker's part of a phase. */
export interface SessionTask {
  readonly location: Location;
  readonly dataset: DatasetLocation;
  readonly slots: SlotTable;
  readonly buffers: SlotBuffers;
  /** Operations that may come, so that a session opens only what it needs. */
  readonly operations: readonly Operation[];
  /** Bypass the page cache. */
  readonly direct: boolean;
  /** Open files for writing with O_DSYNC. */
  readonly dsync: boolean;
  /** Of a ring; other engines have none and are not asked for it. */
  readonly polling: Polling;
  /** How a `SYNC_CODE` row and a `create` make files durable; null where neither does. */
  readonly sync: SyncPlan | null;
  readonly syncWatch: SyncWatch;
  /** Size of the blocks a `stream` or `fetch` is read in. */
  readonly blockBytes: number;
  readonly partBytes: number;
  readonly partConcurrency: number;
  readonly retries: number;
  readonly objects: ObjectOptions;
  readonly listing: ListingPlan;
  readonly restore: RestorePlan | null;
  /** Worker number and seed, for engines whose behaviour is drawn at random. */
  readonly worker: number;
  readonly seed: number;
}

/** What a negative result means. */
export interface EngineError {
  /** errno name or the store's own code. */
  readonly code: string;
  readonly message: string;
}

interface SessionBase {
  /** Explains a negative result that this session handed out. */
  explain(result: number): EngineError;
  /** Counts the session kept for itself (`attempts`, `retries`), for the stored result. */
  counters(): Readonly<Record<string, number>>;
}

/**
 * A session that is polled. Results are bytes, or a negative code that {@link SessionBase.explain}
 * knows. A session never reads the clock: timing is the load side's alone.
 */
export interface BlockingSession extends SessionBase {
  readonly drives: "blocking";
  /** `submit` returns when the operation is complete, and holds the thread until then. */
  readonly blocks?: true;
  /** Starts the operation in a slot's row; it may already be complete on return. */
  submit(slot: number): void;
  /**
   * Writes the slots that completed to `done` and their results to `result`, returns how many.
   * Waits up to `waitNs` for the first one; 0 only looks.
   */
  reap(done: Int32Array, result: Float64Array, waitNs: number): number;
  close(): void;
}

/**
 * Where an event-loop session reports to; all may be called before `start` returns. What is told of
 * connections and bodies comes from engines that see them (`EngineTraits.seesConnections`). A
 * session numbers the connections that it can have open concurrently, from 0.
 */
export interface CompletionSink {
  firstByte(slot: number): void;
  /** A connection is begun, made, and (with TLS) its handshake done. */
  connecting(slot: number, connection: number): void;
  connected(slot: number, connection: number): void;
  secured(slot: number, connection: number): void;
  /** The last byte of a body was handed to the network; then its answer's head has come. */
  sent(slot: number, connection: number): void;
  answered(slot: number, connection: number): void;
  /**
   * One request of an operation is sent, where a failed one may be sent again. Its mark is handed
   * back with {@link attemptEnded}, for an engine sees no clock.
   */
  attemptBegan(slot: number): number;
  /** It was answered or failed; `throttled`: the store said that there were too many requests. */
  attemptEnded(slot: number, mark: number, throttled: boolean): void;
  /** Bytes, or a negative code that `explain` knows. Called exactly once for each `start`. */
  complete(slot: number, result: number): void;
}

/** A session that completes by callback on the event loop. */
export interface EventSession extends SessionBase {
  readonly drives: "event-loop";
  start(slot: number, sink: CompletionSink): void;
  /**
   * Ends everything in flight at once: each completes with an error. Writes go on unseen until they
   * are answered, for a store may make one whose connection is destroyed.
   */
  abort(): void;
  /** Writes whose outcome is not known; absent where there can be none. */
  readonly writes?: UnansweredWrites;
  /** Cuts off what is still under way. */
  close(): Promise<void>;
}

export type Session = BlockingSession | EventSession;

/** What an engine can do, known without loading it. */
export interface EngineTraits {
  readonly name: EngineName;
  readonly drives: Session["drives"];
  readonly serves: readonly Location["kind"][];
  readonly operations: readonly Operation[];
  /**
   * False: one operation at a time, so queue depth Q of W workers takes W x Q threads. True: a
   * thread carries its whole queue depth.
   */
  readonly depthInThread: boolean;
  /** Whether it reports the first byte of an answer. */
  readonly firstByte: boolean;
  /** Tells of connections and of bodies that are sent, so that these can be timed. */
  readonly seesConnections?: true;
  /** What `read` brings lies in the slot's buffer when it completes; absent where it is dropped. */
  readonly keepsBytes?: true;
  /** Why it cannot be used on this machine, one sentence; absent where it can. */
  readonly refusal?: string;
}
