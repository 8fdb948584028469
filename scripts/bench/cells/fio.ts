import type { FioCell, FioSide } from "../families/fio.ts";
import { BLOCK, type Load } from "../runner/assay.ts";

export const DIRECT: Load = { ...BLOCK, cache: "direct" };
const STREAM: Load = { ...BLOCK, access: "sequential", blockBytes: 2 ** 20 };
export const DIRECT_STREAM: Load = { ...STREAM, cache: "direct" };

/** fio without batches and huge pages. */
function singly(leastRatio: number, mostCpuRatio: number | null = null): FioSide {
  return { title: "fio", batch: 1, hugePages: false, leastRatio, mostCpuRatio };
}

function batched(batch: number, leastRatio: number, mostCpuRatio: number | null = null): FioSide {
  return { ...singly(leastRatio, mostCpuRatio), batch, title: `fio in batches of ${batch}` };
}

function onHugePages(leastRatio: number): FioSide {
  return { ...singly(leastRatio), title: "fio with huge pages", hugePages: true };
}

/** The sync engine next to fio's psync; one worker where the title names no number of them. */
function psync(name: string, title: string, load: Load, leastRatio: number): FioCell {
  const sides = { engine: "sync", ioengine: "psync", fios: [singly(leastRatio)] } as const;
  return { kind: "fio", name, title, ...sides, latency: "p50-agrees", load };
}

/** The uring engine next to fio's io_uring, one worker. */
function uring(name: string, title: string, load: Load, ...fios: FioCell["fios"]): FioCell {
  const sides = { engine: "uring", ioengine: "io_uring", fios } as const;
  return { kind: "fio", name: `uring-${name}`, title, ...sides, latency: "none-above", load };
}

function durableWrites(call: "fsync" | "fdatasync"): FioCell {
  const load = { ...BLOCK, readPercent: 0, sync: { call, every: 64 } };
  return psync(`durable-${call}`, `4 KiB random write, cached, ${call} every 64`, load, 1);
}

/**
 * fio in batches of 8: at depth 32 and 64 its rate was that in batches of 1, 4 and 16 (within 4 %,
 * runs spread by 30 %), and lower in batches as large as the depth; an operation cost 6.2, 5.3,
 * 4.7 and 4.3 µs of CPU time. At depth 1 there is nothing to gather.
 */
function directReads(queueDepth: number): FioCell {
  const title = `4 KiB random read, O_DIRECT, depth ${queueDepth}`;
  const one = uring(`direct-${queueDepth}`, title, { ...DIRECT, queueDepth }, singly(0.99, 1.02));
  return queueDepth === 1 ? one : { ...one, fios: [singly(0.99), batched(8, 0.99, 1.02)] };
}

const RANDOM_16 = { ...DIRECT, workers: 16 };
const CACHED_64 = { ...BLOCK, queueDepth: 64 };
const WRITE_32 = { ...DIRECT, readPercent: 0, queueDepth: 32 };
const MIXED_32 = { ...WRITE_32, readPercent: 70 };
const STREAM_8 = { ...DIRECT_STREAM, queueDepth: 8 };
const STREAM_1_TITLE = "1 MiB sequential read, O_DIRECT, 1 worker";

export const FIO_CELLS: readonly FioCell[] = [
  psync("random-cached", "4 KiB random read, cached, 1 worker", BLOCK, 1),
  psync("random-direct-1", "4 KiB random read, O_DIRECT, 1 worker", DIRECT, 0.95),
  psync("random-direct-16", "4 KiB random read, O_DIRECT, 16 workers", RANDOM_16, 0.95),
  psync("sequential-cached", "1 MiB sequential read, cached, 1 worker", STREAM, 0.97),
  {
    ...psync("sequential-direct", STREAM_1_TITLE, DIRECT_STREAM, 0.97),
    fios: [singly(0.97), onHugePages(0.97)],
    // Ours is on huge pages: next to fio without them, latencies may differ.
    latency: "none-above",
  },
  durableWrites("fsync"),
  durableWrites("fdatasync"),
  // fio takes 2.1 µs of CPU time per operation when it submits them one by one, 1.25 µs in batches
  // of 32: it is then as fast as it gets, half again as fast.
  uring("cached-64", "4 KiB random read, cached, depth 64", CACHED_64, singly(1.5), batched(32, 1)),
  ...[1, 32, 64, 128].map(directReads),
  uring(
    "write-32",
    "4 KiB random write, O_DIRECT, depth 32",
    WRITE_32,
    singly(1),
    batched(8, 1, 1.05),
  ),
  uring(
    "mixed-32",
    "4 KiB random 70/30 mix, O_DIRECT, depth 32",
    MIXED_32,
    singly(1),
    batched(8, 1),
  ),
  uring(
    "sequential-read-8",
    "1 MiB sequential read, O_DIRECT, depth 8",
    STREAM_8,
    singly(1),
    onHugePages(1),
  ),
  uring(
    "sequential-write-8",
    "1 MiB sequential write, O_DIRECT, depth 8",
    { ...STREAM_8, readPercent: 0 },
    singly(1),
    onHugePages(1),
  ),
];
