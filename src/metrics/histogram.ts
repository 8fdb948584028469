import { build, initWebAssemblySync, WasmHistogram } from "hdr-histogram-js";
import type { LatencyPairs } from "../model/measurement.ts";
import type { LatencySummary } from "../model/run.ts";

/** The longest latency kept, one hour; a longer one is counted as one hour. */
export const LONGEST_NS = 3.6e12;

/** Significant decimal digits: a percentile is at most 0.1 % off. */
const SIGNIFICANT_DIGITS = 3;

export type LatencyHistogram = WasmHistogram;

/**
 * A histogram of nanoseconds from 1 ns to one hour. `interval` counts in 32 bits, half the memory
 * and quicker to encode and to empty; `total` in 64.
 */
export function makeHistogram(counts: "interval" | "total"): LatencyHistogram {
  initWebAssemblySync();
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    autoResize: false,
    bitBucketSize: counts === "interval" ? 32 : 64,
    useWebAssembly: true,
  });
  if (!(histogram instanceof WasmHistogram)) throw new Error("WebAssembly histogram expected");
  return histogram;
}

/** Adds what a worker counted: exactly what a histogram that had seen every value would hold. */
export function addPairs(into: LatencyHistogram, pairs: LatencyPairs): void {
  for (let at = 0; at < pairs.length; at += 2) {
    into.recordValueWithCount(pairs[at] ?? 0, pairs[at + 1] ?? 0);
  }
}

/** An interval's histogram from its own encoding (HdrHistogram V2, not compressed). */
export function decodeHistogram(encoded: Uint8Array): LatencyHistogram {
  initWebAssemblySync();
  const decoded = WasmHistogram.decode(encoded, 32);
  if (!(decoded instanceof WasmHistogram)) throw new Error("WebAssembly histogram expected");
  return decoded;
}

/** Percentiles, mean and extremes in nanoseconds; null where nothing was recorded. */
export function summarize(histogram: LatencyHistogram): LatencySummary | null {
  const count = histogram.totalCount;
  if (count === 0) return null;
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile);
  return {
    count,
    minNs: at(0),
    meanNs: histogram.mean,
    standardDeviationNs: histogram.stdDeviation,
    p50Ns: at(50),
    p90Ns: at(90),
    p95Ns: at(95),
    p99Ns: at(99),
    p999Ns: at(99.9),
    p9999Ns: at(99.99),
    maxNs: histogram.maxValue,
  };
}
