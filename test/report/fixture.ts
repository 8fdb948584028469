import { RANDOM_DATA } from "../../src/model/plan/data.ts";
import type { Operation } from "../../src/model/plan/operation.ts";
import {
  NO_PARAMETERS,
  type PhasePlan,
  PLAIN_REQUESTS,
  type Plan,
} from "../../src/model/plan/plan.ts";
import type { Environment } from "../../src/model/run/environment.ts";
import type { LatencySummary } from "../../src/model/run/latency.ts";
import type { PhaseResult, Run, Summary } from "../../src/model/run/run.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";

/** A latency distribution around a median, in the proportions of a usual disk. */
export function latency(p50Ns: number, count = 10_000): LatencySummary {
  return {
    count,
    minNs: Math.round(p50Ns * 0.6),
    meanNs: p50Ns * 1.15,
    standardDeviationNs: p50Ns * 0.4,
    p50Ns,
    p90Ns: p50Ns * 1.8,
    p95Ns: p50Ns * 2.2,
    p99Ns: p50Ns * 4,
    p999Ns: p50Ns * 11,
    p9999Ns: p50Ns * 30,
    maxNs: p50Ns * 52,
  };
}

/** Numbers of an operation at a rate, over ten seconds. */
export function summary(
  operation: Operation | "all",
  operationsPerSecond: number,
  blockBytes: number,
  p50Ns: number,
  more: Partial<Summary> = {},
): Summary {
  const operations = Math.round(operationsPerSecond * 10);
  return {
    operation,
    operations,
    bytes: operations * blockBytes,
    errors: 0,
    drained: 4,
    operationsPerSecond,
    bytesPerSecond: operationsPerSecond * blockBytes,
    latency: latency(p50Ns, operations + 4),
    firstByte: null,
    sync: null,
    ...more,
  };
}

export function phasePlan(name: string, more: Partial<PhasePlan> = {}): PhasePlan {
  return {
    name,
    dataset: "data",
    mix: [{ operation: "read", weight: 100 }],
    access: "random",
    accessParameters: NO_PARAMETERS,
    blockBytes: 4096,
    blockMix: [],
    workers: 2,
    queueDepth: 4,
    rate: null,
    warmupNs: 2e9,
    warmupAuto: false,
    limit: { kind: "duration", durationNs: 10e9 },
    cache: "direct",
    engine: "auto",
    sync: null,
    dsync: false,
    polling: "none",
    partBytes: 8 * 2 ** 20,
    partConcurrency: 4,
    retries: 0,
    verify: false,
    ...PLAIN_REQUESTS,
    matrix: {},
    ...more,
  };
}

export function plan(name: string, phases: readonly PhasePlan[], more: Partial<Plan> = {}): Plan {
  return {
    name,
    title: `Plan ${name}`,
    description: "What a test needs.",
    guide: ["G05", "G12"],
    seed: 42,
    repetitions: 1,
    intervalNs: 0,
    datasets: [
      {
        name: "data",
        kind: "files",
        count: 4,
        size: { kind: "fixed", bytes: 2 ** 30 },
        seed: 42,
        shardBytes: 0,
        filesPerDirectory: 1000,
        suffix: ".bin",
        data: RANDOM_DATA,
      },
    ],
    phases,
    ...more,
  };
}

export function result(
  phase: PhasePlan,
  summaries: readonly Summary[],
  more: Partial<PhaseResult> = {},
): PhaseResult {
  const all = summaries[0];
  return {
    phase,
    repetition: 1,
    state: "complete",
    reason: null,
    engine: "sync",
    threads: phase.workers * phase.queueDepth,
    queueDepthPerThread: 1,
    startedAt: "2026-11-20T10:00:05.000Z",
    elapsedNs: 10e9,
    intervalNs: 1e9,
    intervals: 10,
    datasetBytes: 4 * 2 ** 30,
    summaries,
    errors: [],
    counters: {},
    cache: {
      servedFromCacheShare: 0,
      servedFromCacheShareLow: 0,
      servedFromCacheShareHigh: 0,
      basis: "own reads (/proc/self/io); the page cache did not grow",
      ownReadBytes: all?.bytes ?? 0,
      logicalReadBytes: all?.bytes ?? 0,
      logicalWriteBytes: 0,
      deviceReadBytes: all?.bytes ?? 0,
      deviceWriteBytes: 0,
      residentShareBefore: 0,
      residentShareAfter: 0,
      source: "/proc/diskstats, nvme1n1",
    },
    cpu: {
      workersUserNs: 4e9,
      workersSystemNs: 5e9,
      processUserNs: 5e9,
      processSystemNs: 6e9,
    },
    warnings: [],
    ...more,
  };
}

export const DIRECTORY: TargetSpec = {
  name: "local",
  kind: "directory",
  address: { kind: "path", path: "/mnt/data" },
  provisioned: {},
};

export const VOLUME: TargetSpec = {
  name: "gp3",
  kind: "ebs-gp3",
  address: { kind: "path", path: "/mnt/gp3" },
  provisioned: { sizeBytes: 500 * 2 ** 30, iops: 6000, throughputBytesPerSecond: 250 * 2 ** 20 },
};

export const BUCKET: TargetSpec = {
  name: "minio",
  kind: "minio",
  address: {
    kind: "bucket",
    endpoint: "http://127.0.0.1:9000",
    region: "us-east-1",
    bucket: "bench",
    prefix: "",
    pathStyle: true,
  },
  provisioned: {},
};

const ENVIRONMENT: Environment = {
  kernel: "6.12.0",
  architecture: "x64",
  cpuModel: "A processor",
  cpus: 8,
  memoryBytes: 16 * 2 ** 30,
  cgroup: { version: 2, cpuQuotaCores: 2, memoryLimitBytes: null },
  hugePages: "madvise",
  clockSource: "tsc",
  nodeVersion: "24.21.0",
  packages: { piscina: "5.3.2", "hdr-histogram-js": "3.0.1" },
  virtualization: "kvm",
  mount: {
    mountPoint: "/mnt/data",
    source: "/dev/nvme1n1",
    type: "xfs",
    options: ["rw", "noatime"],
    deviceNumber: "259:1",
  },
  device: {
    name: "nvme1n1",
    model: "Amazon Elastic Block Store",
    serial: null,
    scheduler: "none",
    rotational: false,
    sizeBytes: 500 * 2 ** 30,
    logicalBlockBytes: 512,
    physicalBlockBytes: 4096,
    queueRequests: 1023,
    maxSectorsKib: 1280,
    readAheadKib: 128,
  },
};

export function run(
  id: string,
  target: TargetSpec,
  planned: Plan,
  phases: readonly PhaseResult[],
  more: Partial<Run> = {},
): Run {
  const onPath = target.address.kind === "path";
  return {
    format: "assay-run",
    version: 1,
    id,
    assayVersion: "0.1.0",
    state: "complete",
    reason: null,
    startedAt: "2026-11-20T10:00:00.000Z",
    endedAt: "2026-11-20T10:01:03.500Z",
    plan: planned,
    planHash: `${planned.name}-${planned.seed}`.padEnd(64, "0"),
    target,
    environment: onPath ? ENVIRONMENT : { ...ENVIRONMENT, mount: null, device: null },
    phases,
    warnings: [],
    ...more,
  };
}
