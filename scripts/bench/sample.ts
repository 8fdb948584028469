/** Latency of one kind of operation from issue to completion, nanoseconds. */
export interface Percentiles {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
}

export const PERCENTILES = ["p50Ns", "p99Ns", "p999Ns"] as const satisfies (keyof Percentiles)[];

/** What has latencies of its own; `sync` is the call that makes writes durable. */
export const TIMED = ["read", "write", "sync"] as const;
export type Timed = (typeof TIMED)[number];

/** What one run of either side came to. */
export interface Sample {
  /** Reads and writes together; a sync is none, but its time counts. */
  readonly operationsPerSecond: number;
  readonly latency: Readonly<Partial<Record<Timed, Percentiles>>>;
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

/** Medians of the runs, each column by itself: of a percentile, the median of the runs' own. */
export function medianSample(samples: readonly Sample[]): Sample {
  const latency: Partial<Record<Timed, Percentiles>> = {};
  for (const timed of TIMED) {
    const runs = samples.map((sample) => sample.latency[timed]).filter((one) => one !== undefined);
    if (runs.length > 0) latency[timed] = medianPercentiles(runs);
  }
  return {
    operationsPerSecond: median(samples.map((sample) => sample.operationsPerSecond)),
    latency,
    cpuNsPerOperation: median(samples.map((sample) => sample.cpuNsPerOperation)),
  };
}

function medianPercentiles(runs: readonly Percentiles[]): Percentiles {
  return {
    p50Ns: median(runs.map((run) => run.p50Ns)),
    p99Ns: median(runs.map((run) => run.p99Ns)),
    p999Ns: median(runs.map((run) => run.p999Ns)),
  };
}

/** Largest less smallest, as a share of the median: how far to trust it. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

const APART_SHARE = 0.05;
const APART_NS = 1000;

/** Whether a latency lies at most 5 % or 1 µs, whichever is more, above another. */
export function notAbove(oursNs: number, theirsNs: number): boolean {
  return oursNs - theirsNs <= Math.max(APART_SHARE * theirsNs, APART_NS);
}

/** Whether two latencies are no further than that apart, in either direction. */
export function agrees(oursNs: number, theirsNs: number): boolean {
  return Math.abs(oursNs - theirsNs) <= Math.max(APART_SHARE * theirsNs, APART_NS);
}

/** Longer runs may need this much more memory: garbage is collected when it suits the engine. */
const FLAT_SHARE = 0.1;

/** Whether a long run needed no more memory than a short one. */
export function isFlat(shortBytes: number, longBytes: number): boolean {
  return longBytes <= shortBytes * (1 + FLAT_SHARE);
}

/** What stands on our side of a table where fio is compared with itself. */
export const CONTROL = "fio, too";
