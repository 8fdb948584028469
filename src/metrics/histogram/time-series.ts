/** Latency distributions of a phase that percentiles are compared of. */
export const TIMED = ["service", "response", "firstByte", "sync"] as const;
export type Timed = (typeof TIMED)[number];

/** Counts of a histogram that are not 0, with their cells of HdrHistogram. */
export interface HistogramCounts {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
}

/** One operation of a phase, or all together, interval by interval, as it was stored. */
export interface TimeSeries {
  readonly widthsNs: Float64Array;
  readonly operations: Float64Array;
  readonly bytes: Float64Array;
  /** By interval, null where nothing was recorded; the last one holds the drain as well. */
  readonly latencies: Readonly<Partial<Record<Timed, readonly (HistogramCounts | null)[]>>>;
}

/**
 * Which intervals of a phase: those its summaries report, or all of them. They differ after
 * `warmup: auto` and `until: steady`, which leave intervals out.
 */
type TimeSeriesPart = "reported" | "whole";

/**
 * Finds the time series of one operation in one repetition of a phase; null if none is stored.
 * Returns the reported intervals unless the caller asks for the whole phase, so that a number from
 * intervals describes the same time as the summary next to it.
 */
export type TimeSeriesSource = (
  runId: string,
  phase: string,
  repetition: number,
  operation: string,
  part?: TimeSeriesPart,
) => TimeSeries | null;

/** Minimum interval; narrower ones are joined, because their rates depend on the scheduler. */
const SECOND_NS = 1e9;

/** The rate of one second of a time series, per second, and when it began and ended. */
export interface SecondRate {
  readonly fromNs: number;
  readonly toNs: number;
  readonly rate: number;
}

/**
 * Rates of whole seconds of a time series; what is left at its end is none. Narrower intervals are
 * joined, and wider ones are seconds of their own width.
 */
export function secondRates(line: TimeSeries, of: "operations" | "bytes"): readonly SecondRate[] {
  const rates: SecondRate[] = [];
  let width = 0;
  let done = 0;
  let at = 0;
  for (const [index, intervalNs] of line.widthsNs.entries()) {
    width += intervalNs;
    done += line[of][index] ?? 0;
    // A hair of rounding must not join two seconds.
    if (width < SECOND_NS * 0.999) continue;
    rates.push({ fromNs: at, toNs: at + width, rate: (done * SECOND_NS) / width });
    at += width;
    width = 0;
    done = 0;
  }
  return rates;
}
