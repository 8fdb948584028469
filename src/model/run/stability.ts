/** A sudden change of a phase's rate to another level that lasts. */
export interface RateChange {
  /** When, from the start of measuring. */
  readonly atNs: number;
  readonly beforePerSecond: number;
  readonly afterPerSecond: number;
  /** p-value: probability of such a change in a rate without one. */
  readonly p: number;
}

/** A rate that lasted, and from when. */
interface RateLevel {
  /** From the start of measuring. */
  readonly fromNs: number;
  /** Median of the intervals. */
  readonly perSecond: number;
}

/** A window of the time series, with the range and slope of its rates. */
export interface SteadyWindow {
  readonly reached: boolean;
  readonly fromNs: number;
  readonly lengthNs: number;
  /** Shares of the window's mean. */
  readonly rangeShare: number;
  readonly slopeShare: number;
}

/** Growth of the number of scheduled, uncompleted operations in an open loop. */
export interface BacklogGrowth {
  /** Operations more at the end than at the start, by the least squares line. */
  readonly operations: number;
  /** Threshold of significance: without growth, at most 5% of phases exceed it. */
  readonly chance: number;
  /** Operations scheduled in the time that the line covers. */
  readonly offered: number;
}

/** Stability of a phase, which its mean does not show. */
export interface Stability {
  /** Excluded start of the phase; null if it was not searched. */
  readonly warmup: { readonly leftOutNs: number; readonly found: boolean } | null;
  /** The steady window, which is the reported part of the phase; null in other phases. */
  readonly steady: SteadyWindow | null;
  /** Rise or fall over the reported part, a share of its mean, with a 95% confidence interval. */
  readonly trend: {
    readonly changeShare: number;
    readonly lowShare: number;
    readonly highShare: number;
    /** Mean rates of the first and the last quarter of it; absent in runs of older versions. */
    readonly firstPerSecond?: number;
    readonly lastPerSecond?: number;
  } | null;
  /** Over the whole phase; a burst that ended, where the rate fell. Null if there are several. */
  readonly change: RateChange | null;
  /** Over the whole phase, in order, where the rate changed more than once; else absent. */
  readonly levels?: readonly RateLevel[];
  /** Null in a closed loop and with fewer than 8 intervals; absent in runs of older versions. */
  readonly backlog?: BacklogGrowth | null;
  /** End times of the first and the last worker; null in a phase with a time limit. */
  readonly done: { readonly firstNs: number; readonly lastNs: number } | null;
}
