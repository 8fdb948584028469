/** The load of a cell, in the words of a scenario; fio's options are derived from it. */
export interface Load {
  readonly access: "random" | "sequential";
  /** Operations that read, in a hundred; the others write. */
  readonly readPercent: number;
  readonly blockBytes: number;
  readonly workers: number;
  readonly queueDepth: number;
  readonly cache: "warm" | "direct";
  /** After so many writes, what makes them durable; null: nothing does. */
  readonly sync: { readonly call: "fsync" | "fdatasync"; readonly every: number } | null;
}

/** Side by side with fio: the rate as a share of fio's, at least `leastRatio`. */
export interface FioCell {
  readonly kind: "fio";
  readonly name: string;
  readonly title: string;
  readonly load: Load;
  readonly engine: "sync" | "uring";
  readonly beside: "psync" | "io_uring";
  /**
   * Operations fio gathers before it submits them and takes back at once at the most; 1 unless said
   * otherwise. Chosen for the cell by measurement, whichever suits fio best.
   */
  readonly batch: number;
  readonly leastRatio: number;
  /**
   * `p50-agrees`: an instrument that reads too low is as wrong as one that reads too high.
   * `none-above`: no percentile may lie above fio's; where the rates differ, so may latencies.
   */
  readonly latency: "p50-agrees" | "none-above";
  /** Whether an operation may cost no more processor time than fio's. */
  readonly judgesCpu: boolean;
}

export const BLOCK: Load = {
  access: "random",
  readPercent: 100,
  blockBytes: 4096,
  workers: 1,
  queueDepth: 1,
  cache: "warm",
  sync: null,
};
const STREAM: Load = { ...BLOCK, access: "sequential", blockBytes: 1048576 };

const PSYNC = {
  kind: "fio",
  engine: "sync",
  beside: "psync",
  batch: 1,
  latency: "p50-agrees",
  judgesCpu: false,
} as const;
const URING = {
  kind: "fio",
  engine: "uring",
  beside: "io_uring",
  batch: 1,
  latency: "none-above",
  judgesCpu: false,
} as const;

/**
 * fio in batches of 8: at depth 32 and 64 its rate was that in batches of 1, 4 and 16 (within 4 %,
 * runs spread by 30 %), and lower in batches as large as the depth; an operation cost 6.2, 5.3,
 * 4.7 and 4.3 µs of processor time. At depth 1 there is nothing to gather.
 */
function directReads(queueDepth: number): FioCell {
  return {
    ...URING,
    name: `uring-direct-${queueDepth}`,
    title: `4 KiB random read, O_DIRECT, depth ${queueDepth}`,
    load: { ...BLOCK, cache: "direct", queueDepth },
    batch: Math.min(8, queueDepth),
    leastRatio: 0.98,
    judgesCpu: true,
  };
}

function durableWrites(call: "fsync" | "fdatasync"): FioCell {
  return {
    ...PSYNC,
    name: `durable-${call}`,
    title: `4 KiB random write, cached, ${call} every 64`,
    load: { ...BLOCK, readPercent: 0, sync: { call, every: 64 } },
    leastRatio: 1,
  };
}

/** One worker where no number of them is named. */
export const FIO_CELLS: readonly FioCell[] = [
  {
    ...PSYNC,
    name: "random-cached",
    title: "4 KiB random read, cached, 1 worker",
    load: BLOCK,
    leastRatio: 1,
  },
  {
    ...PSYNC,
    name: "random-direct-1",
    title: "4 KiB random read, O_DIRECT, 1 worker",
    load: { ...BLOCK, cache: "direct" },
    leastRatio: 0.95,
  },
  {
    ...PSYNC,
    name: "random-direct-16",
    title: "4 KiB random read, O_DIRECT, 16 workers",
    load: { ...BLOCK, cache: "direct", workers: 16 },
    leastRatio: 0.95,
  },
  {
    ...PSYNC,
    name: "sequential-cached",
    title: "1 MiB sequential read, cached, 1 worker",
    load: STREAM,
    leastRatio: 0.97,
  },
  {
    ...PSYNC,
    name: "sequential-direct",
    title: "1 MiB sequential read, O_DIRECT, 1 worker",
    load: { ...STREAM, cache: "direct" },
    leastRatio: 0.97,
    // On huge pages, which fio takes only from a pool that root sets aside: both are right.
    latency: "none-above",
  },
  durableWrites("fsync"),
  durableWrites("fdatasync"),
  {
    ...URING,
    name: "uring-cached-64",
    title: "4 KiB random read, cached, depth 64",
    load: { ...BLOCK, queueDepth: 64 },
    leastRatio: 1.5,
  },
  {
    // fio takes 2.1 µs of processor time an operation when it submits them one by one, 1.25 so: it
    // is then as fast as it gets, half again as fast as in the cell before.
    ...URING,
    name: "uring-cached-64-batched",
    title: "the same, fio in batches of 32",
    load: { ...BLOCK, queueDepth: 64 },
    batch: 32,
    leastRatio: 1,
  },
  ...[1, 32, 64, 128].map(directReads),
  {
    ...URING,
    name: "uring-write-32",
    title: "4 KiB random write, O_DIRECT, depth 32",
    load: { ...BLOCK, readPercent: 0, cache: "direct", queueDepth: 32 },
    leastRatio: 1,
  },
  {
    ...URING,
    name: "uring-mixed-32",
    title: "4 KiB random 70/30 mix, O_DIRECT, depth 32",
    load: { ...BLOCK, readPercent: 70, cache: "direct", queueDepth: 32 },
    leastRatio: 1,
  },
  {
    ...URING,
    name: "uring-sequential-read-8",
    title: "1 MiB sequential read, O_DIRECT, depth 8",
    load: { ...STREAM, cache: "direct", queueDepth: 8 },
    leastRatio: 1,
  },
  {
    ...URING,
    name: "uring-sequential-write-8",
    title: "1 MiB sequential write, O_DIRECT, depth 8",
    load: { ...STREAM, readPercent: 0, cache: "direct", queueDepth: 8 },
    leastRatio: 1,
  },
];
