/** Who sends the requests: our engines, or undici's `dispatch` with SigV4 of a plain kind. */
export type Side = "s3-wire" | "s3-sdk" | "undici";

/** The same load for each side, on the same server. */
export interface S3Load {
  readonly operation: "fetch" | "create" | "upload";
  readonly objectBytes: number;
  readonly connections: number;
  readonly tls: boolean;
  /** Parts of one object in flight; 1 for what has none. */
  readonly partConcurrency: number;
}

/** A number of ours beside that of a peer. */
export interface S3Bound {
  readonly peer: Side;
  readonly measure: "operationsPerSecond" | "cpuNsPerOperation" | "bytesPerCpuSecond";
  /** Ours divided by the peer's: at least, or (for a cost) at most. */
  readonly least?: number;
  readonly most?: number;
}

export interface S3Cell {
  readonly name: string;
  readonly title: string;
  readonly load: S3Load;
  readonly bounds: readonly S3Bound[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GET: S3Load = {
  operation: "fetch",
  objectBytes: 4 * KIB,
  connections: 16,
  tls: false,
  partConcurrency: 1,
};
const LARGE: S3Load = { ...GET, objectBytes: 8 * MIB, connections: 4 };

export const S3_CELLS: readonly S3Cell[] = [
  {
    name: "get-4k",
    title: "GET 4 KiB, 16 connections",
    load: GET,
    bounds: [
      { peer: "undici", measure: "cpuNsPerOperation", most: 0.65 },
      { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.12 },
      { peer: "undici", measure: "operationsPerSecond", least: 1.1 },
      { peer: "s3-sdk", measure: "operationsPerSecond", least: 3 },
    ],
  },
  {
    name: "get-8m",
    title: "GET 8 MiB, 4 connections",
    load: LARGE,
    bounds: [
      { peer: "undici", measure: "bytesPerCpuSecond", least: 3 },
      { peer: "s3-sdk", measure: "bytesPerCpuSecond", least: 5 },
    ],
  },
  {
    name: "get-8m-tls",
    title: "GET 8 MiB over TLS, 4 connections",
    load: { ...LARGE, tls: true },
    bounds: [{ peer: "undici", measure: "bytesPerCpuSecond", least: 1.3 }],
  },
  {
    name: "put-4k",
    title: "PUT 4 KiB, 16 connections",
    load: { ...GET, operation: "create" },
    bounds: [{ peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.2 }],
  },
  {
    name: "upload-64m",
    title: "multipart PUT 64 MiB, 8 parts of 8 MiB at once",
    load: {
      ...LARGE,
      operation: "upload",
      objectBytes: 64 * MIB,
      connections: 1,
      partConcurrency: 8,
    },
    bounds: [{ peer: "s3-sdk", measure: "bytesPerCpuSecond", least: 3 }],
  },
];

/** Workers that share no thread, against a server that leaves them the processors. */
export const WORKERS_CELL = {
  name: "workers",
  title: "GET 4 KiB, two workers against one, a server that waits 10 ms",
  least: 1.8,
} as const;

/** Many connections at once, for a short and for a long time. */
export const MEMORY_CELL = {
  name: "memory",
  title: "GET 8 MiB, 256 connections",
  load: { ...LARGE, connections: 256 },
  mostBytes: 400e6,
} as const;
