import type { Random } from "../../model/random/random.ts";
import { isThrottling } from "../../model/run/measurement.ts";
import { retryAfterMsOf } from "../../s3/contract/values.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import { StoreError } from "../../s3/response/error.ts";
import type { CompletionSink } from "../engine.ts";

/**
 * The standard retry mode of the AWS SDK for JavaScript (`StandardRetryStrategy` of
 * `@smithy/core`): retryable errors, pauses and maximum attempts. A test compares it with the SDK's
 * object. Differences: s3-wire does not retry a POST whose response was lost (an upload must not be
 * started twice), and redirects and clock corrections neither wait nor take tokens.
 */
const FIRST_PAUSE_MS = { transient: 50, throttling: 1000 } as const;
const MAX_PAUSE_MS = 20_000;
/** Maximum addition of `Retry-After` to the pause. */
const MAX_ASKED_MS = 5000;

/** Tokens of a session at its start, cost of a retry, and refund of a first attempt. */
const TOKENS = 500;
const COST = { transient: 14, throttling: 5 } as const;
const FIRST_SUCCESS = 1;

/** Reason for a retry. */
export type Passing = keyof typeof COST;

const THROTTLED: ReadonlySet<string> = new Set([
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
]);
const TRANSIENT: ReadonlySet<string> = new Set([
  ...["TimeoutError", "RequestTimeout", "RequestTimeoutException"],
  ...["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"],
  ...["EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"],
]);
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Reason to retry after an error; null if a retry cannot help. */
export function passingOf(error: Error): Passing | null {
  if (error instanceof StoreError) {
    if (error.status === 429 || THROTTLED.has(error.name)) return "throttling";
    return TRANSIENT.has(error.name) || TRANSIENT_STATUS.has(error.status) ? "transient" : null;
  }
  const lost = "code" in error && typeof error.code === "string" && TRANSIENT.has(error.code);
  return lost ? "transient" : null;
}

/**
 * Pause before a retry, milliseconds: random up to a limit that doubles from 50 ms (throttled: 1 s)
 * to 20 s. If the server asks for longer, that time, but at most 5 s more.
 */
export function backoffMs(error: Error, why: Passing, retried: number, random: Random): number {
  const bound = Math.min(FIRST_PAUSE_MS[why] * 2 ** retried, MAX_PAUSE_MS);
  const pause = Math.floor(random.unit() * bound);
  const asked =
    error instanceof StoreError
      ? retryAfterMsOf(error.headers.retryAfter, error.headers.retryAfterMs)
      : null;
  return asked === null ? pause : Math.max(pause, Math.min(asked, pause + MAX_ASKED_MS));
}

/** Retry tokens of a session, which limit retries against an overloaded server. */
export class RetryQuota {
  private left = TOKENS;

  get tokens(): number {
    return this.left;
  }

  /** Takes the cost of a retry; 0 if too few tokens are left for one. */
  take(why: Passing): number {
    const cost = COST[why];
    if (this.left < cost) return 0;
    this.left -= cost;
    return cost;
  }

  /** Refunds the cost of the last attempt after a success; `cost` 0: it was the first. */
  succeeded(cost: number): void {
    this.left = Math.min(TOKENS, this.left + (cost === 0 ? FIRST_SUCCESS : cost));
  }
}

/** Retry settings of a session's connections. */
export interface RetryPolicy {
  /** Maximum retries. */
  readonly retries: number;
  readonly random: Random;
  /** Tokens shared by all connections of a session. */
  readonly quota: RetryQuota;
  /** Whether each request opens a new connection. */
  readonly fresh: boolean;
}

/** Slot of a connection; its sink is null without an operation in flight. */
export interface ServedSlot {
  readonly number: number;
  readonly sink: CompletionSink | null;
}

/**
 * Attempts of one request: reports each to the load side, which has the clock, and decides about
 * retries. Reused for one request after another.
 */
export class RequestAttempts {
  private readonly retries: number;
  private readonly quota: RetryQuota;
  private readonly random: Random;
  private readonly slot: ServedSlot;
  private retried = 0;
  /** Cost of the last attempt, tokens. */
  private cost = 0;
  /** Mark of the current attempt from the load side; 0: not reported. */
  private mark = 0;

  constructor({ retries, quota, random }: RetryPolicy, slot: ServedSlot) {
    this.retries = retries;
    this.quota = quota;
    this.random = random;
    this.slot = slot;
  }

  begin(): void {
    this.retried = 0;
    this.cost = 0;
  }

  /** Starts an attempt; reported only if retries are possible. */
  began(): void {
    if (this.retries > 0) this.mark = this.slot.sink?.attemptBegan(this.slot.number) ?? 0;
  }

  /** Ends the current attempt; a second call does nothing. */
  ended(error: Error | null): void {
    const mark = this.mark;
    if (mark === 0) return;
    this.mark = 0;
    const throttled = error !== null && isThrottling(failureCode(error));
    this.slot.sink?.attemptEnded(this.slot.number, mark, throttled);
  }

  /** Pause before a retry, milliseconds; null: no retry. */
  pauseMs(error: Error): number | null {
    if (this.retried >= this.retries) return null;
    const why = passingOf(error);
    const cost = why === null ? 0 : this.quota.take(why);
    if (why === null || cost === 0) return null;
    this.cost = cost;
    return backoffMs(error, why, this.retried++, this.random);
  }

  succeeded(): void {
    if (this.retries > 0) this.quota.succeeded(this.cost);
  }
}
