/**
 * Targets as declared, and the known facts about them. A target is an address and facts (this
 * file); its kind is a row of `kind-rows.ts`; facts from this host or from AWS are in
 * `knowledge.ts`. Nothing here does I/O.
 */

import type { TargetKind } from "./kind.ts";

export const THROUGHPUT_MODES = ["elastic", "provisioned", "bursting"] as const;
export const PERFORMANCE_MODES = ["general-purpose", "max-io"] as const;
export const AVAILABILITIES = ["regional", "one-zone"] as const;
export const FILE_CLASSES = ["standard", "infrequent-access", "archive"] as const;
export const DEPLOYMENTS = ["scratch-1", "scratch-2", "persistent-1", "persistent-2"] as const;
export const MEDIA = ["ssd", "hdd", "intelligent-tiering"] as const;
export const ORIGINS = ["empty", "snapshot"] as const;

/** Provisioned performance and configuration, which verdicts compare with. Absent: unknown. */
export interface Provisioned {
  /** Size of the volume or file system. */
  readonly sizeBytes?: number;
  readonly iops?: number;
  /** Throughput of a volume, of EFS in `provisioned` mode, or of a whole file system. */
  readonly throughputBytesPerSecond?: number;
  /** Source of the volume; blocks of a snapshot are slow at first access. */
  readonly origin?: (typeof ORIGINS)[number];
  /** Whether all blocks were accessed, or fast snapshot restore was enabled. */
  readonly initialised?: boolean;
  readonly encrypted?: boolean;
  /** Availability Zone: `eu-west-1a`, or its id. */
  readonly zone?: string;
  /** EFS throughput mode. */
  readonly throughputMode?: (typeof THROUGHPUT_MODES)[number];
  readonly performanceMode?: (typeof PERFORMANCE_MODES)[number];
  readonly availability?: (typeof AVAILABILITIES)[number];
  /** Bytes stored in the EFS Standard class, which determine the rates of bursting. */
  readonly storedBytes?: number;
  /** EFS storage class of the measured files. */
  readonly fileClass?: (typeof FILE_CLASSES)[number];
  /** FSx for Lustre deployment type. */
  readonly deployment?: (typeof DEPLOYMENTS)[number];
  readonly medium?: (typeof MEDIA)[number];
  /** Bytes per second per TiB of size. */
  readonly throughputPerTibBytesPerSecond?: number;
  readonly metadataIops?: number;
  /** Whether files are loaded from a linked bucket at first access. */
  readonly linkedToS3?: boolean;
  /** Days since the last access to reused data in a bucket or EFS. */
  readonly untouchedDays?: number;
}

/** EC2 instance and its limits, in bytes and operations per second. */
export interface Instance {
  /** `m6a.4xlarge`. */
  readonly type?: string;
  readonly region?: string;
  readonly zone?: string;
  /** Baseline without a time limit; `Maximum`: for at least 30 min in 24 h. */
  readonly ebsBaselineBytesPerSecond?: number;
  readonly ebsMaximumBytesPerSecond?: number;
  readonly ebsBaselineIops?: number;
  readonly ebsMaximumIops?: number;
  readonly networkBaselineBytesPerSecond?: number;
  readonly networkMaximumBytesPerSecond?: number;
}

/**
 * A bucket, and how to reach it. Credentials come from the SDK's default chain, never from here.
 */
export interface BucketAddress {
  /** Absent: AWS's own endpoint of the region. */
  readonly endpoint?: string;
  readonly region: string;
  /** A bucket's name, or the ARN or alias of an access point. */
  readonly bucket: string;
  /** Key prefix of all objects of a run; empty or ending in `/`. */
  readonly prefix: string;
  readonly pathStyle: boolean;
  /** PEM file with the certificate authority of a private endpoint. */
  readonly caPath?: string;
  /** Profile of the shared AWS configuration; absent: the default chain decides. */
  readonly profile?: string;
  /** Several endpoints, shared by the workers; the first is `endpoint`. Absent: only one. */
  readonly endpoints?: readonly string[];
  /** Through the nearest edge location: S3 Transfer Acceleration. */
  readonly accelerate?: boolean;
  /** Endpoints that IPv6 reaches as well. */
  readonly dualStack?: boolean;
  /** Endpoints with validated cryptography (FIPS 140). */
  readonly fips?: boolean;
  /** This account pays for requests and transfer, not the bucket's. */
  readonly requesterPays?: boolean;
}

