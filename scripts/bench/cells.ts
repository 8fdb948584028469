import type { FilesCell } from "./families/files.ts";
import type { FioCell } from "./families/fio.ts";
import { HOSTS_CELLS, type HostsCell } from "./families/hosts.ts";
import type { MemoryCell } from "./families/memory.ts";
import { NATS_CELLS, type NatsCell } from "./families/nats.ts";
import type { NullCell } from "./families/null.ts";
import type { S3Cell } from "./families/s3.ts";
import { STARTUP_CELLS, type StartupCell } from "./families/startup.ts";
import type { VolumeCell } from "./families/volume.ts";
import { BLOCK, type Load } from "./runner/assay.ts";
import type { S3Load } from "./s3/load.ts";

export type Cell =
  | FioCell
  | NullCell
  | MemoryCell
  | FilesCell
  | VolumeCell
  | StartupCell
  | HostsCell
  | NatsCell
  | S3Cell;

const KIB = 2 ** 10;
const MIB = 2 ** 20;

const DIRECT: Load = { ...BLOCK, cache: "direct" };
const STREAM: Load = { ...BLOCK, access: "sequential", blockBytes: MIB };
const DIRECT_STREAM: Load = { ...STREAM, cache: "direct" };

/** The sync engine next to fio's psync; one worker where the title names no number of them. */
function psync(name: string, title: string, load: Load, leastRatio: number): FioCell {
  const sides = { engine: "sync", beside: "psync", batch: 1 } as const;
  const judged = { leastRatio, latency: "p50-agrees", judgesCpu: false } as const;
  return { kind: "fio", name, title, ...sides, ...judged, load };
}

/** The uring engine next to fio's io_uring, one worker. */
function uring(name: string, title: string, load: Load, leastRatio: number): FioCell {
  const sides = { engine: "uring", beside: "io_uring", batch: 1 } as const;
  const judged = { leastRatio, latency: "none-above", judgesCpu: false } as const;
  return { kind: "fio", name: `uring-${name}`, title, ...sides, ...judged, load };
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
  const cell = uring(`direct-${queueDepth}`, title, { ...DIRECT, queueDepth }, 0.98);
  return { ...cell, batch: Math.min(8, queueDepth), judgesCpu: true };
}

const RANDOM_16 = { ...DIRECT, workers: 16 };
const CACHED_64 = { ...BLOCK, queueDepth: 64 };
const WRITE_32 = { ...DIRECT, readPercent: 0, queueDepth: 32 };
const MIXED_32 = { ...WRITE_32, readPercent: 70 };
const STREAM_8 = { ...DIRECT_STREAM, queueDepth: 8 };

export const FIO_CELLS: readonly FioCell[] = [
  psync("random-cached", "4 KiB random read, cached, 1 worker", BLOCK, 1),
  psync("random-direct-1", "4 KiB random read, O_DIRECT, 1 worker", DIRECT, 0.95),
  psync("random-direct-16", "4 KiB random read, O_DIRECT, 16 workers", RANDOM_16, 0.95),
  psync("sequential-cached", "1 MiB sequential read, cached, 1 worker", STREAM, 0.97),
  {
    ...psync("sequential-direct", "1 MiB sequential read, O_DIRECT, 1 worker", DIRECT_STREAM, 0.97),
    // On huge pages, which fio takes only from a pool that root sets aside: both are right.
    latency: "none-above",
  },
  durableWrites("fsync"),
  durableWrites("fdatasync"),
  uring("cached-64", "4 KiB random read, cached, depth 64", CACHED_64, 1.5),
  // fio takes 2.1 µs of CPU time per operation when it submits them one by one, 1.25 µs so: it is
  // then as fast as it gets, half again as fast as in the cell before.
  { ...uring("cached-64-batched", "the same, fio in batches of 32", CACHED_64, 1), batch: 32 },
  ...[1, 32, 64, 128].map(directReads),
  uring("write-32", "4 KiB random write, O_DIRECT, depth 32", WRITE_32, 1),
  uring("mixed-32", "4 KiB random 70/30 mix, O_DIRECT, depth 32", MIXED_32, 1),
  uring("sequential-read-8", "1 MiB sequential read, O_DIRECT, depth 8", STREAM_8, 1),
  uring(
    "sequential-write-8",
    "1 MiB sequential write, O_DIRECT, depth 8",
    { ...STREAM_8, readPercent: 0 },
    1,
  ),
];

function ownCost(queueDepth: number, mostNs: number): NullCell {
  const title = `null engine, depth ${queueDepth}`;
  const load = { ...BLOCK, queueDepth };
  return { kind: "null", name: `null-depth-${queueDepth}`, title, load, mostNs };
}

function peakMemory(engine: MemoryCell["engine"], title: string, queueDepth: number): MemoryCell {
  const load = { ...BLOCK, workers: 2, queueDepth };
  return { kind: "memory", name: `memory-${engine}`, title, engine, load, mostBytes: 300e6 };
}

const SMALL_FILES: FilesCell = {
  kind: "files",
  name: "small-files",
  title: "20,000 files of 4 KiB, warm, 2 workers",
  ...{ count: 20_000, fileBytes: 4 * KIB, filesPerDirectory: 500, workers: 2 },
  leastRatios: { create: 1.9, stat: 2.5, fetch: 1.9, delete: 1.9 },
};

