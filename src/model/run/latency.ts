/** Latency distribution in nanoseconds, taken from merged histograms, never averaged. */
export interface LatencySummary {
  readonly count: number;
  readonly minNs: number;
  readonly meanNs: number;
  readonly standardDeviationNs: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly p9999Ns: number;
  readonly maxNs: number;
  /**
   * Smallest latency that is only known to be at least that long, nanoseconds; absent without one.
   * A percentile, minimum or maximum from here on is a lower bound, and so is the mean.
   */
  readonly atLeastNs?: number;
}
