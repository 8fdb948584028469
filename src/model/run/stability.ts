/** A sudden change of a phase's rate to another level that lasts. */
export interface RateChange {
  /** When, from the start of measuring. */
  readonly atNs: number;
  readonly beforePerSecond: number;
  readonly afterPerSecond: number;
  /** How often a rate without a change looks as much like one. */
  readonly p: number;
}

/** A rate that lasted, and from when. */
interface RateLevel {
  /** From the start of measuring. */
  readonly fromNs: number;
  /** Median of the intervals. */
  readonly perSecond: number;
}

/** A window of the time line, by the largest and smallest rate in it and the line through it. */
export interface SteadyWindow {
  readonly reached: boolean;
  readonly fromNs: number;
  readonly lengthNs: number;
  /** Shares of the window's mean. */
  readonly rangeShare: number;
  readonly slopeShare: number;
}

/** How the number of scheduled operations that are not done changed over an open loop. */
export interface BacklogGrowth {
  /** Operations more at the end than at the start, by the least squares line. */
  readonly operations: number;
  /** Chance alone brings about more than this in 5 of 100 phases at most. */
  readonly chance: number;
  /** Operations scheduled in the time that the line covers. */
  readonly offered: number;
}

/** How even a phase was: what a mean over all of it would hide. */
export interface Stability {
  /** What was left out at the start; null where nothing looked for it. */
  readonly warmup: { readonly leftOutNs: number; readonly found: boolean } | null;
  /** The window that ended the phase and is all of it that is reported; null elsewhere. */
  readonly steady: SteadyWindow | null;
  /** Rise or fall over what is reported, a share of its mean, with its 95 % interval. */
  readonly trend: {
    readonly changeShare: number;
    readonly lowShare: number;
    readonly highShare: number;
  } | null;
  /** Over the whole phase; a burst that ended, where the rate fell. Null if there are several. */
  readonly change: RateChange | null;
  /** Over the whole phase, in order, where the rate changed more than once; else absent. */
  readonly levels?: readonly RateLevel[];
  /** Null in a closed loop and with fewer than 8 intervals; absent in runs of older versions. */
  readonly backlog?: BacklogGrowth | null;
  /** When the first and the last worker had done its share; null where time ended the phase. */
  readonly done: { readonly firstNs: number; readonly lastNs: number } | null;
}
