/**
 * Targets as declared, and what is known of them. A target is an address and facts (this file);
 * its kind is a row of `kind-rows.ts`; what this host or AWS says of it is `knowledge.ts`. No file
 * here asks anyone.
 */

import type { TargetKind } from "./kind.ts";

export const THROUGHPUT_MODES = ["elastic", "provisioned", "bursting"] as const;
export const PERFORMANCE_MODES = ["general-purpose", "max-io"] as const;
export const AVAILABILITIES = ["regional", "one-zone"] as const;
export const FILE_CLASSES = ["standard", "infrequent-access", "archive"] as const;
export const DEPLOYMENTS = ["scratch-1", "scratch-2", "persistent-1", "persistent-2"] as const;
export const MEDIA = ["ssd", "hdd", "intelligent-tiering"] as const;
export const ORIGINS = ["empty", "snapshot"] as const;

/** What was paid for and how it is set up: the yardstick of verdicts. Absent: nobody said. */
export interface Provisioned {
  /** Of a volume or file system. */
  readonly sizeBytes?: number;
  readonly iops?: number;
  /** Of a volume, an EFS in `provisioned` mode, or a whole file system. */
  readonly throughputBytesPerSecond?: number;
  /** What a volume was made from; blocks of a snapshot are slow until they were once touched. */
  readonly origin?: (typeof ORIGINS)[number];
  /** Every block was touched since, or fast snapshot restore was on. */
  readonly initialised?: boolean;
  readonly encrypted?: boolean;
  /** Zone it lies in: `eu-west-1a`, or the zone's id. */
  readonly zone?: string;
  /** Of EFS. */
  readonly throughputMode?: (typeof THROUGHPUT_MODES)[number];
  readonly performanceMode?: (typeof PERFORMANCE_MODES)[number];
  readonly availability?: (typeof AVAILABILITIES)[number];
  /** Bytes stored in the Standard class, from which bursting takes its rates. */
  readonly storedBytes?: number;
  /** Class the measured files are in. */
  readonly fileClass?: (typeof FILE_CLASSES)[number];
  /** Of FSx for Lustre. */
  readonly deployment?: (typeof DEPLOYMENTS)[number];
  readonly medium?: (typeof MEDIA)[number];
  /** Bytes a second for each TiB of size. */
  readonly throughputPerTibBytesPerSecond?: number;
  readonly metadataIops?: number;
  /** Files are loaded from a linked bucket when they are first read. */
  readonly linkedToS3?: boolean;
  /** Of a bucket or EFS: days since the reused data of a run was last accessed. */
  readonly untouchedDays?: number;
}

/** What the machine lets through, whatever the storage could: bytes and operations a second. */
export interface Instance {
  /** `m6a.4xlarge`. */
  readonly type?: string;
  readonly region?: string;
  readonly zone?: string;
  /** Kept for ever; `Maximum`: for at least 30 min once in 24 h, if it is higher. */
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
  /** Key prefix everything of a run is put under; empty or ending in `/`. */
  readonly prefix: string;
  readonly pathStyle: boolean;
  /** PEM file with the certificate authority of a private endpoint. */
  readonly caPath?: string;
  /** Profile of the shared AWS configuration; absent: the default chain decides. */
  readonly profile?: string;
  /** Endpoints that take turns, `endpoint` the first of them; absent: there is only one. */
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

/** The known behaviour of the synthetic engine. Latencies are service times of one operation. */
export interface SyntheticBehaviour {
  readonly latency: SyntheticLatency;
  /** Every operation that would be served in this window waits until its end. */
  readonly stalls: readonly { readonly atNs: number; readonly durationNs: number }[];
  /** Exactly every n-th operation of a worker fails with EIO; 0: none. */
  readonly errorEvery: number;
  /** Every operation issued in such a stretch fails with EIO, at its latency; absent: none. */
  readonly failures?: readonly { readonly atNs: number; readonly durationNs: number }[];
  /** Every n-th operation of a worker never completes and keeps its slot; absent or 0: none. */
  readonly hangEvery?: number;
  /** Cap on bytes a second of each worker; 0: none. */
  readonly bytesPerSecond: number;
  /** Operations of a worker served at a time, the others wait; absent or 0: any number. */
  readonly servers?: number;
  /** Absent or null: no operation waits for a credit. */
  readonly credits?: SyntheticCredits | null;
}

/** A bucket of credits, one an operation, as burstable volumes have; each worker has its own. */
export interface SyntheticCredits {
  /** Operations a second while there are credits, and after. */
  readonly burstPerSecond: number;
  /** Credits come in at this rate all the time. */
  readonly baselinePerSecond: number;
  /** Credits in the full bucket, which it begins with. */
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

/** Where a target is. */
export type Address =
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "device";
      /** Node of a block device: `/dev/nvme1n1`. */
      readonly path: string;
      /** The user said `--allow-destructive`: what is stored on it may be overwritten. */
      readonly writable: boolean;
    }
  | ({ readonly kind: "bucket" } & BucketAddress)
  | { readonly kind: "memory"; readonly synthetic: SyntheticBehaviour | null };

/** Settings of a bucket that are decided once, and what decided each where its user did not. */
export type ReachedBy = {
  readonly [Name in
    | "endpoint"
    | "region"
    | "pathStyle"
    | "profile"
    | "fips"
    | "dualStack"]?: string;
};

/** A target as declared by the user, with every default filled. Holds nothing secret. */
export interface TargetSpec {
  readonly name: string;
  readonly kind: TargetKind;
  readonly address: Address;
  readonly provisioned: Provisioned;
  /** What the machine is, as declared; absent: nobody said. */
  readonly instance?: Instance;
  /**
   * Of a bucket: what said how it is reached where its user did not: `AWS_ENDPOINT_URL_S3`. Absent
   * in runs of before 2026-11-29, and of other targets.
   */
  readonly reachedBy?: ReachedBy;
  /**
   * It is no storage of Amazon's but behaves as one of its kind would; `scale`: a bucket of credits
   * is so many times smaller.
   */
  readonly emulated?: { readonly scale: number };
}