const VOLUME_RANDOM: Load = { ...DIRECT, queueDepth: 64 };
const VOLUME_STREAM: Load = { ...DIRECT_STREAM, queueDepth: 16 };
const GP3 = { kind: "gp3" } as const;
const IO2 = { kind: "io2", iops: 10_000 } as const;
const GP2 = { kind: "gp2", asSizeBytes: 100 * 2 ** 30, scale: 200 } as const;

function volume(
  name: string,
  title: string,
  emulated: Omit<VolumeCell["volume"], "sizeBytes">,
  load: Load,
  measures: VolumeCell["measures"] = load.access === "random" ? "operations" : "bytes",
): VolumeCell {
  const sized = { sizeBytes: 256 * MIB, ...emulated };
  return { kind: "volume", name: `volume-${name}`, title, volume: sized, load, measures };
}

export const VOLUME_CELLS: readonly VolumeCell[] = [
  volume("gp3-iops", "gp3, 3,000 IOPS", GP3, VOLUME_RANDOM),
  volume("gp3-throughput", "gp3, 125 MiB/s", GP3, VOLUME_STREAM),
  volume("io2", "io2, 10,000 IOPS", IO2, VOLUME_RANDOM),
  volume(
    "io2-odd",
    "io2, 109 IOPS",
    { kind: "io2", iops: 109, bytesPerSecond: 100 * MIB },
    { ...VOLUME_RANDOM, queueDepth: 8 },
  ),
  volume("st1", "st1, 40 MiB/s", { kind: "st1", bytesPerSecond: 40 * MIB }, VOLUME_STREAM),
  volume("mix-70-30", "gp3, 3,000 IOPS, 70 % reads", GP3, { ...VOLUME_RANDOM, readPercent: 70 }),
  volume("mix-throughput", "gp3, 125 MiB/s, half reads", GP3, {
    ...VOLUME_STREAM,
    readPercent: 50,
  }),
  volume(
    "instance",
    "io2, 10,000 IOPS, on an instance of 2,500",
    { ...IO2, instance: { iops: 2500, bytesPerSecond: 78 * MIB } },
    VOLUME_RANDOM,
  ),
  volume("gp2", "gp2, 100 GiB, 1/200 of its credits", GP2, VOLUME_RANDOM, "burst"),
];

const GET: S3Load = {
  operation: "fetch",
  objectBytes: 4 * KIB,
  connections: 16,
  tls: false,
  partConcurrency: 1,
};
const LARGE: S3Load = { ...GET, objectBytes: 8 * MIB, connections: 4 };
const PARTS = { objectBytes: 64 * MIB, connections: 1, partConcurrency: 8 };

function s3(name: string, title: string, load: S3Load, bounds: S3Cell["bounds"]): S3Cell {
  const sides = ["s3-wire", ...new Set(bounds.map(({ peer }) => peer))] as const;
  const cell = { kind: "s3", name: `s3-${name}`, title, load, sides, bounds } as const;
  return { ...cell, server: "minio", mostBytes: null };
}

const S3_CELLS: readonly S3Cell[] = [
  s3("get-4k", "GET 4 KiB, 16 connections", GET, [
    { peer: "undici", measure: "cpuNsPerOperation", most: 0.65 },
    { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.12 },
    { peer: "undici", measure: "operationsPerSecond", least: 1.1 },
    { peer: "s3-sdk", measure: "operationsPerSecond", least: 3 },
  ]),
  s3("get-8m", "GET 8 MiB, 4 connections", LARGE, [
    { peer: "undici", measure: "bytesPerCpuSecond", least: 3 },
    { peer: "s3-sdk", measure: "bytesPerCpuSecond", least: 5 },
  ]),
  s3("get-8m-tls", "GET 8 MiB over TLS, 4 connections", { ...LARGE, tls: true }, [
    { peer: "undici", measure: "bytesPerCpuSecond", least: 1.3 },
  ]),
  s3("put-4k", "PUT 4 KiB, 16 connections", { ...GET, operation: "create" }, [
    { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.2 },
  ]),
  s3(
    "upload-64m",
    "multipart PUT 64 MiB, 8 parts of 8 MiB concurrently",
    { ...LARGE, ...PARTS, operation: "upload" },
    [{ peer: "s3-sdk", measure: "bytesPerCpuSecond", least: 3 }],
  ),
  {
    ...s3("workers", "GET 4 KiB, two workers against one, a server that waits 10 ms", GET, [
      { peer: "1 worker", measure: "operationsPerSecond", least: 1.8 },
    ]),
    server: "waiting",
    sides: ["2 workers", "1 worker"],
  },
  {
    ...s3("memory", "GET 8 MiB, 256 connections", { ...LARGE, connections: 256 }, []),
    mostBytes: 400e6,
  },
];

/** Everything that can be measured, in the order of the tables. */
export const CELLS: readonly Cell[] = [
  ...FIO_CELLS,
  ownCost(1, 110),
  ownCost(32, 50),
  peakMemory("null", "null engine, 2 workers, depth 32", 32),
  peakMemory("sync", "sync engine, 2 workers, 4 KiB cached", 1),
  SMALL_FILES,
  ...VOLUME_CELLS,
  ...STARTUP_CELLS,
  ...HOSTS_CELLS,
  ...NATS_CELLS,
  ...S3_CELLS,
];
