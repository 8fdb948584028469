import type { Claim, Side } from "../../src/model/claim/claim.ts";
import type { DatasetPlan } from "../../src/model/plan/dataset.ts";
import { PLAIN_OBJECTS } from "../../src/model/plan/object-options.ts";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import type { Environment } from "../../src/model/run/environment.ts";
import { BUCKET_KINDS, type TargetKind } from "../../src/model/target/kind.ts";
import type { Instance, Provisioned, TargetSpec } from "../../src/model/target/target.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** A host that limits nothing, in the Region and zone of the storage. */
const INSTANCE: Instance = {
  type: "m6a.48xlarge",
  region: "eu-west-1",
  zone: "eu-west-1a",
  ebsBaselineIops: 1e6,
  ebsBaselineBytesPerSecond: 50e9,
  networkBaselineBytesPerSecond: 50e9,
};

/** What is provisioned of each kind where a case does not say otherwise. */
const PROVISIONED: Readonly<Partial<Record<TargetKind, Provisioned>>> = {
  "ebs-gp3": { sizeBytes: 500 * GIB, iops: 64_000, throughputBytesPerSecond: 2000 * MIB },
  "ebs-gp2": { sizeBytes: 5000 * GIB },
  "ebs-io2": { sizeBytes: 500 * GIB, iops: 64_000 },
  "ebs-st1": { sizeBytes: 4096 * GIB },
  "ebs-sc1": { sizeBytes: 4096 * GIB },
  efs: {
    throughputMode: "elastic",
    performanceMode: "general-purpose",
    availability: "regional",
    fileClass: "standard",
  },
  "fsx-lustre": {
    sizeBytes: 2400 * GIB,
    deployment: "persistent-2",
    medium: "ssd",
    throughputPerTibBytesPerSecond: 125e6,
    linkedToS3: true,
  },
};

const FILES: DatasetPlan = {
  name: "data",
  kind: "files",
  count: 64,
  size: { kind: "fixed", bytes: 64 * MIB },
  seed: 42,
  shardBytes: 0,
  filesPerDirectory: 1000,
  suffix: ".bin",
  data: { compressible: 1, dedupable: 1, verifiable: false },
};

/** One side of a comparison: target, plan and the storage's answer. */
export interface SideSpec {
  readonly kind: TargetKind;
  readonly provisioned: Provisioned;
  readonly instance: Instance;
  readonly address: Partial<TargetSpec["address"]>;
  /** How many times smaller its burst credits are; 0: it is not emulated. */
  readonly emulated: number;
  /** Rate of an open loop, per second; 0: a closed loop. */
  readonly offered: number;
  readonly environment: Partial<Environment>;
  readonly startedAt: string;
  readonly dataset: DatasetPlan;
  readonly phase: Partial<PhasePlan>;
  readonly engine: string;
  readonly reused: boolean;
  readonly seconds: number;
  /** Clients that load together. */
  readonly clients: number;
}

export type SideChange = Partial<SideSpec>;

/** Objects of a size; blocks of a phase have their own. */
export function files(bytes: number, count = 64): DatasetPlan {
  return { ...FILES, count, size: { kind: "fixed", bytes } };
}

/** The side that a claim's workload describes: the first of its operations and patterns. */
export function sideOf(claim: Claim, { kinds, workload }: Side): SideSpec {
  const [kind = "ebs-gp3"] = kinds;
  const [operation = "read"] = workload.operations;
  const isBlock = operation === "read" || operation === "write";
  const { least, most } = workload.blockBytes ?? {};
  const bytes = least ?? most ?? (isBlock ? 16_384 : 64 * MIB);
  const wanted = Math.max(claim.needs.inFlight ?? 0, workload.inFlight?.least ?? 1, 1);
  const isBucket = BUCKET_KINDS.has(kind);
  const origin = kind.startsWith("ebs") ? ({ origin: "empty" } as const) : {};
  const zone = INSTANCE.zone === undefined ? {} : { zone: INSTANCE.zone };
  return {
    kind,
    provisioned: isBucket ? zone : { ...PROVISIONED[kind], ...origin, ...zone },
    instance: INSTANCE,
    address: {},
    emulated: 0,
    offered: workload.pacing === "open" ? 500 : 0,
    environment: {},
    startedAt: "2026-11-20T10:00:00.000Z",
    dataset: files(isBlock ? 64 * MIB : bytes),
    phase: {
      mix: [{ operation, weight: 1 }],
      access: workload.access?.[0] ?? (isBlock ? "random" : "shuffled"),
      blockBytes: bytes,
      workers: Math.min(wanted, 4),
      queueDepth: Math.ceil(wanted / 4),
      warmupNs: 0,
    },
    engine: isBucket ? "s3-wire" : "sync",
    reused: false,
    seconds: Math.max(62, claim.needs.durationNs / 1e9),
    clients: 1,
  };
}

export function changed(side: SideSpec, change: SideChange): SideSpec {
  return {
    ...side,
    ...change,
    provisioned: { ...side.provisioned, ...change.provisioned },
    phase: { ...side.phase, ...change.phase },
    environment: { ...side.environment, ...change.environment },
  };
}

/** Objects with options of their own. */
export function objects(more: Partial<typeof PLAIN_OBJECTS>): Pick<PhasePlan, "objects"> {
  return { objects: { ...PLAIN_OBJECTS, ...more } };
}
