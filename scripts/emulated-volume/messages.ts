import type { SlowStart } from "./limits/first-touch.ts";
import type { Limits, Profile } from "./limits/kinds.ts";
import type { VolumeRecord } from "./system/record.ts";

/** What a keeper is started with, on its command line. */
export interface KeeperTask {
  readonly record: Omit<VolumeRecord, "keeperPid">;
  readonly sizeBytes: number;
  readonly profile: Profile;
  readonly ceiling: Limits;
  /** Null: every block was touched before. */
  readonly slowStart: SlowStart | null;
  /** Stays until a signal, rather than until its standard input ends. */
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
