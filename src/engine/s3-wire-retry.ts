import type { Random } from "../model/random.ts";
import { StoreError } from "../s3/store-error.ts";

/** First and longest pause before another attempt, as in the SDK's standard mode. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 20_000;

const LOST: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
]);

/** Whether an error may be over at the next attempt. */
export function isRetryable(error: Error): boolean {
  if (error instanceof StoreError) {
    const { status, name } = error;
    return status >= 500 || status === 429 || name === "RequestTimeout";
  }
  return "code" in error && typeof error.code === "string" && LOST.has(error.code);
}

/** A pause anywhere up to a bound that doubles, but no less than the store asks for. */
export function backoffMs(error: Error, retried: number, random: Random): number {
  const pause = random.unit() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retried);
  const asked = error instanceof StoreError ? Number(error.headers.retryAfter) * 1000 : 0;
  return Math.max(pause, Number.isFinite(asked) ? Math.min(asked, LONGEST_PAUSE_MS) : 0);
}
