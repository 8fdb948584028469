/**
 * Cells of the BigInt64Array that the watching thread shares with the main thread. Instants are
 * nanoseconds of the process-wide clock (`process.hrtime.bigint()`).
 */
export const WATCH = {
  /** Instant at which the thread last ran. */
  look: 0,
  /** Pauses so far, including those that did not fit in the list. */
  count: 1,
  /** Shorter pauses so far, and the total time of the checks that they delayed, nanoseconds. */
  shortCount: 2,
  shortNs: 3,
  /** 1 if the kernel distinguishes a stopped thread from one that waits for a CPU, else 0. */
  seesShort: 4,
  /** Start of the list: three cells per pause, its start, its length, and its CPU wait. */
  list: 5,
  cellsPerPause: 3,
  /** Maximum number of listed pauses; a run with this many is invalid in any case. */
  kept: 4096,
} as const;

/** Interval of the checks; they cost about 0.3% of one core. */
export const LOOK_NS = 20_000_000n;

/**
 * A check that is later than this is a pause. On a loaded host the scheduler delays a thread by a
 * few milliseconds; 50 ms is far more than that, and than any garbage collection.
 */
export const PAUSE_NS = 50_000_000n;

/**
 * A check that is later than this, without its CPU wait, counts as a short pause. With about 15
 * runnable threads on two virtual cores, 129 of 60,000 checks were (0.2%); with ten threads, none
 * of 1,000. A phase counts as disturbed from 2% upward.
 */
export const SHORT_PAUSE_NS = 2_000_000n;

/** Allocates the shared memory for one run. */
export function makeWatchMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * (WATCH.list + WATCH.cellsPerPause * WATCH.kept));
}
