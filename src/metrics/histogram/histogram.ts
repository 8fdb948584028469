/**
 * Latency distributions. This file creates, adds and encodes histograms (HdrHistogram, 3 digits);
 * start here. `counts.ts` counts in the hot loop of a worker and must not allocate per operation;
 * `summary.ts` derives the summaries of a phase, `latency-figure.ts` reads a percentile.
 * Percentiles come from added counts and are never averaged.
 */

import { build, initWebAssemblySync, WasmHistogram } from "hdr-histogram-js";
import type { LatencySummary } from "../../model/run/latency.ts";
import type { LatencyPairs } from "../../model/run/measurement.ts";
import { CELLS, eachCount, LONGEST_NS, middleOf } from "./cells.ts";

/** Significant decimal digits: a percentile is at most 0.1% off. */
const SIGNIFICANT_DIGITS = 3;

/** Histogram in nanoseconds, some of whose values may be lower bounds. */
export type LatencyHistogram = WasmHistogram & {
  /**
   * Smallest latency that is a lower bound, nanoseconds; Infinity without one. Percentiles below it
   * are exact: all lower bounds are longer.
   */
  atLeastNs: number;
};

/** `interval` counts in 32 bits: half the memory, and faster to encode and reset; `total` in 64. */
export type HistogramBits = "interval" | "total";

const BITS = { interval: 32, total: 64 } as const;

/** Creates a histogram of nanoseconds from 1 ns to {@link LONGEST_NS}, in 180 or 360 KB. */
export function makeHistogram(counts: HistogramBits): LatencyHistogram {
  initWebAssemblySync();
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    autoResize: false,
    bitBucketSize: BITS[counts],
    useWebAssembly: true,
  });
  return withLowerBound(histogram, Number.POSITIVE_INFINITY);
}

function withLowerBound(histogram: unknown, atLeastNs: number): LatencyHistogram {
  if (!(histogram instanceof WasmHistogram)) throw new Error("WebAssembly histogram expected");
  return Object.assign(histogram, { atLeastNs });
}

/** Adds the counts of a worker; the result equals a histogram of all values. */
export function addPairs(into: LatencyHistogram, pairs: LatencyPairs): void {
  for (let at = 0; at < pairs.length; at += 2) {
    const ns = pairs[at] ?? 0;
    if (ns < 0) into.atLeastNs = Math.min(into.atLeastNs, -ns);
    into.recordValueWithCount(Math.abs(ns), pairs[at + 1] ?? 0);
  }
}

/** Adds one histogram to another, lower bounds included. */
export function addHistogram(into: LatencyHistogram, from: LatencyHistogram): void {
  into.add(from);
  into.atLeastNs = Math.min(into.atLeastNs, from.atLeastNs);
}

/** Empties a histogram. */
export function resetHistogram(histogram: LatencyHistogram): void {
  histogram.reset();
  histogram.atLeastNs = Number.POSITIVE_INFINITY;
}

/** Encoded histogram: HdrHistogram V2, not compressed, which has no field for the bound. */
export interface EncodedHistogram {
  readonly bytes: Uint8Array;
  readonly atLeastNs: number;
}

/** Encodes a histogram. */
export function encodeHistogram(histogram: LatencyHistogram): EncodedHistogram {
  return { bytes: histogram.encode(), atLeastNs: histogram.atLeastNs };
}

/** Decodes a histogram. */
export function decodeHistogram(
  { bytes, atLeastNs }: EncodedHistogram,
  counts: HistogramBits = "interval",
): LatencyHistogram {
  initWebAssemblySync();
  return withLowerBound(WasmHistogram.decode(bytes, BITS[counts]), atLeastNs);
}

/** Percentiles, mean, minimum and maximum in nanoseconds; null without values. */
export function summarize(histogram: LatencyHistogram): LatencySummary | null {
  const count = histogram.totalCount;
  if (count === 0) return null;
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile);
  const { atLeastNs } = histogram;
  return {
    count,
    minNs: at(0),
    ...momentsOf(histogram),
    p50Ns: at(50),
    p90Ns: at(90),
    p95Ns: at(95),
    p99Ns: at(99),
    p999Ns: at(99.9),
    p9999Ns: at(99.99),
    // The upper end of its cell, as percentiles are, so that none exceeds it.
    maxNs: at(100),
    ...(Number.isFinite(atLeastNs) ? { atLeastNs } : {}),
  };
}

/** Cells of one histogram: their middles, nanoseconds, and counts. */
const middles = new Float64Array(CELLS);
const counted = new Float64Array(CELLS);

/**
 * Mean and standard deviation as HdrHistogram defines them, by the middle of each cell. Takes a
 * tenth of the time of the properties of the package, which visit 40,000 cells several times.
 */
function momentsOf(
  histogram: LatencyHistogram,
): Pick<LatencySummary, "meanNs" | "standardDeviationNs"> {
  let cells = 0;
  let sum = 0;
  const { buffer, byteOffset, length } = histogram.encode();
  eachCount(Buffer.from(buffer, byteOffset, length), CELLS, (cell, count) => {
    const middle = middleOf(cell);
    middles[cells] = middle;
    counted[cells++] = count;
    sum += middle * count;
  });
  const { totalCount } = histogram;
  const meanNs = sum / totalCount;
  let squares = 0;
  for (let at = 0; at < cells; at++) {
    const deviation = (middles[at] ?? 0) - meanNs;
    squares += deviation * deviation * (counted[at] ?? 0);
  }
  return { meanNs, standardDeviationNs: Math.sqrt(squares / totalCount) };
}

/** Sum of all latencies, nanoseconds, by the middle of each cell; 0 without values. */
export function totalOf(histogram: LatencyHistogram): number {
  return histogram.totalCount === 0 ? 0 : histogram.totalCount * momentsOf(histogram).meanNs;
}
