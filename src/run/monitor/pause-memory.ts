/**
 * What the thread that watches shares with the main thread: cells of a BigInt64Array. Instants are
 * nanoseconds of the process-wide clock (`process.hrtime.bigint()`).
 */
export const WATCH = {
  /** When the thread last ran. */
  look: 0,
  /** Pauses seen so far, those that found no place in the list as well. */
  count: 1,
  /** Shorter pauses seen so far, and the time of all looks they swallowed, nanoseconds. */
  shortCount: 2,
  shortNs: 3,
  /** 1 where the kernel tells a stopped thread from one that waits for a CPU, else 0. */
  seesShort: 4,
  /** Where the list begins: three cells a pause, its begin, its length, how long it was ready. */
  list: 5,
  cellsPerPause: 3,
  /** Pauses that are kept: a run with so many is spoilt, whatever the next ones are. */
  kept: 4096,
} as const;

/** It looks this often: the price is about a third of a per cent of one core. */
export const LOOK_NS = 20_000_000n;

/**
 * A look that comes later than this is a pause. Schedulers of a loaded machine hold a thread up by
 * a few milliseconds a turn; 50 ms are many turns, and far more than any garbage collection.
 */
export const PAUSE_NS = 50_000_000n;

/**
 * A look is swallowed by a shorter pause where it comes later than this, its wait for a CPU not
 * counted. Of 60,000 looks on two virtual cores with some fifteen runnable threads 129 did (0.2 %),
 * of 1,000 with ten threads none; a phase is called disturbed from 2 % on.
 */
export const SHORT_PAUSE_NS = 2_000_000n;

/** Memory for the watch of one run. */
export function makeWatchMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * (WATCH.list + WATCH.cellsPerPause * WATCH.kept));
}
