/**
 * Time series and distributions of a phase for charts, reduced to what a picture can show: at most
 * {@link MAX_COLUMNS} columns, latencies counted in rows of a tenth of a decade. Percentiles come
 * from merged histograms and are never averaged.
 */

/** Maximum columns of a time series. */
export const MAX_COLUMNS = 240;

/** Rows of the heat map per decade of latency. */
export const ROWS_PER_DECADE = 10;

/** Latencies that series have: service time, and response time of an open loop. */
export const SERIES_METRICS = ["service", "response"] as const;
export type SeriesMetric = (typeof SERIES_METRICS)[number];

/** Series of the phases of a run. */
export interface RunSeries {
  /** In the order of the run; without phases whose stored series are missing or incomplete. */
  readonly phases: readonly PhaseSeries[];
  /** Why phases have no series, one sentence; null if all have one. */
  readonly problem: string | null;
  /** Why samples of the host are missing, one sentence; absent if none are. */
  readonly hostProblem?: string;
  /** Rates of the single hosts; absent for a run on one host. */
  readonly hosts?: readonly HostRates[];
}

/** Rate of one host of a run over one phase, in one repetition. */
export interface HostRates {
  readonly phase: string;
  readonly repetition: number;
  readonly rank: number;
  /** Equally long columns over the phase, per second; null: nothing is stored for the column. */
  readonly operationsPerSecond: readonly (number | null)[];
  readonly bytesPerSecond: readonly (number | null)[];
  /** Width of a column, seconds. */
  readonly widthS: number;
}

/** Series of one phase in one repetition. */
export interface PhaseSeries {
  readonly phase: string;
  readonly repetition: number;
  /** Latency of the heat map and of the percentiles of `columns`. */
  readonly metric: SeriesMetric;
  /**
   * The whole phase, also the part that its summaries leave out (`reportedPart`). The drain is in
   * no column. Empty if the reader did not choose this phase.
   */
  readonly columns: readonly SeriesColumn[];
  readonly curves: readonly LatencyCurve[];
}

/** One column: one stored interval, or several equal ones together. */
export interface SeriesColumn {
  /** Start, seconds from the start of measuring in the phase. */
  readonly fromS: number;
  readonly widthS: number;
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly throttled: number;
  /** Open loop; null in a closed loop. */
  readonly open: {
    readonly offered: number;
    readonly late: number;
    readonly dropped: number;
    /** Maximum backlog. */
    readonly backlogMost: number;
    /** Backlog at the end of the column; null in runs of older versions. */
    readonly backlogEnd: number | null;
  } | null;
  /** Null with too few operations for the percentile. */
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number | null;
  /** Latencies from this one on are lower bounds; absent if all are exact. */
  readonly atLeastNs?: number;
  /** Operations by row: row `r` has latencies from 10^(r/10) ns. Sorted by row. */
  readonly cells: readonly (readonly [row: number, operations: number])[];
  /** Shares of 0 to 1, and bytes per second of the device; null: not sampled. */
  readonly stealShare: number | null;
  readonly cpuWaitShare: number | null;
  readonly deviceReadBytesPerSecond: number | null;
  readonly deviceWriteBytesPerSecond: number | null;
}

/**
 * Distribution of one latency of one operation over the reported part of the phase, drain included:
 * the same operations as in its summary.
 */
export interface LatencyCurve {
  /** Operation of the mix. */
  readonly operation: string;
  readonly metric: SeriesMetric;
  readonly count: number;
  /** Share of operations (0 to below 1) and latency; ends where `count` ends. */
  readonly points: readonly { readonly share: number; readonly ns: number }[];
  /** Latencies from this one on are lower bounds; absent if all are exact. */
  readonly atLeastNs?: number;
}
