import { setImmediate } from "node:timers/promises";

/** Longest time that synchronous file calls may block the event loop, and so Ctrl-C. */
const SLICE_MS = 25;

/** File calls between two readings of the clock. */
const CALLS_PER_CHECK = 16;

/**
 * Makes a function to call after each of many synchronous file calls. It returns a promise to await
 * when the event loop must run, otherwise null, so that the common case costs nothing. Synchronous
 * calls handle several times as many small files per second as asynchronous ones.
 *
 * @param signal aborted: the promise rejects with its reason
 * @param onSlice called at each pause
 * @param callsPerCheck calls between two readings of the clock; 1 for calls that move megabytes
 */
export function makePace(
  signal: AbortSignal | null,
  onSlice: () => void = () => {},
  callsPerCheck = CALLS_PER_CHECK,
) {
  let calls = 0;
  let startedMs = performance.now();

  async function pause(): Promise<void> {
    onSlice();
    await setImmediate();
    signal?.throwIfAborted();
    startedMs = performance.now();
  }

  return (): Promise<void> | null => {
    if (++calls % callsPerCheck !== 0) return null;
    return performance.now() - startedMs < SLICE_MS ? null : pause();
  };
}
