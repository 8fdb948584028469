import { BLOCK, FIO_CELLS, type FioCell, type Load } from "./fio-cells.ts";
import { VOLUME_CELLS, type VolumeCell } from "./volume-cells.ts";

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

const MEMORY_BYTES = 300e6;

/** Everything that can be measured, in the order of the table. */
export const CELLS: readonly Cell[] = [
  ...FIO_CELLS,
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
