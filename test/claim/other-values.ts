import type { WorkProperty } from "../../src/model/claim/work.ts";
import { objects, type SideChange, type SideSpec } from "./sides.ts";

/** Another value of a property; null where a side of such a kind has none. */
export const OTHER: Readonly<
  Record<WorkProperty, (side: SideSpec) => readonly (SideChange | null)[]>
> = {
  operations: ({ phase: { mix = [] } }) => [
    {
      phase: {
        mix: [...mix, { operation: mix[0]?.operation === "read" ? "write" : "stat", weight: 1 }],
      },
    },
    {
      phase: {
        mix: [{ operation: mix[0]?.operation === "fetch" ? "upload" : "fetch", weight: 1 }],
      },
    },
  ],
  blockSize: ({ phase: { blockBytes = 1 } }) => [
    { phase: { blockBytes: blockBytes * 2 } },
    { phase: { blockBytes: blockBytes / 4 } },
    {
      phase: {
        blockMix: [
          { bytes: blockBytes / 2, weight: 1 },
          { bytes: blockBytes, weight: 1 },
        ],
      },
    },
  ],
  objectSize: ({ dataset }) => {
    const bytes = dataset.size.kind === "fixed" ? dataset.size.bytes : 1;
    const spread = { minBytes: bytes / 2, maxBytes: bytes * 1.5 };
    return [
      { dataset: { ...dataset, size: { kind: "uniform", ...spread } } },
      {
        dataset: {
          ...dataset,
          size: {
            kind: "lognormal",
            meanBytes: bytes,
            standardDeviationBytes: bytes / 3,
            ...spread,
          },
        },
      },
      {
        dataset: {
          ...dataset,
          count: dataset.count * 16,
          size: { kind: "fixed", bytes: bytes / 16 },
        },
      },
    ];
  },
  access: ({ phase: { access } }) => [
    { phase: { access: access === "random" ? "zipf" : "random" } },
    { phase: { access: access === "sequential" ? "reverse" : "sequential" } },
    {
      phase: {
        accessParameters: {
          region: "shared",
          theta: 0,
          strideBytes: 0,
          hotOperationsShare: 0,
          hotDataShare: 0,
        },
      },
    },
  ],
  inFlight: ({ phase: { workers = 1, queueDepth = 1 } }) => [
    { phase: { workers: workers * 4 } },
    { phase: { queueDepth: queueDepth * 2 } },
    { phase: { workers: workers * queueDepth * 2, queueDepth: 1 } },
  ],
  clients: ({ clients }) => [{ clients: clients * 2 }],
  rate: () => [
    {
      phase: {
        rate: {
          arrivals: "poisson",
          steps: [{ fromPerSecond: 100, toPerSecond: 100, durationNs: null }],
          mostBacklog: 1000,
        },
      },
    },
  ],
  dataset: ({ dataset }) => [
    { dataset: { ...dataset, count: dataset.count * 2 } },
    { dataset: { ...dataset, count: Math.ceil(dataset.count / 3) } },
  ],
  layout: ({ dataset }) => [
    { dataset: { ...dataset, filesPerDirectory: 2 } },
    { dataset: { ...dataset, tree: { width: 2, depth: 3 } } },
    { dataset: { ...dataset, kind: "shards", shardBytes: 2 ** 28 } },
  ],
  data: ({ dataset }) => [
    { dataset: { ...dataset, data: { ...dataset.data, compressible: 4 } } },
    { dataset: { ...dataset, data: { ...dataset.data, dedupable: 2 } } },
  ],
  versions: ({ dataset }) => [{ dataset: { ...dataset, versions: 5 } }],
  cache: () => [{ phase: { cache: "dropped" } }, { phase: { cache: "warm" } }],
  sync: () => [
    { phase: { dsync: true } },
    { phase: { sync: { call: "fsync", every: 1, directory: false } } },
  ],
  engine: ({ engine }) => [{ engine: engine === "s3-wire" ? "s3-sdk" : "uring" }],
  polling: () => [{ phase: { polling: "completion" } }],
  parts: ({ phase: { partBytes = 1, partConcurrency = 1 } }) => [
    { phase: { partBytes: partBytes * 2 } },
    { phase: { partConcurrency: partConcurrency * 32 } },
  ],
  storageClass: () => [{ phase: objects({ storageClass: "GLACIER_IR" }) }],
  encryption: () => [{ phase: objects({ encryption: { kind: "sse-c" } }) }],
  checksum: () => [{ phase: objects({ checksum: "SHA256" }) }],
  payload: () => [{ phase: objects({ payload: "signed" }) }],
  connections: () => [{ phase: objects({ connections: "new" }) }],
  verify: () => [{ phase: { verify: true } }, { phase: objects({ verify: true }) }],
  listing: () => [
    { phase: { listing: { prefix: "dataset", delimiter: true, pageSize: 1000 } } },
    { phase: { listing: { prefix: "directory", delimiter: false, pageSize: 100 } } },
  ],
  retries: () => [{ phase: { retries: 3 } }],
  restore: () => [
    { phase: { restore: { tier: "Bulk", days: 1, pollNs: 60e9, deadlineNs: 1e15 } } },
  ],
  keysPerRequest: () => [{ phase: { keysPerRequest: 10 } }],
  // Before the other side is run: what a given run wrote is not new to a later one.
  touch: ({ kind, reused }) => [
    kind.startsWith("ebs") || reused
      ? null
      : { reused: true, startedAt: "2026-11-20T09:00:00.000Z" },
  ],
  kind: ({ kind }) => [kind === "ebs-gp3" ? { kind: "ebs-io2" } : null],
  provisioned: ({ kind }) => {
    if (kind === "efs") return [{ provisioned: { throughputMode: "provisioned" } }];
    if (kind === "fsx-lustre") return [{ provisioned: { throughputPerTibBytesPerSecond: 250e6 } }];
    if (!kind.startsWith("ebs")) return [null];
    return [{ provisioned: { iops: 80_000 } }, { provisioned: { throughputBytesPerSecond: 1e9 } }];
  },
  size: ({ kind }) => [kind.startsWith("s3") ? null : { provisioned: { sizeBytes: 2 ** 43 } }],
  encrypted: ({ kind, provisioned: { encrypted } }) => [
    kind.startsWith("ebs") || kind === "efs"
      ? { provisioned: { encrypted: encrypted !== true } }
      : null,
  ],
  fileClass: ({ kind }) => [kind === "efs" ? { provisioned: { fileClass: "archive" } } : null],
  performanceMode: ({ kind }) => [
    kind === "efs"
      ? { provisioned: { performanceMode: "max-io", throughputMode: "bursting" } }
      : null,
  ],
  fileSystem: ({ kind, environment }) => [
    kind.startsWith("ebs")
      ? {
          environment: {
            ...environment,
            mount: { mountPoint: "/", source: "x", type: "ext4", options: [], deviceNumber: "1:1" },
          },
        }
      : null,
  ],
  region: ({ kind }) => [
    kind.startsWith("s3") ? { address: { region: "us-east-1" } as never } : null,
  ],
  address: ({ kind, address }) => [
    kind.startsWith("s3")
      ? { address: { ...address, endpoint: "http://127.0.0.1:9000" } as never }
      : null,
    kind.startsWith("s3") ? { address: { ...address, fips: true } as never } : null,
  ],
  acceleration: ({ kind, address }) => [
    kind.startsWith("s3") ? { address: { ...address, accelerate: true } as never } : null,
  ],
  emulation: ({ emulated }) => [{ emulated: emulated === 0 ? 1 : 0 }],
  host: ({ instance }) => [
    { instance: { ...instance, type: "m7i.large" } },
    { environment: { cpuModel: "Another processor" } },
    { environment: { cpus: 2 } },
  ],
  software: () => [
    { environment: { kernel: "4.14.0" } },
    { environment: { nodeVersion: "22.0.0" } },
  ],
  time: ({ startedAt }) => [
    { startedAt: new Date(Date.parse(startedAt) + 14 * 86_400e3).toISOString() },
  ],
};
