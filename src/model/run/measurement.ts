import type { Operation } from "../plan/operation.ts";
import type { OwnTime } from "./harness.ts";

/**
 * Connection metrics of engines that see their connections. `connect`: name lookup and TCP connect.
 * `tls`: TLS handshake. `answer`: last byte of the request body to the response headers.
 * `newConnection`: service time of operations that had to connect; they are in `service` too.
 */
export const CONNECTION_METRICS = ["connect", "tls", "answer", "newConnection"] as const;
export type ConnectionMetric = (typeof CONNECTION_METRICS)[number];

/**
 * Stages of operations that open a file, transfer its contents and close it. Together with `sync`
 * they are the latency of the operation; a close includes what the file system does then, such as
 * sending the written data (NFS).
 */
export const STAGES = ["open", "transfer", "close"] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Latency metrics of an operation, in the order of series. `service`: issue to completion.
 * `response`: in an open loop, scheduled start to completion. `pacing`: in an open loop, issue
 * delay of an operation for which a slot was free. `firstByte`: issue to the first byte of an S3
 * response. `attempt`: one request of an operation that may be retried, to its response; `service`
 * has all of them and the pauses between. `sync`: one call that makes written data durable.
 */
export const LATENCY_METRICS = [
  ...(["service", "response", "pacing", "firstByte"] as const),
  ...CONNECTION_METRICS,
  ...(["attempt", "sync"] as const),
  ...STAGES,
] as const;

/** One latency distribution of a phase: operation and metric. */
export interface Series {
  readonly operation: Operation;
  readonly metric: (typeof LATENCY_METRICS)[number];
}

/**
 * Latencies as they cross from a worker to the main thread: pairs of a latency in nanoseconds (the
 * highest of its histogram cell) and how many there were. A negative one is a lower bound: at least
 * that long, with the sign reversed.
 */
export type LatencyPairs = Float64Array<ArrayBuffer>;

/** Counts of an open loop in one interval; zero in a closed loop. */
export interface OpenedCounts {
  /** Operations issued after their scheduled time because no slot was free. */
  readonly late: number;
  /** Operations dropped because the backlog was full. */
  readonly dropped: number;
  /** Maximum backlog of all workers. */
  readonly backlogMost: number;
}

/** Arrivals of an open loop that a worker claimed in one interval. */
export interface IntervalClaims {
  /** In the first interval, those of the warm-up as well. */
  readonly arrivals: number;
  /** Whether the source had no operation for the last one: it has none for later ones either. */
  readonly isExhausted: boolean;
}

export const NOTHING_OPENED = { late: 0, dropped: 0, backlogMost: 0 };

/**
 * Measurement of one worker in one interval. Counts of operations, bytes and errors are indexed by
 * the position of the operation in the phase's mix; `latencies` by series (null if empty).
 */
export interface IntervalRecord {
  readonly worker: number;
  /** Position in the phase's time grid; {@link DRAIN} for what completed after the deadline. */
  readonly index: number;
  /** Length of the interval; the last one of a phase may be shorter; 0 for the drain. */
  readonly widthNs: number;
  readonly operations: readonly number[];
  readonly bytes: readonly number[];
  readonly errors: readonly number[];
  /** Throttled requests. */
  readonly throttled: readonly number[];
  readonly opened: OpenedCounts;
  /** Absent in a closed loop and in the drain. */
  readonly claims?: IntervalClaims;
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

/** Failed operations of one kind, with the message of the first. */
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

/** Error code of operations that had not completed at the end of the drain. */
export const UNFINISHED = "UNFINISHED";

/** Pauses of slots after failed operations. */
export interface BackOff {
  readonly pauses: number;
  /** Total of all slots, which can pause concurrently. */
  readonly totalNs: number;
}

/** Result of a worker at the end of a phase; its intervals were sent separately. */
export interface WorkerMeasurement {
  readonly worker: number;
  /** From the start line to the last completion inside the phase. */
  readonly elapsedNs: number;
  /**
   * From the start instant to its first operation; in an open loop, until it was able to issue one.
   * Absent without one.
   */
  readonly firstIssueNs?: number;
  /** Length of its rehearsal before the start line, see `rehearse`. Absent without one. */
  readonly rehearsalNs?: number;
  /** CPU time and waits of the worker; null if not measured. */
  readonly own: OwnTime | null;
  readonly errors: readonly ErrorCount[];
  /** Engine counters by name: `attempts`, `retries`, `shortReads`. */
  readonly counters: Readonly<Record<string, number>>;
  /** Bytes transferred in the measured time, without the drain. */
  readonly movedBytes?: number;
  /** Open loop: operations issued or dropped, including warm-up and drain. */
  readonly taken?: number;
  /**
   * Open loop that ended early: time when this worker stopped issuing, nanoseconds from the start
   * of the measurement. Absent if it did not end early.
   */
  readonly stoppedNs?: number;
  /** Open loop: all operations were issued; one more arrival was claimed without an operation. */
  readonly exhausted?: boolean;
  /** Only in a closed loop of an event-loop engine; other workers do not pause. */
  readonly backOff?: BackOff;
  /** Writes to a bucket that were aborted before the response; absent: none. */
  readonly cutOffWrites?: number;
  /** Why the worker aborted, one sentence; null if it did not. */
  readonly failure: { readonly kind: "machine" | "internal"; readonly message: string } | null;
}

/** Whether an error code reports throttling (HTTP 503 and 429). */
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

/**
 * State of a run or a phase. `partial`: interrupted, or ended early by something else, such as the
 * loss of a host; the measurements are stored.
 */
export type RunState = "running" | "complete" | "partial" | "failed";

/** Whether a partial run with this reason was interrupted by its user. */
export function isInterrupted(reason: string | null): boolean {
  return reason === null || reason.startsWith("interrupted");
}
