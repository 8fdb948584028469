/**
 * What the user says a target is. It is declared, never guessed: a directory on a laptop stays
 * labelled a directory in every output.
 */
export const TARGET_KINDS = [
  "directory",
  "block-device",
  "ebs-gp3",
  "ebs-gp2",
  "ebs-io2",
  "ebs-st1",
  "ebs-sc1",
  "instance-store",
  "efs",
  "fsx-lustre",
  "s3",
  "s3-express",
  "minio",
  "null",
  "synthetic",
] as const;

export type TargetKind = (typeof TARGET_KINDS)[number];

/** Kinds that are reached as a mounted path, as a bucket, or that exist only in memory. */
export const BUCKET_KINDS: ReadonlySet<TargetKind> = new Set(["s3", "s3-express", "minio"]);
export const MEMORY_KINDS: ReadonlySet<TargetKind> = new Set(["null", "synthetic"]);

/** What was paid for, as declared; the yardstick for later verdicts. */
interface Provisioned {
  readonly sizeBytes?: number;
  readonly iops?: number;
  readonly throughputBytesPerSecond?: number;
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

/** Whether an endpoint is one of Amazon's own; so is the one that is not named. */
export function isAmazon(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
  return /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(host);
}

/** The known behaviour of the synthetic engine. Latencies are service times of one operation. */
export interface SyntheticBehaviour {
  readonly latency: SyntheticLatency;
  /** Every operation that would be served in this window waits until its end. */
  readonly stalls: readonly { readonly atNs: number; readonly durationNs: number }[];
  /** Exactly every n-th operation of a worker fails with EIO; 0: none. */
  readonly errorEvery: number;
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

/** A target as declared by the user, with every default filled. Holds nothing secret. */
export interface TargetSpec {
  readonly name: string;
  readonly kind: TargetKind;
  readonly address: Address;
  readonly provisioned: Provisioned;
}
