import type { Random } from "../../model/random/random.ts";
import { isThrottling } from "../../model/run/measurement.ts";
import { retryAfterMsOf } from "../../s3/contract/values.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import { StoreError } from "../../s3/response/error.ts";
import type { CompletionSink } from "../engine.ts";

/**
 * The standard mode of the AWS SDK for JavaScript, as installed (`StandardRetryStrategy` of
 * `@smithy/core`): what is sent again, after which pause, and how many times in all. A test holds
 * all of it against the SDK's own object. Where s3-wire differs: a POST whose answer was lost
 * is not sent again (an upload must not be begun twice), and neither redirects nor a corrected
 * clock wait or take tokens.
 */
const FIRST_PAUSE_MS = { transient: 50, throttling: 1000 } as const;
const MAX_PAUSE_MS = 20_000;
/** What a store asks for adds at most this to the pause. */
const MAX_ASKED_MS = 5000;

/** Tokens that a session begins with, that one more attempt takes, and a first one gives back. */
const TOKENS = 500;
const COST = { transient: 14, throttling: 5 } as const;
const FIRST_SUCCESS = 1;

/** Why an attempt may be followed by another. */
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

/** Why an error may be over at the next attempt; null where it will not. */
export function passingOf(error: Error): Passing | null {
  if (error instanceof StoreError) {
    if (error.status === 429 || THROTTLED.has(error.name)) return "throttling";
    return TRANSIENT.has(error.name) || TRANSIENT_STATUS.has(error.status) ? "transient" : null;
  }
  const lost = "code" in error && typeof error.code === "string" && TRANSIENT.has(error.code);
  return lost ? "transient" : null;
}

/**
 * Pause before another attempt, in milliseconds: anywhere up to a bound that doubles from 50 ms (of
 * a throttled one 1 s) to 20 s. Where the store asks for longer, that, but at most 5 s more.
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

/** The tokens of a session, without which a store in trouble would be asked ever more. */
export class RetryQuota {
  private left = TOKENS;

  get tokens(): number {
    return this.left;
  }

  /** Takes what one more attempt costs; 0 where too little is left, and none is to be made. */
  take(why: Passing): number {
    const cost = COST[why];
    if (this.left < cost) return 0;
    this.left -= cost;
    return cost;
  }

  /** A success gives back what its last attempt took; `cost` 0: it was the first. */
  succeeded(cost: number): void {
    this.left = Math.min(TOKENS, this.left + (cost === 0 ? FIRST_SUCCESS : cost));
  }
}

/** How the connections of a session send requests again. */
export interface RetryPolicy {
  /** Attempts that may be added to a failed first one. */
  readonly retries: number;
  readonly random: Random;
  /** Tokens that all connections of a session take from together. */
  readonly quota: RetryQuota;
  /** Whether each request opens a connection of its own. */
  readonly fresh: boolean;
}

/** The slot that a connection works for; its sink is null while no operation is under way. */
export interface ServedSlot {
  readonly number: number;
  readonly sink: CompletionSink | null;
}

/**
 * The attempts of one request: reports each to the load side, which has the clock, and decides
 * whether another one follows. Serves one request after another.
 */
export class RequestAttempts {
  private readonly retries: number;
  private readonly quota: RetryQuota;
  private readonly random: Random;
  private readonly slot: ServedSlot;
  private retried = 0;
  /** Tokens that the last attempt took. */
  private cost = 0;
  /** What the load side knows the attempt under way by; 0: none is reported. */
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

  /** An attempt is sent; reported only where others may follow. */
  began(): void {
    if (this.retries > 0) this.mark = this.slot.sink?.attemptBegan(this.slot.number) ?? 0;
  }

  /** The attempt under way is over; a second call does nothing. */
  ended(error: Error | null): void {
    const mark = this.mark;
    if (mark === 0) return;
    this.mark = 0;
    const throttled = error !== null && isThrottling(failureCode(error));
    this.slot.sink?.attemptEnded(this.slot.number, mark, throttled);
  }

  /** Pause before one more attempt, in milliseconds; null: none is to be made. */
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
