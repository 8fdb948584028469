import type { Random } from "../../model/random/random.ts";
import { retryAfterMsOf } from "../../s3/contract/values.ts";
import { StoreError } from "../../s3/response/error.ts";

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
  #tokens = TOKENS;

  get tokens(): number {
    return this.#tokens;
  }

  /** Takes what one more attempt costs; 0 where too little is left, and none is to be made. */
  take(why: Passing): number {
    const cost = COST[why];
    if (this.#tokens < cost) return 0;
    this.#tokens -= cost;
    return cost;
  }

  /** A success gives back what its last attempt took; `cost` 0: it was the first. */
  succeeded(cost: number): void {
    this.#tokens = Math.min(TOKENS, this.#tokens + (cost === 0 ? FIRST_SUCCESS : cost));
  }
}

/** The attempts of one request after its first; serves one request after another. */
export class Again {
  readonly #retries: number;
  readonly #quota: RetryQuota;
  readonly #random: Random;
  #retried = 0;
  /** Tokens that the last attempt took. */
  #cost = 0;

  constructor({
    retries,
    quota,
    random,
  }: {
    readonly retries: number;
    readonly quota: RetryQuota;
    readonly random: Random;
  }) {
    this.#retries = retries;
    this.#quota = quota;
    this.#random = random;
  }

  begin(): void {
    this.#retried = 0;
    this.#cost = 0;
  }

  /** Pause before one more attempt, in milliseconds; null: none is to be made. */
  pauseMs(error: Error): number | null {
    if (this.#retried >= this.#retries) return null;
    const why = passingOf(error);
    const cost = why === null ? 0 : this.#quota.take(why);
    if (why === null || cost === 0) return null;
    this.#cost = cost;
    return backoffMs(error, why, this.#retried++, this.#random);
  }

  succeeded(): void {
    if (this.#retries > 0) this.#quota.succeeded(this.#cost);
  }
}
