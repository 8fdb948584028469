/** Latency of one kind of operation from issue to completion, nanoseconds. */
export interface Percentiles {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
}

export const PERCENTILES = ["p50Ns", "p99Ns", "p999Ns"] as const satisfies (keyof Percentiles)[];

/** Operations with separate latencies; `sync` is the call that makes writes durable. */
export const TIMED = ["read", "write", "sync"] as const;
export type Timed = (typeof TIMED)[number];

/** CPU time of a side, with the threads that the kernel runs for it (`iou-wrk`, `iou-sqp`). */
export interface CpuCost {
  /** Whole process. */
  readonly cpuNsPerOperation: number;
  /** Workers of assay; the whole process for programs that consist of little else. */
  readonly workerCpuNsPerOperation: number;
}

/** One run of either side. */
export interface Sample extends CpuCost {
  /** Reads and writes together; a sync is not an operation, but its time counts. */
  readonly operationsPerSecond: number;
  readonly latency: Readonly<Partial<Record<Timed, Percentiles>>>;
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
    if (runs.length === 0) continue;
    const of = (name: keyof Percentiles) => median(runs.map((run) => run[name]));
    latency[timed] = { p50Ns: of("p50Ns"), p99Ns: of("p99Ns"), p999Ns: of("p999Ns") };
  }
  return {
    operationsPerSecond: median(samples.map((sample) => sample.operationsPerSecond)),
    latency,
    cpuNsPerOperation: median(samples.map((sample) => sample.cpuNsPerOperation)),
    workerCpuNsPerOperation: median(samples.map((sample) => sample.workerCpuNsPerOperation)),
  };
}

/** Ratios of successive runs of two sides. */
export interface Pairs {
  readonly ratios: readonly number[];
  /** The median. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Our runs divided by their neighbors of another side. A disturbance of the host meets both runs of
 * a pair, so the median of the ratios is steadier than the ratio of the medians.
 */
export function pairsOf(ours: readonly number[], theirs: readonly number[]): Pairs {
  const ratios = ours.map((value, run) => value / (theirs[run] ?? Number.NaN));
  const range = { least: Math.min(...ratios), most: Math.max(...ratios) };
  return { ratios, ratio: median(ratios), ...range };
}

/** Largest less smallest, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** Largest difference of two latencies that agree: 5 % or 1 µs, whichever is more. */
function toleranceNs(theirsNs: number): number {
  return Math.max(0.05 * theirsNs, 1000);
}

/** Whether a latency is above another by no more than the tolerance. */
export function notAbove(oursNs: number, theirsNs: number): boolean {
  return oursNs - theirsNs <= toleranceNs(theirsNs);
}

/** Whether two latencies differ by no more than the tolerance, in either direction. */
export function agrees(oursNs: number, theirsNs: number): boolean {
  return Math.abs(oursNs - theirsNs) <= toleranceNs(theirsNs);
}
