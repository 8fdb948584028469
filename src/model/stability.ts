/** A sudden change of a phase's rate to another level that lasts. */
export interface RateChange {
  /** When, from the start of measuring. */
  readonly atNs: number;
  readonly beforePerSecond: number;
  readonly afterPerSecond: number;
  /** How often a rate without a change looks as much like one. */
  readonly p: number;
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
  /** Over the whole phase; a burst that ended, where the rate fell. */
  readonly change: RateChange | null;
  /** When the first and the last worker had done its share; null where time ended the phase. */
  readonly done: { readonly firstNs: number; readonly lastNs: number } | null;
}
