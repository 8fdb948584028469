/** What one run of either side came to. */
export interface Sample {
  readonly operationsPerSecond: number;
  readonly p50Ns: number;
  /** Processor time of the threads that do the operations. */
  readonly cpuNsPerOperation: number;
}

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Medians of the runs, each column by itself. */
export function medianSample(samples: readonly Sample[]): Sample {
  return {
    operationsPerSecond: median(samples.map((sample) => sample.operationsPerSecond)),
    p50Ns: median(samples.map((sample) => sample.p50Ns)),
    cpuNsPerOperation: median(samples.map((sample) => sample.cpuNsPerOperation)),
  };
}

/** Largest less smallest, as a share of the median: how far to trust it. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

const APART_SHARE = 0.05;
const APART_NS = 1000;

/**
 * Whether two medians of latency agree, to 5 % or 1 µs, whichever is more. In both directions: an
 * instrument that reads too low is as wrong as one that reads too high.
 */
export function agrees(oursNs: number, theirsNs: number): boolean {
  return Math.abs(oursNs - theirsNs) <= Math.max(APART_SHARE * theirsNs, APART_NS);
}

/** Longer runs may need this much more memory: garbage is collected when it suits the engine. */
const FLAT_SHARE = 0.1;

/** Whether a long run needed no more memory than a short one. */
export function isFlat(shortBytes: number, longBytes: number): boolean {
  return longBytes <= shortBytes * (1 + FLAT_SHARE);
}
