import type { Operation } from "../plan/operation.ts";
import type { OwnTime } from "./harness.ts";

/**
 * What an engine that sees its connections can be timed by. `connect`: until TCP has connected, the
 * name's lookup included. `tls`: from then until the handshake is done. `answer`: from the last
 * byte of a body handed to the network to the head of the answer. `newConnection`: issue to
 * completion of operations that had to connect first; they are in `service` as well.
 */
export const CONNECTION_METRICS = ["connect", "tls", "answer", "newConnection"] as const;
export type ConnectionMetric = (typeof CONNECTION_METRICS)[number];

/** One latency distribution of a phase: which operation, and from where to where. */
export interface Series {
  readonly operation: Operation;
  /**
   * `service`: issue to completion. `firstByte`: issue to the first byte of an S3 answer. `sync`:
   * one call that makes what the operation wrote durable. `attempt`: one request of an operation
   * that may be retried, to its answer; the operation's own latency holds all of them and the
   * pauses between. Of an open loop `response`: when it was due to completion; `pacing`: how late
   * an operation was issued for which a slot stood free.
   */
  readonly metric:
    | "service"
    | "firstByte"
    | "sync"
    | "attempt"
    | "response"
    | "pacing"
    | ConnectionMetric;
}

/**
 * Latencies as they cross from a worker to the main thread: pairs of a latency in nanoseconds (the
 * highest of its histogram cell) and how many there were. A negative one is a lower bound: at least
 * that long, with the sign reversed.
 */
export type LatencyPairs = Float64Array<ArrayBuffer>;

/** Of an open loop in one interval; all zero in a closed one. */
export interface OpenedCounts {
  /** Issued later than due because no slot was free. */
  readonly late: number;
  /** Never issued: more waited than may. */
  readonly dropped: number;
  /** The most operations that were due and waited, of all workers together. */
  readonly backlogMost: number;
}

export const NOTHING_OPENED = { late: 0, dropped: 0, backlogMost: 0 };

/**
 * What one worker saw in one interval. Counts of operations, bytes and errors are indexed by the
 * position of the operation in the phase's mix; `latencies` by series (null where there are none).
 */
export interface IntervalRecord {
  readonly worker: number;
  /** Position in the phase's time grid; {@link DRAIN} for what completed after the deadline. */
  readonly index: number;
  /** How long it lasted: the last one of a phase may be cut short; 0 for the drain. */
  readonly widthNs: number;
  readonly operations: readonly number[];
  readonly bytes: readonly number[];
  readonly errors: readonly number[];
  /** Requests that the store refused because there were too many of them. */
  readonly throttled: readonly number[];
  readonly opened: OpenedCounts;
  readonly latencies: readonly (LatencyPairs | null)[];
  /**
   * Operations that were issued and had not completed when the drain ended; none is in `errors`.
   * Their age is in the latencies as a lower bound (right-censored observations: J. P. Klein and
   * M. L. Moeschberger, Survival Analysis, 2003, chapter 3.2). Absent where all completed.
   */
  readonly unfinished?: readonly number[];
}

/** Interval index of the drain: completions after the deadline are never throughput. */
export const DRAIN = -1;

/** Failed operations of one kind, with the first of them kept. */
export interface ErrorCount {
  /** `sync`: a call that should have made writes durable; counted among the errors of `write`. */
  readonly operation: Operation | "sync";
  /** errno name (`EIO`), `ESHORT` for fewer bytes than asked, or the S3 error code (`SlowDown`). */
  readonly code: string;
  readonly count: number;
  readonly first: string;
  /** Shortest age of the operations, nanoseconds; only with the code {@link UNFINISHED}. */
  readonly leastAgeNs?: number;
}

/** Error code of operations that were issued and had not completed when the drain ended. */
export const UNFINISHED = "UNFINISHED";

/** Pauses of the load generator after failed operations, before a slot issues the next one. */
export interface BackOff {
  readonly pauses: number;
  /** Added over all slots, several of which can pause at the same time. */
  readonly totalNs: number;
}

/** What a worker hands back when its phase is over; its intervals went ahead one by one. */
export interface WorkerMeasurement {
  readonly worker: number;
  /** From the start line to the last completion inside the phase. */
  readonly elapsedNs: number;
  /** What the worker itself took; null where it did not measure. */
  readonly own: OwnTime | null;
  readonly errors: readonly ErrorCount[];
  /** Engine counters by name: `attempts`, `retries`, `shortReads`. */
  readonly counters: Readonly<Record<string, number>>;
  /** Bytes moved in the measured time, without the drain; the main thread adds them up. */
  readonly movedBytes?: number;
  /** Of an open loop: operations issued or dropped, those of warm-up and drain too. */
  readonly taken?: number;
  /**
   * Of an open loop that was ended early, by a stop or by giving up: when this worker issued no
   * more, nanoseconds from the start of measuring. Absent where it issued all it could.
   */
  readonly stoppedNs?: number;
  /** Of an open loop: there was nothing left to issue; one more arrival was claimed for nothing. */
  readonly exhausted?: boolean;
  /** In a closed loop of an event-loop engine; other workers do not pause. */
  readonly backOff?: BackOff;
  /** Writes to a bucket that were cut off before they were answered; absent: none. */
  readonly cutOffWrites?: number;
  /** Set when the worker gave up: why, in one sentence. */
  readonly failure: { readonly kind: "machine" | "internal"; readonly message: string } | null;
}

/** Codes by which a store says that there are too many requests: HTTP 503 and 429. */
export function isThrottling(code: string): boolean {
  return code.startsWith("SlowDown") || THROTTLING.has(code);
}

const THROTTLING: ReadonlySet<string> = new Set([
  "TooManyRequests",
  "TooManyRequestsException",
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
]);
