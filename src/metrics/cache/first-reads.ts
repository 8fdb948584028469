import { BLOCKS, BRINGS, isLiveMix, NO_BYTES } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";

/** Bytes that a phase transferred, and the dataset they come from. */
export interface PhaseReads {
  readonly phase: PhasePlan;
  readonly datasetBytes: number;
  /** Hosts that share the phase; absent: 1. The bytes below are those of one of them. */
  readonly hosts?: number;
  /** Bytes transferred in the measured time, by worker of the plan. */
  readonly workerBytes: readonly number[];
  /** A buffered read fetches at least a page. */
  readonly pageBytes: number;
}

/** Patterns that may read a block again before all other blocks. */
const DRAWN: ReadonlySet<string> = new Set(["random", "zipf", "hotspot"]);

/**
 * Share of the bytes read that were read for the first time in the measured time, 0 to 1; others
 * may have come from a cache. It follows from the access pattern: for random draws it is the mean
 * number of different blocks among n draws, N (1 - exp(-n / N)) of N equally likely ones; for
 * passes it is the minimum. Null if the phase creates or deletes files.
 */
export function firstReadShare(reading: PhaseReads): number | null {
  const { phase, datasetBytes, workerBytes } = reading;
  const visited = visitedBytes(reading);
  const operations = phase.mix.map(({ operation }) => operation);
  const moved = workerBytes.reduce((sum, bytes) => sum + bytes, 0);
  if (isLiveMix(operations) || moved === 0 || datasetBytes === 0) return null;
  if (!operations.some((operation) => BRINGS.has(operation))) return null;
  const inBlocks = readsBlocks(phase);
  if (inBlocks && DRAWN.has(phase.access)) return drawnShare(reading, moved);
  // Operations without data are part of a pass, too; their files are read in another pass.
  if (operations.some((operation) => NO_BYTES.has(operation))) {
    return different(moved, visited) / moved;
  }
  const share = visited / workerBytes.length;
  const shuffled = inBlocks ? phase.access === "permutation" : phase.access !== "sequential";
  const midway = phase.warmupNs > 0 && shuffled;
  const first = workerBytes.reduce((sum, bytes) => sum + passed(bytes, share, midway), 0);
  return Math.min(1, first / moved);
}

/** Bytes of the dataset that one host may read: all with random draws, in a pass its part. */
export function visitedBytes({
  phase,
  datasetBytes,
  hosts = 1,
}: Pick<PhaseReads, "phase" | "datasetBytes" | "hosts">): number {
  return readsBlocks(phase) && DRAWN.has(phase.access) ? datasetBytes : datasetBytes / hosts;
}

function readsBlocks({ mix, access }: PhasePlan): boolean {
  const reads = mix.some(({ operation }) => BLOCKS.has(operation) && BRINGS.has(operation));
  return reads && access !== "samples";
}

/** Mean of the different bytes among `drawn` bytes drawn uniformly from `of`. */
function different(drawn: number, of: number): number {
  return of * -Math.expm1(-drawn / of);
}

/**
 * Different bytes of a pass over a share and the following passes. If measuring starts midway in a
 * shuffled pass, its rest and the start of the next one may contain the same blocks; the minimum is
 * reached if the pass ends in the middle of the measured time.
 */
function passed(bytes: number, share: number, midway: boolean): number {
  if (!midway || bytes >= 2 * share) return Math.min(bytes, share);
  return bytes - bytes ** 2 / (4 * share);
}

function drawnShare({ phase, datasetBytes, pageBytes }: PhaseReads, moved: number): number {
  const mix = phase.blockMix ?? [];
  const sizes = mix.length > 0 ? mix : [{ bytes: phase.blockBytes, weight: 1 }];
  const sum = (of: (bytes: number) => number) =>
    sizes.reduce((total, { bytes, weight }) => total + weight * of(bytes), 0);
  // Reading a block smaller than a page fetches its neighbors.
  const inPages = sum((bytes) => Math.max(bytes, pageBytes)) / sum((bytes) => bytes);
  const fetched = moved * inPages;
  const block = Math.max(pageBytes, phase.blockBytes);
  return firstFetches(phase, datasetBytes, fetched, block) / fetched;
}

function firstFetches(phase: PhasePlan, bytes: number, fetched: number, block: number): number {
  const { hotDataShare, hotOperationsShare, theta } = phase.accessParameters;
  if (phase.access === "hotspot") {
    const hot = Math.max(block, hotDataShare * bytes);
    const cold = Math.max(block, bytes - hot);
    const toHot = fetched * hotOperationsShare;
    return different(toHot, hot) + different(fetched - toHot, cold);
  }
  if (phase.access === "zipf") return zipfFetches(bytes / block, theta, fetched / block) * block;
  return different(fetched, bytes);
}

/** Parts of an octave of ranks; ranks in one part get the same probability. */
const PARTS = 64;

/** Mean number of different ranks among `draws`, rank r drawn in proportion to 1 / r^theta. */
function zipfFetches(ranks: number, theta: number, draws: number): number {
  const bins: { readonly width: number; readonly weight: number }[] = [];
  let total = 0;
  for (let from = 1; from <= ranks; ) {
    const octave = 2 ** Math.floor(Math.log2(from));
    const width = Math.min(Math.max(1, octave / PARTS), ranks - from + 1);
    const weight = (from + (width - 1) / 2) ** -theta;
    bins.push({ width, weight });
    total += width * weight;
    from += width;
  }
  return bins.reduce(
    (sum, { width, weight }) => sum - width * Math.expm1((-draws * weight) / total),
    0,
  );
}
