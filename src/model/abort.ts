/** Something that was awaited did not stop within its grace after an abort; it may still go on. */
export class AbandonedError extends Error {
  override readonly name = "AbandonedError";
}

/**
 * Settles as `promise` does. After an abort of `signal`, `promise` has `graceMs` to settle; then
 * this rejects with an {@link AbandonedError}. With `graceMs` 0, for work without side effects, it
 * rejects immediately with the reason of the signal.
 */
export function orAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
  graceMs = 0,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      if (graceMs === 0) reject(signal.reason);
      else timer = setTimeout(() => reject(new AbandonedError("did not stop in time")), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    });
  });
}

/** Settles as `promise` does, or rejects after `ms` milliseconds; `promise` goes on. */
export function inTime<Value>(
  promise: Promise<Value>,
  ms: number,
  lapse: () => Error,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(lapse()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
