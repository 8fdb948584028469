import type { RequestClass } from "../plan/operation-rows.ts";
import type { RestorePlan } from "../plan/plan.ts";
import type { TargetKind } from "../target/kind.ts";
import type { StorageClass } from "../target/storage-class.ts";

/** Requests of one kind and the data they transfer, without prices. */
export interface Usage {
  /** Source: the name of a phase, `preparation` or `cleaning`. */
  readonly what: string;
  readonly requestClass: RequestClass;
  readonly storageClass: StorageClass;
  readonly requests: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Number of stored objects; small ones may be charged at a minimum size. */
  readonly storedObjects: number;
  readonly tier?: RestorePlan["tier"];
  /** Lifetime of restored copies, days; absent without restores. */
  readonly days?: number;
  /** Bytes that the server reads for copies; absent: none. */
  readonly copiedBytes?: number;
}

export interface CostLine extends Usage {
  readonly usd: number;
}

/** Cost of a run's requests, or what they would cost on AWS. */
export interface Cost {
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
  /** Additional cost if the client is outside of AWS, USD. */
  readonly transferOutUsd: number;
  readonly region: string;
  readonly sources: readonly PriceSource[];
  /** False if the bucket is not on AWS, so that AWS charges nothing. */
  readonly charged: boolean;
  /**
   * Estimates only: assumed minimum time per operation, milliseconds. Absent if the estimate needs
   * no assumption, or in older runs.
   */
  readonly assumedMs?: number;
}

/** Source of a price. */
export interface PriceSource {
  readonly title: string;
  readonly address: string;
  readonly date: string;
}

/** One part of the cost of storage. */
export interface CostPart {
  readonly what: "storage" | "iops" | "throughput";
  /** Charged quantity: GiB, IOPS, or MiB/s. */
  readonly quantity: number;
  readonly monthlyUsd: number;
}

/** Prices per use, in addition to the monthly cost; null: not charged by it, 0: free. */
interface UsePrices {
  readonly readUsdPerGb: number | null;
  readonly writeUsdPerGb: number | null;
  readonly readUsdPerThousand: number | null;
  readonly writeUsdPerThousand: number | null;
}

/** Cost of a target by its known provisioned values; for a bucket, in one storage class. */
export interface StorageCost {
  readonly target: string;
  readonly kind: TargetKind;
  readonly storageClass: StorageClass | null;
  /** The assumed provisioned values: `500 GiB, 6,000 IOPS`. */
  readonly provisioned: string;
  /** Empty if the monthly cost is unknown. */
  readonly parts: readonly CostPart[];
  readonly monthlyUsd: number | null;
  /** Cost of 1 TiB (2^40 B) per month, USD; null without a price. */
  readonly perTibMonthUsd: number | null;
  readonly use: UsePrices;
  /** Missing values and assumptions, one sentence each. */
  readonly remarks: readonly string[];
  readonly sources: readonly PriceSource[];
}
