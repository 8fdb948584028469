import type { SlowStart } from "./limits/first-touch.ts";
import type { Limits, Profile } from "./limits/kinds.ts";
import type { VolumeRecord } from "./system/record.ts";

/** Task of a keeper, passed on its command line. */
export interface KeeperTask {
  readonly record: Omit<VolumeRecord, "keeperPid">;
  readonly sizeBytes: number;
  readonly profile: Profile;
  readonly ceiling: Limits;
  /** Null: the volume is initialized. */
  readonly slowStart: SlowStart | null;
  /** Whether the keeper runs until a signal instead of the end of its standard input. */
  readonly stays: boolean;
}

/** A line on a keeper's standard input. */
export type Order =
  | { readonly order: "limits"; readonly limits: Limits }
  | { readonly order: "refill" }
  | { readonly order: "credits" };

/** A line on a keeper's standard output: one at first, then one for each order. */
export type Answer =
  | { readonly ready: { readonly path: string; readonly device: string; readonly procs: string } }
  | { readonly failed: string }
  | { readonly done: true; readonly credits: number | null };
