import type { S3Cell } from "../families/s3.ts";
import type { S3Load } from "../s3/load.ts";

const KIB = 2 ** 10;
const MIB = 2 ** 20;

const GET: S3Load = {
  operation: "fetch",
  objectBytes: 4 * KIB,
  connections: 16,
  tls: false,
  partConcurrency: 1,
  hashed: false,
};
const PUT: S3Load = { ...GET, operation: "create" };
const LARGE = { objectBytes: 8 * MIB, connections: 4 } as const;
const PARTS = { objectBytes: 64 * MIB, connections: 1, partConcurrency: 8 } as const;
const UPLOAD: S3Load = { ...PUT, ...PARTS, operation: "upload" };
/** Each request lists a prefix with as many objects as a response has. */
const LIST: S3Load = { ...GET, operation: "list", objectBytes: 1, connections: 4 };

function s3(name: string, title: string, load: S3Load, bounds: S3Cell["bounds"]): S3Cell {
  const sides = ["s3-wire", ...new Set(bounds.map(({ peer }) => peer))] as const;
  const cell = { kind: "s3", name: `s3-${name}`, title, load, sides, bounds } as const;
  return { ...cell, server: "minio", mostBytes: null };
}

/** Next to warp, with the same options: CPU time below a share of its, and its rate at least. */
function warp(name: string, title: string, load: S3Load, mostCpu: number): S3Cell {
  const cell = s3(name, title, load, [
    { peer: "warp", measure: "cpuNsPerOperation", most: mostCpu },
    { peer: "warp", measure: "operationsPerSecond", least: 1 },
  ]);
  return { ...cell, name: `warp-${name}` };
}

/** The same twice: without SHA-256 of the bodies (`--disable-sha256-payload`), and with it. */
function warpPuts(name: string, title: string, load: S3Load, mostCpu: number): readonly S3Cell[] {
  return [
    warp(name, `${title}, unsigned payload`, load, mostCpu),
    warp(`${name}-hashed`, `${title}, SHA-256 of the payload`, { ...load, hashed: true }, 1),
  ];
}

const UPLOAD_TITLE = "multipart PUT 64 MiB, 8 parts of 8 MiB concurrently";

export const S3_CELLS: readonly S3Cell[] = [
  s3("get-4k", "GET 4 KiB, 16 connections", GET, [
    { peer: "undici", measure: "cpuNsPerOperation", most: 0.65 },
    { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.12 },
    { peer: "undici", measure: "operationsPerSecond", least: 1.1 },
    { peer: "s3-sdk", measure: "operationsPerSecond", least: 3 },
  ]),
  s3("get-8m", "GET 8 MiB, 4 connections", { ...GET, ...LARGE }, [
    { peer: "undici", measure: "cpuNsPerOperation", most: 0.33 },
    { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.2 },
  ]),
  s3("get-8m-tls", "GET 8 MiB over TLS, 4 connections", { ...GET, ...LARGE, tls: true }, [
    { peer: "undici", measure: "cpuNsPerOperation", most: 0.77 },
  ]),
  s3("put-4k", "PUT 4 KiB, 16 connections", PUT, [
    { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.2 },
  ]),
  s3("upload-64m", UPLOAD_TITLE, UPLOAD, [
    { peer: "s3-sdk", measure: "cpuNsPerOperation", most: 0.33 },
  ]),
  {
    ...s3("workers", "GET 4 KiB, two workers against one, responses 10 ms later", GET, [
      { peer: "1 worker", measure: "operationsPerSecond", least: 1.8 },
    ]),
    server: "delayed",
    sides: ["2 workers", "1 worker"],
  },
  {
    ...s3("memory", "GET 8 MiB, 256 connections", { ...GET, ...LARGE, connections: 256 }, []),
    mostBytes: 400e6,
  },
  {
    ...s3("memory-put", "PUT 4 KiB, 256 connections", { ...PUT, connections: 256 }, []),
    mostBytes: 300e6,
  },
  warp("get-4k", "GET 4 KiB, 16 connections", GET, 0.4),
  warp("get-8m", "GET 8 MiB, 4 connections", { ...GET, ...LARGE }, 0.8),
  ...warpPuts("put-4k", "PUT 4 KiB, 16 connections", PUT, 0.6),
  ...warpPuts("put-8m", "PUT 8 MiB, 4 connections", { ...PUT, ...LARGE }, 0.8),
  warp("list", "LIST of 1,000 keys, 4 connections", LIST, 1),
  ...warpPuts("upload-64m", UPLOAD_TITLE, UPLOAD, 0.8),
];
