import type { DatasetPlan } from "../../model/plan/dataset.ts";

/** Space in a target for the data of runs. */
export interface TargetSpace {
  /** Bytes that this user can still write, or the size of a device; null: unknown or unlimited. */
  readonly freeBytes: number | null;
  /** Files and directories that can still be created; null: unknown or unlimited. */
  readonly freeFiles: number | null;
  /** Unit in which space is allocated to a file, bytes; 1 if unknown. */
  readonly blockBytes: number;
  /** Whether files take memory of this host (tmpfs, ramfs). */
  readonly inMemory: boolean;
  /** Datasets of each run whose data is kept, newest first; empty for buckets, without a limit. */
  readonly kept: readonly (readonly DatasetPlan[])[];
}

/** Space of a target without a known limit. */
export const NO_LIMIT: TargetSpace = {
  freeBytes: null,
  freeFiles: null,
  blockBytes: 1,
  inMemory: false,
  kept: [],
};
