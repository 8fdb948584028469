import type { RequestClass } from "../plan/operation-rows.ts";
import type { RestorePlan } from "../plan/plan.ts";
import type { TargetKind } from "../target/kind.ts";
import type { StorageClass } from "../target/storage-class.ts";

/** Requests of one kind and what they move, before anything is known of prices. */
export interface Usage {
  /** Where they come from: the name of a phase, `preparation` or `cleaning`. */
  readonly what: string;
  readonly requestClass: RequestClass;
  readonly storageClass: StorageClass;
  readonly requests: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Objects that are put there, of which small ones may be charged as larger ones. */
  readonly storedObjects: number;
  readonly tier?: RestorePlan["tier"];
  /** Days for which restored copies are kept; absent: nothing is restored. */
  readonly days?: number;
  /** Bytes that the store reads by itself for a copy; absent: none. */
  readonly copiedBytes?: number;
}

export interface CostLine extends Usage {
  readonly usd: number;
}

/** What a run's requests cost, or would cost on Amazon's own store. */
export interface Cost {
  readonly lines: readonly CostLine[];
  readonly totalUsd: number;
  /** What it costs on top where the client is outside of AWS. */
  readonly transferOutUsd: number;
  readonly region: string;
  readonly sources: readonly PriceSource[];
  /** False: the store is none of Amazon's, so these are the prices of another. */
  readonly charged: boolean;
  /**
   * Only of an estimate: milliseconds that an operation is assumed to take at least. Absent: it
   * depends on no such assumption, or is of an older version.
   */
  readonly assumedMs?: number;
}

/** Where a price stands. */
export interface PriceSource {
  readonly title: string;
  readonly address: string;
  readonly date: string;
}

/** One part of what a storage is charged for. */
export interface CostPart {
  readonly what: "storage" | "iops" | "throughput";
  /** What is charged: GiB, operations a second, or MiB a second. */
  readonly quantity: number;
  readonly monthlyUsd: number;
}

/** What using a storage is charged beside the month; null: not by that, 0: free. */
interface UsePrices {
  readonly readUsdPerGb: number | null;
  readonly writeUsdPerGb: number | null;
  readonly readUsdPerThousand: number | null;
  readonly writeUsdPerThousand: number | null;
}

/** What a target costs, by what is known to be provisioned; of a bucket, in one storage class. */
export interface StorageCost {
  readonly target: string;
  readonly kind: TargetKind;
  readonly storageClass: StorageClass | null;
  /** What was taken to be provisioned, in words: `500 GiB, 6,000 IOPS`. */
  readonly provisioned: string;
  /** Empty where the month cannot be worked out. */
  readonly parts: readonly CostPart[];
  readonly monthlyUsd: number | null;
  /** Of one TiB (2^40 B) stored for a month; null where there is no price. */
  readonly perTibMonthUsd: number | null;
  readonly use: UsePrices;
  /** Why something is missing, and what was assumed, one sentence each. */
  readonly remarks: readonly string[];
  readonly sources: readonly PriceSource[];
}