/** Behavior of the synthetic engine. Latencies are service times per operation. */
export interface SyntheticBehaviour {
  readonly latency: SyntheticLatency;
  /** Times in which no operation completes. */
  readonly stalls: readonly { readonly atNs: number; readonly durationNs: number }[];
  /** Each n-th operation of a worker fails with EIO; 0: none. */
  readonly errorEvery: number;
  /** Times in which all issued operations fail with EIO after their latency; absent: none. */
  readonly failures?: readonly { readonly atNs: number; readonly durationNs: number }[];
  /** Each n-th operation of a worker never completes and occupies its slot; absent or 0: none. */
  readonly hangEvery?: number;
  /** Maximum bytes per second per worker; 0: no limit. */
  readonly bytesPerSecond: number;
  /** Operations per worker served concurrently; absent or 0: no limit. */
  readonly servers?: number;
  /** Absent or null: no credits. */
  readonly credits?: SyntheticCredits | null;
  /**
   * Whether bandwidth and credits are those of the whole target, as of a volume; each worker then
   * has an equal part. Absent or false: of each worker.
   */
  readonly shared?: boolean;
}

/** Burst credits, one per operation, per worker unless the behavior is shared. */
export interface SyntheticCredits {
  /** Operations per second while there are credits. */
  readonly burstPerSecond: number;
  /** Rate at which credits accumulate, and the rate without credits. */
  readonly baselinePerSecond: number;
  /** Maximum credits, which are available at the start. */
  readonly operations: number;
}

export type SyntheticLatency =
  | { readonly kind: "fixed"; readonly ns: number }
  | { readonly kind: "uniform"; readonly minNs: number; readonly maxNs: number }
  | { readonly kind: "exponential"; readonly meanNs: number }
  | {
      readonly kind: "bimodal";
      readonly fastNs: number;
      readonly slowNs: number;
      readonly slowShare: number;
    };

/** Address of a target. */
export type Address =
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "device";
      /** Node of a block device: `/dev/nvme1n1`. */
      readonly path: string;
      /** Whether `--allow-destructive` was given, which allows overwriting the device. */
      readonly writable: boolean;
      /** Whether `--overwrite-data` allowed losing data that assay does not know; absent: no. */
      readonly losesData?: true;
    }
  | ({ readonly kind: "bucket" } & BucketAddress)
  | { readonly kind: "memory"; readonly synthetic: SyntheticBehaviour | null };

/** Source of each setting of a bucket address that the user did not set. */
export type ReachedBy = {
  readonly [Name in
    | "endpoint"
    | "region"
    | "pathStyle"
    | "profile"
    | "fips"
    | "dualStack"]?: string;
};

/** A target as declared by the user, with all defaults filled. Contains no secrets. */
export interface TargetSpec {
  readonly name: string;
  readonly kind: TargetKind;
  readonly address: Address;
  readonly provisioned: Provisioned;
  /** Paths of hosts that mount the storage elsewhere, by name; absent: the same path on all. */
  readonly pathByHost?: Readonly<Record<string, string>>;
  /** The declared instance; absent: not declared. */
  readonly instance?: Instance;
  /**
   * Sources of the settings of a bucket address: `AWS_ENDPOINT_URL_S3`. Absent in runs before
   * 2026-11-29, and for other targets.
   */
  readonly reachedBy?: ReachedBy;
  /**
   * Set if the storage imitates an AWS storage type; `scale`: factor by which burst credits are
   * smaller.
   */
  readonly emulated?: { readonly scale: number };
}
