/**
 * Every kind of target, a row each, and all that is true of it. What follows from these traits is
 * in `kind.ts`. A new kind is a row here, its limits in `scenarios/limits.yaml` and, for a volume,
 * its prices in `scenarios/prices.yaml` and its burst.
 */
import type { BackingKind } from "./backing.ts";
import type { StorageClass } from "./storage-class.ts";

/** What is true of a kind. An absent trait is one that it does not have. */
export interface KindTraits {
  /** What it is, in words that never make it more than was declared. */
  readonly noun: string;
  /** What it is called where there is little room. */
  readonly short: string;
  /** How it is reached: a mounted path or device, a bucket, or only in memory. */
  readonly family: "path" | "bucket" | "memory";
  /** The AWS service that sells it; null: what is measured on it is no statement about AWS. */
  readonly service: "EBS" | "EC2" | "EFS" | "FSx" | "S3" | null;
  /** EBS volume type, as the API of EC2 names it. */
  readonly volume?: {
    readonly type: string;
    readonly medium: "ssd" | "hdd";
    readonly bursts?: true;
  };
  /** A file system that the service runs; on other paths, the user makes it. */
  readonly isFileSystem?: true;
  /** Which limit of an instance applies on the way to it; absent: none. */
  readonly instanceLimit?: "ebs" | "network";
  /** Other customers use the same storage: slow single runs may be theirs. */
  readonly isShared?: true;
  /** Its figures hold in its own Availability Zone. */
  readonly isZonal?: true;
  /** Share of the time for which AWS promises 90% of the performance. */
  readonly promisedTime?: "99%" | "99.9%";
  /** Its buckets are directory buckets, which have no versions, tags or archived objects. */
  readonly isDirectoryBucket?: true;
  /** Class of an object where none is given, and all there are; absent: those of S3's regions. */
  readonly usualClass?: StorageClass;
  readonly classes?: readonly StorageClass[];
  /** Time that an operation is assumed to take at least in cost estimates, milliseconds. */
  readonly quickestMs?: number;
  /** What may be below a path, and what does not show whether it is this kind; absent: anything. */
  readonly backing?: {
    readonly fits: readonly BackingKind[];
    readonly open: readonly BackingKind[];
  };
}

const OFF_AWS_PATH = { family: "path", service: null } as const;

const EBS = {
  family: "path",
  service: "EBS",
  instanceLimit: "ebs",
  promisedTime: "99%",
  backing: { fits: ["ebs", "ebs-or-instance-store"], open: ["container-layer", "unknown"] },
} as const;

const S3 = { family: "bucket", service: "S3", instanceLimit: "network", isShared: true } as const;

export const KIND_ROWS = {
  directory: { ...OFF_AWS_PATH, noun: "a directory", short: "directory" },
  "block-device": { ...OFF_AWS_PATH, noun: "a block device", short: "block device" },
  "ebs-gp3": {
    ...EBS,
    noun: "an EBS gp3 volume",
    short: "EBS gp3",
    volume: { type: "gp3", medium: "ssd" },
  },
  "ebs-gp2": {
    ...EBS,
    noun: "an EBS gp2 volume",
    short: "EBS gp2",
    volume: { type: "gp2", medium: "ssd", bursts: true },
  },
  "ebs-io2": {
    ...EBS,
    noun: "an EBS io2 volume",
    short: "EBS io2",
    volume: { type: "io2", medium: "ssd" },
    promisedTime: "99.9%",
  },
  "ebs-st1": {
    ...EBS,
    noun: "an EBS st1 volume",
    short: "EBS st1",
    volume: { type: "st1", medium: "hdd", bursts: true },
  },
  "ebs-sc1": {
    ...EBS,
    noun: "an EBS sc1 volume",
    short: "EBS sc1",
    volume: { type: "sc1", medium: "hdd", bursts: true },
  },
  "instance-store": {
    noun: "an EC2 instance store",
    short: "instance store",
    family: "path",
    service: "EC2",
    backing: {
      fits: ["instance-store", "ebs-or-instance-store"],
      open: ["container-layer", "unknown"],
    },
  },
  efs: {
    noun: "an EFS file system",
    short: "EFS",
    family: "path",
    service: "EFS",
    isFileSystem: true,
    instanceLimit: "network",
    isShared: true,
    // An address names no service. A container's own layer is never on NFS or Lustre.
    backing: { fits: ["efs", "efs-through-helper"], open: ["nfs"] },
  },
  "fsx-lustre": {
    noun: "an FSx for Lustre file system",
    short: "FSx for Lustre",
    family: "path",
    service: "FSx",
    isFileSystem: true,
    instanceLimit: "network",
    isShared: true,
    isZonal: true,
    backing: { fits: ["fsx-lustre"], open: [] },
  },
  s3: { ...S3, noun: "an S3 general purpose bucket", short: "S3" },
  "s3-express": {
    ...S3,
    noun: "an S3 Express One Zone bucket",
    short: "S3 Express One Zone",
    isZonal: true,
    isDirectoryBucket: true,
    usualClass: "EXPRESS_ONEZONE",
    classes: ["EXPRESS_ONEZONE"],
    quickestMs: 2,
  },
  minio: {
    noun: "a MinIO bucket",
    short: "MinIO",
    family: "bucket",
    service: null,
    classes: ["STANDARD", "REDUCED_REDUNDANCY"],
  },
  null: {
    noun: "the null target, which stores nothing",
    short: "null",
    family: "memory",
    service: null,
  },
  synthetic: {
    noun: "the synthetic target, whose behaviour is made up",
    short: "synthetic",
    family: "memory",
    service: null,
  },
} as const satisfies Readonly<Record<string, KindTraits>>;
