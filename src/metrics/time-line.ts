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
  /** By interval, null where nothing was recorded; what was drained is in the last one. */
  readonly latencies: Readonly<Partial<Record<Timed, readonly (CellCounts | null)[]>>>;
}

/** Finds the time line of one operation in one repetition of a phase; null where none is stored. */
export type TimeLineSource = (
  runId: string,
  phase: string,
  repetition: number,
  operation: string,
) => TimeLine | null;
