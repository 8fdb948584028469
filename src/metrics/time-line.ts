/** Latency distributions of a phase that percentiles are compared of. */
export const TIMED = ["service", "response", "firstByte", "sync"] as const;
export type Timed = (typeof TIMED)[number];

/** Counts of a histogram that are not 0: how many values lie in which cell of HdrHistogram. */
export interface CellCounts {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
}

/** One operation of a phase, or all together, interval by interval, as it was stored. */
export interface TimeLine {
  readonly widthsNs: Float64Array;
  readonly operations: Float64Array;
  readonly bytes: Float64Array;
  /** By interval, null where nothing was recorded; the last one holds the drain as well. */
  readonly latencies: Readonly<Partial<Record<Timed, readonly (CellCounts | null)[]>>>;
}

/**
 * Which intervals of a phase: those its summaries report, or all of them. They differ after
 * `warmup: auto` and `until: steady`, which leave intervals out.
 */
type TimeLinePart = "reported" | "whole";

/**
 * Finds the time series of one operation in one repetition of a phase; null if none is stored.
 * Returns the reported intervals unless the caller asks for the whole phase, so that a number from
 * intervals describes the same time as the summary next to it.
 */
export type TimeLineSource = (
  runId: string,
  phase: string,
  repetition: number,
  operation: string,
  part?: TimeLinePart,
) => TimeLine | null;
