import type { StorageClass } from "./object-options.ts";
import type { RestorePlan } from "./plan.ts";

/** How a store charges for a request: PUT, COPY, POST, LIST · GET, HEAD and others · DELETE. */
export type RequestClass = "write" | "read" | "free" | "restore";

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
}

interface PriceSource {
  readonly title: string;
  readonly address: string;
  readonly date: string;
}
