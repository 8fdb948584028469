import type { FilesCell, FilesOperation, MemoryCell, NullCell } from "./cells.ts";
import type { FioCell } from "./fio-cells.ts";
import {
  agrees,
  isFlat,
  median,
  medianSample,
  notAbove,
  PERCENTILES,
  type Sample,
  spread,
} from "./sample.ts";
import type { VolumeResult } from "./volume-result.ts";

/** A cell side by side with fio: every run kept, medians of each side, their ratio. */
export interface FioResult {
  readonly cell: FioCell;
  readonly assayRuns: readonly Sample[];
  readonly fioRuns: readonly Sample[];
  /** Runs thrown away because the device was read although the file is cached. */
  readonly discarded: number;
  readonly assay: Sample;
  readonly fio: Sample;
  /** Our rate divided by fio's in each pair of runs that followed each other. */
  readonly pairRatios: readonly number[];
  /** Their median, which is judged: what the device does meanwhile meets both runs of a pair. */
  readonly ratio: number;
  readonly ratioOfMedians: number;
  readonly assaySpread: number;
  readonly fioSpread: number;
  readonly ratioMet: boolean;
  readonly latencyMet: boolean;
  /** Null where it is not judged. */
  readonly cpuMet: boolean | null;
}

/** Nanoseconds an operation and worker, beside those of a bare loop in the same minute. */
export interface NullResult {
  readonly cell: NullCell;
  readonly nsRuns: readonly number[];
  readonly cpuNsRuns: readonly number[];
  readonly floorNsRuns: readonly number[];
  readonly ns: number;
  /** Processor time of an operation: what a busy machine cannot lengthen. */
  readonly cpuNs: number;
  readonly floorNs: number;
  readonly spread: number;
  readonly met: boolean;
}

/** Peak resident memory of the whole process in a short and in a long run. */
export interface MemoryResult {
  readonly cell: MemoryCell;
  readonly seconds: readonly [number, number];
  readonly peakBytes: readonly [number, number];
  readonly met: boolean;
  readonly flat: boolean;
}

/** Operations on small files a second, every run of both sides. */
export interface FilesResult {
  readonly cell: FilesCell;
  /** What the files lay on; null where the folder's mount is not known. */
  readonly storage: string | null;
  readonly operations: readonly FilesRates[];
}

/** One operation: runs, medians and their ratio. */
export interface FilesRates {
  readonly operation: FilesOperation;
  readonly assayRuns: readonly number[];
  readonly nodeRuns: readonly number[];
  readonly assay: number;
  readonly node: number;
  readonly ratio: number;
  readonly assaySpread: number;
  readonly nodeSpread: number;
  readonly met: boolean;
}

/** A cell that could not be measured, and why in one sentence. */
export interface Unmeasured {
  readonly name: string;
  readonly reason: string;
}

/** Everything a benchmark came to. */
export interface BenchResult {
  readonly machine: string;
  readonly node: string;
  readonly storage: string | null;
  /**
   * Load average of the last minute before the first run: a busy machine measures its neighbours.
   */
  readonly loadBefore: number;
  readonly fioVersion: string | null;
  /** Whether fio was compared with itself. */
  readonly control: boolean;
  readonly runs: number;
  readonly seconds: number;
  readonly sizeBytes: number;
  readonly fio: readonly FioResult[];
  readonly null: readonly NullResult[];
  readonly memory: readonly MemoryResult[];
  readonly files: readonly FilesResult[];
  readonly volumes: readonly VolumeResult[];
  readonly failed: readonly Unmeasured[];
}

/** Medians and verdicts from the runs of both sides. */
export function fioResult(
  cell: FioCell,
  assayRuns: readonly Sample[],
  fioRuns: readonly Sample[],
  discarded: number,
): FioResult {
  const assay = medianSample(assayRuns);
  const fio = medianSample(fioRuns);
  const pairRatios = assayRuns.map(
    (run, i) => run.operationsPerSecond / (fioRuns[i]?.operationsPerSecond ?? Number.NaN),
  );
  const ratio = median(pairRatios);
  return {
    cell,
    assayRuns,
    fioRuns,
    discarded,
    assay,
    fio,
    pairRatios,
    ratio,
    ratioOfMedians: assay.operationsPerSecond / fio.operationsPerSecond,
    assaySpread: spread(assayRuns.map((run) => run.operationsPerSecond)),
    fioSpread: spread(fioRuns.map((run) => run.operationsPerSecond)),
    ratioMet: ratio >= cell.leastRatio,
    latencyMet: latencyMet(cell, assay, fio),
    cpuMet: cell.judgesCpu
      ? assay.cpuNsPerOperation <= fio.cpuNsPerOperation * (1 + CPU_SHARE)
      : null,
  };
}

/** As much as the rate may lie below. */
const CPU_SHARE = 0.02;

/** The calls that sync are shown, not judged: their number differs with the rate. */
function latencyMet(cell: FioCell, assay: Sample, fio: Sample): boolean {
  return (["read", "write"] as const).every((timed) => {
    const ours = assay.latency[timed];
    const theirs = fio.latency[timed];
    if (ours === undefined || theirs === undefined) return ours === theirs;
    if (cell.latency === "p50-agrees") return agrees(ours.p50Ns, theirs.p50Ns);
    return PERCENTILES.every((percentile) => notAbove(ours[percentile], theirs[percentile]));
  });
}

/** Medians and verdict of the null engine's runs. */
export function nullResult(
  cell: NullCell,
  runs: Pick<NullResult, "nsRuns" | "cpuNsRuns" | "floorNsRuns">,
): NullResult {
  const { nsRuns, cpuNsRuns, floorNsRuns } = runs;
  const ns = median(nsRuns);
  return {
    cell,
    ...runs,
    ns,
    cpuNs: median(cpuNsRuns),
    floorNs: median(floorNsRuns),
    spread: spread(nsRuns),
    met: ns <= cell.mostNs,
  };
}

/** Verdict on the peaks of a short and a long run. */
export function memoryResult(
  cell: MemoryCell,
  seconds: readonly [number, number],
  peakBytes: readonly [number, number],
): MemoryResult {
  const [short, long] = peakBytes;
  const met = Math.max(short, long) <= cell.mostBytes;
  return { cell, seconds, peakBytes, met, flat: isFlat(short, long) };
}

/** Medians and verdict of one operation on small files. */
export function filesRates(
  cell: FilesCell,
  operation: FilesOperation,
  assayRuns: readonly number[],
  nodeRuns: readonly number[],
): FilesRates {
  const assay = median(assayRuns);
  const node = median(nodeRuns);
  const ratio = assay / node;
  return {
    operation,
    assayRuns,
    nodeRuns,
    assay,
    node,
    ratio,
    assaySpread: spread(assayRuns),
    nodeSpread: spread(nodeRuns),
    met: ratio >= cell.leastRatios[operation],
  };
}
