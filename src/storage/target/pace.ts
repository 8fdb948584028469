import { setImmediate } from "node:timers/promises";

/** How long synchronous file calls may hold the event loop: Ctrl-C and progress wait this long. */
const SLICE_MS = 25;

/** Calls between two looks at the clock, each of which costs less than the cheapest file call. */
const CALLS_A_LOOK = 16;

/**
 * Lets long rows of synchronous calls breathe: the pace returns a promise to wait for when the
 * event loop is due, else null, so that the common case costs nothing. Synchronous calls are used
 * because they handle several times as many small files a second as asynchronous ones.
 * `onSlice` is called at each pause; an aborted signal rejects with its reason. Calls that move
 * megabytes look at the clock more often: 1 in `callsALook`.
 */
export function makePace(
  signal: AbortSignal | null,
  onSlice: () => void = () => {},
  callsALook = CALLS_A_LOOK,
) {
  let calls = 0;
  let began = performance.now();

  async function pause(): Promise<void> {
    onSlice();
    await setImmediate();
    signal?.throwIfAborted();
    began = performance.now();
  }

  return (): Promise<void> | null => {
    if (++calls % callsALook !== 0) return null;
    return performance.now() - began < SLICE_MS ? null : pause();
  };
}
