import type { DatasetPlan } from "./dataset.ts";
import type { Operation } from "./operation.ts";

/** The engines there are; `auto` in a plan lets the target and the operations decide. */
export const ENGINE_NAMES = ["null", "synthetic", "sync", "uring", "s3-sdk"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * How the page cache is kept out of (or let into) a measurement: `direct` bypasses it (O_DIRECT),
 * `dropped` empties it before each repetition, `warm` reads the dataset once beforehand.
 */
export const CACHE_POLICIES = ["direct", "dropped", "warm"] as const;
export type CachePolicy = (typeof CACHE_POLICIES)[number];

/** In which order a workload visits its dataset. */
export const ACCESS_PATTERNS = ["sequential", "random", "shuffled", "samples"] as const;
export type AccessPattern = (typeof ACCESS_PATTERNS)[number];

/** System calls that make a file's data durable; `fdatasync` leaves out times and such. */
export const SYNC_CALLS = ["fsync", "fdatasync"] as const;

/** When what a phase writes is made durable. */
export interface SyncPlan {
  readonly call: (typeof SYNC_CALLS)[number];
  /**
   * For `write`: after so many writes of a worker, once they are complete, the files they went to
   * are synced. 1 for `create`, which syncs every file before it closes it.
   */
  readonly every: number;
  /** For `create`: the directory is synced after the file, so that the name is durable too. */
  readonly directory: boolean;
}

/** When a phase ends: exactly one of them is set. Counts are for all workers together. */
export type PhaseLimit =
  | { readonly kind: "duration"; readonly durationNs: number }
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "operations"; readonly operations: number }
  /** Whole passes over the dataset. */
  | { readonly kind: "epochs"; readonly epochs: number };

/** One timed step with every default filled. */
export interface PhasePlan {
  /** Unique in the plan; carries the matrix values: `read[queueDepth=4]`. */
  readonly name: string;
  readonly dataset: string;
  readonly mix: readonly { readonly operation: Operation; readonly weight: number }[];
  readonly access: AccessPattern;
  readonly blockBytes: number;
  readonly workers: number;
  readonly queueDepth: number;
  readonly warmupNs: number;
  readonly limit: PhaseLimit;
  readonly cache: CachePolicy;
  readonly engine: EngineName | "auto";
  /** Null: nothing is synced. */
  readonly sync: SyncPlan | null;
  /** Files are opened with O_DSYNC: each write is durable when it completes. */
  readonly dsync: boolean;
  /** Part size of `upload` and `download`. */
  readonly partBytes: number;
  /** Parts of one object in flight at once. */
  readonly partConcurrency: number;
  /** Attempts the S3 client may add by itself; 0 keeps a slow answer visible as one. */
  readonly retries: number;
  /** Matrix coordinates as written in the scenario, empty outside a matrix. */
  readonly matrix: Readonly<Record<string, string>>;
}

/** What will be done, with nothing left implicit. The same plan can run on any target. */
export interface Plan {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Statements of the guide this workload speaks to: `G05`. */
  readonly guide: readonly string[];
  readonly seed: number;
  readonly repetitions: number;
  /** Width of one cell of the time grid; 0 lets the phase's length decide (0.1 or 1 s). */
  readonly intervalNs: number;
  readonly datasets: readonly DatasetPlan[];
  readonly phases: readonly PhasePlan[];
}
