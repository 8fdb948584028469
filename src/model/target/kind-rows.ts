/**
 * The target kinds with their traits, one row per kind. Values derived from the traits are in
 * `kind.ts`. To add a kind, add a row here and its limits in `scenarios/limits.yaml`; for a volume,
 * also its prices in `scenarios/prices.yaml` and its burst.
 */
import type { BackingKind } from "./backing.ts";
import type { StorageClass } from "./storage-class.ts";

/** Traits of a target kind. An absent trait is false. */
export interface KindTraits {
  /** Name with its article. */
  readonly noun: string;
  /** Short name for tables. */
  readonly short: string;
  /** Access: a mounted path or device, a bucket, or in memory only. */
  readonly family: "path" | "bucket" | "memory";
  /** AWS service; null: measurements are not evidence about AWS. */
  readonly service: "EBS" | "EC2" | "EFS" | "FSx" | "S3" | null;
  /** EBS volume type, as the API of EC2 names it. */
  readonly volume?: {
    readonly type: string;
    readonly medium: "ssd" | "hdd";
    readonly bursts?: true;
  };
  /** The service provides the file system; on other paths, the user creates it. */
  readonly isFileSystem?: true;
  /** Instance limit that applies to the access; absent: none. */
  readonly instanceLimit?: "ebs" | "network";
  /** Other customers share the storage and can slow down single runs. */
  readonly isShared?: true;
  /** Published figures apply within its Availability Zone. */
  readonly isZonal?: true;
  /** Share of the time for which AWS promises 90% of the performance. */
  readonly promisedTime?: "99%" | "99.9%";
  /** Its buckets are directory buckets, which have no versions, tags or archived objects. */
  readonly isDirectoryBucket?: true;
  /** Default storage class; absent: STANDARD. */
  readonly usualClass?: StorageClass;
  /** Valid storage classes; absent: all classes of regional S3. */
  readonly classes?: readonly StorageClass[];
  /** Assumed minimum time per operation in cost estimates, milliseconds; absent: the default. */
  readonly quickestMs?: number;
  /** Backing that confirms the kind, and backing that leaves it open; absent: any. */
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
    // An NFS server address does not name the service. Container layers are never on NFS or Lustre.
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
  "s3-compatible": {
    noun: "a bucket of an S3-compatible server",
    short: "S3-compatible",
    family: "bucket",
    service: null,
    classes: ["STANDARD"],
  },
  null: {
    noun: "the null target, which stores nothing",
    short: "null",
    family: "memory",
    service: null,
  },
  synthetic: {
    noun: "the synthetic target, which simulates storage",
    short: "synthetic",
    family: "memory",
    service: null,
  },
} as const satisfies Readonly<Record<string, KindTraits>>;
