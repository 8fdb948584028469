import { VOLUME_CELLS, type VolumeCell } from "./volume-cells.ts";

/** The load of a cell, in the words of a scenario; fio is given the same. */
export interface Load {
  readonly access: "random" | "sequential";
  readonly blockBytes: number;
  readonly workers: number;
  readonly queueDepth: number;
  readonly cache: "warm" | "direct";
}

/** Side by side with fio: the rate as a share of fio's, at least `leastRatio`. */
export interface FioCell {
  readonly kind: "fio";
  readonly name: string;
  readonly title: string;
  readonly load: Load;
  readonly leastRatio: number;
}

/** The null engine with recording on: what the harness itself costs. */
export interface NullCell {
  readonly kind: "null";
  readonly name: string;
  readonly title: string;
  readonly load: Load;
  /** Nanoseconds an operation and worker may take. */
  readonly mostNs: number;
}

/** Peak memory of a short and of a long run: it may not depend on how long a run lasts. */
export interface MemoryCell {
  readonly kind: "memory";
  readonly name: string;
  readonly title: string;
  readonly engine: "null" | "sync";
  readonly load: Load;
  readonly mostBytes: number;
}

/** Whole small files, beside plain synchronous calls of Node from one thread. */
export interface FilesCell {
  readonly kind: "files";
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly fileBytes: number;
  readonly filesPerDirectory: number;
  readonly workers: number;
  /** Least ratio of our rate to that of Node's calls, by operation. */
  readonly leastRatios: Readonly<Record<FilesOperation, number>>;
}

/** In the order they are measured: each finds what the one before it left. */
export const FILES_OPERATIONS = ["create", "stat", "fetch", "delete"] as const;
export type FilesOperation = (typeof FILES_OPERATIONS)[number];

export type Cell = FioCell | NullCell | MemoryCell | FilesCell | VolumeCell;

const BLOCK: Load = {
  access: "random",
  blockBytes: 4096,
  workers: 1,
  queueDepth: 1,
  cache: "warm",
};
const STREAM: Load = { ...BLOCK, access: "sequential", blockBytes: 1048576 };
const MEMORY_BYTES = 300e6;

/** Everything that can be measured, in the order of the table. */
export const CELLS: readonly Cell[] = [
  {
    kind: "fio",
    name: "random-cached",
    title: "4 KiB random read, cached, 1 worker",
    load: BLOCK,
    leastRatio: 1,
  },
  {
    kind: "fio",
    name: "random-direct-1",
    title: "4 KiB random read, O_DIRECT, 1 worker",
    load: { ...BLOCK, cache: "direct" },
    leastRatio: 0.95,
  },
  {
    kind: "fio",
    name: "random-direct-16",
    title: "4 KiB random read, O_DIRECT, 16 workers",
    load: { ...BLOCK, cache: "direct", workers: 16 },
    leastRatio: 0.95,
  },
  {
    kind: "fio",
    name: "sequential-cached",
    title: "1 MiB sequential read, cached, 1 worker",
    load: STREAM,
    leastRatio: 0.97,
  },
  {
    kind: "fio",
    name: "sequential-direct",
    title: "1 MiB sequential read, O_DIRECT, 1 worker",
    load: { ...STREAM, cache: "direct" },
    leastRatio: 0.97,
  },
  {
    kind: "null",
    name: "null-depth-1",
    title: "null engine, depth 1",
    load: BLOCK,
    mostNs: 110,
  },
  {
    kind: "null",
    name: "null-depth-32",
    title: "null engine, depth 32",
    load: { ...BLOCK, queueDepth: 32 },
    mostNs: 50,
  },
  {
    kind: "memory",
    name: "memory-null",
    title: "null engine, 2 workers, depth 32",
    engine: "null",
    load: { ...BLOCK, workers: 2, queueDepth: 32 },
    mostBytes: MEMORY_BYTES,
  },
  {
    kind: "memory",
    name: "memory-sync",
    title: "sync engine, 2 workers, 4 KiB cached",
    engine: "sync",
    load: { ...BLOCK, workers: 2 },
    mostBytes: MEMORY_BYTES,
  },
  {
    kind: "files",
    name: "small-files",
    title: "20,000 files of 4 KiB, warm, 2 workers",
    count: 20_000,
    fileBytes: 4096,
    filesPerDirectory: 500,
    workers: 2,
    leastRatios: { create: 1.9, stat: 2.5, fetch: 1.9, delete: 1.9 },
  },
  ...VOLUME_CELLS,
];
