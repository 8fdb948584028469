/**
 * The workload of a run with all defaults filled: phases, datasets, rates, searches, thresholds. A
 * plan is plain data, stored and hashed with its run; `scenario` makes it from a file. Read `Plan`
 * and `PhasePlan` first. Operations are the rows of `operation-rows.ts`.
 */

import type { TargetKind } from "../target/kind.ts";
import type { AutoAmount } from "./auto.ts";
import type { DatasetPlan } from "./dataset.ts";
import { type ObjectOptions, PLAIN_OBJECTS } from "./object-options.ts";
import type { Operation } from "./operation.ts";
import type { RatePlan } from "./rate.ts";
import type { FindPlan } from "./search.ts";
import type { Threshold } from "./threshold.ts";

/** The engines; with `auto`, target and operations determine the engine. */
export const ENGINE_NAMES = [
  ...(["null", "synthetic", "sync", "uring", "threadpool", "s3-sdk", "s3-wire"] as const),
] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * Use of the page cache: `direct` bypasses it (O_DIRECT), `dropped` empties it before each
 * repetition, `warm` reads the dataset once beforehand.
 */
export const CACHE_POLICIES = ["direct", "dropped", "warm"] as const;
export type CachePolicy = (typeof CACHE_POLICIES)[number];

/** Order in which a workload visits its dataset. */
export const ACCESS_PATTERNS = [
  "sequential",
  "random",
  "zipf",
  "hotspot",
  "strided",
  "reverse",
  "permutation",
  "shuffled",
  "samples",
] as const;
export type AccessPattern = (typeof ACCESS_PATTERNS)[number];

/**
 * Polling of io_uring: `none`; `submission`, by a kernel thread that polls for new operations; or
 * `completion`, by the waiting thread, which polls the device instead of using interrupts.
 */
export const POLLINGS = ["none", "submission", "completion"] as const;
export type Polling = (typeof POLLINGS)[number];

/** System calls that make file data durable; `fdatasync` only with metadata that reads need. */
export const SYNC_CALLS = ["fsync", "fdatasync"] as const;

/** When what a phase writes is made durable. */
export interface SyncPlan {
  readonly call: (typeof SYNC_CALLS)[number];
  /**
   * For `write`: number of completed writes of a worker after which it syncs the written files. 1
   * for `create`, which syncs each file before closing it.
   */
  readonly every: number;
  /** For `create`: the directory is synced after the file, so that the name is durable too. */
  readonly directory: boolean;
}

/** A region of the dataset per worker, or one sequence that all workers share. */
export const ACCESS_REGIONS = ["worker", "shared"] as const;

/** Parameters of an access pattern; neutral values for those it does not use. */
export interface AccessParameters {
  /** Of `sequential`, `strided` and `reverse`. */
  readonly region: (typeof ACCESS_REGIONS)[number];
  /** `zipf`: the block of rank r is visited in proportion to 1 / r^theta; otherwise 0. */
  readonly theta: number;
  /** `strided`: bytes between the starts of two blocks; otherwise 0. */
  readonly strideBytes: number;
  /** `hotspot`: share of operations on the hot share of the data; otherwise 0. */
  readonly hotOperationsShare: number;
  readonly hotDataShare: number;
}

/** Parameters of a pattern that takes none. */
export const NO_PARAMETERS: AccessParameters = {
  region: "worker",
  theta: 0,
  strideBytes: 0,
  hotOperationsShare: 0,
  hotDataShare: 0,
};

/** One size of a mix of block sizes. */
export interface BlockShare {
  readonly bytes: number;
  /** Weight by number of operations, not by bytes. */
  readonly weight: number;
}

/** Parameters of `list` and `listVersions`. */
export interface ListingPlan {
  /** `directory`: the prefix of one directory. `dataset`: the prefix of all objects. */
  readonly prefix: "directory" | "dataset";
  /** Whether to use the delimiter `/`, which returns one level of names. */
  readonly delimiter: boolean;
  /** Maximum keys per page. */
  readonly pageSize: number;
}

/** Maximum and default number of keys per page in S3. */
export const MAX_KEYS = 1000;

export const PLAIN_LISTING: ListingPlan = {
  prefix: "directory",
  delimiter: false,
  pageSize: MAX_KEYS,
};

export const RESTORE_TIERS = ["Standard", "Bulk", "Expedited"] as const;

/** Parameters of restores of archived objects. */
export interface RestorePlan {
  readonly tier: (typeof RESTORE_TIERS)[number];
  /** Lifetime of the restored copy, days. */
  readonly days: number;
  /** Time between two checks of the object, nanoseconds. */
  readonly pollNs: number;
  /** Maximum time to restore an object, nanoseconds; then it fails with `ETIMEDOUT`. */
  readonly deadlineNs: number;
}

/** End of a phase: exactly one limit. Counts are totals of all workers. */
export type PhaseLimit =
  | { readonly kind: "duration"; readonly durationNs: number }
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "operations"; readonly operations: number }
  /** Whole passes over the dataset. */
  | { readonly kind: "epochs"; readonly epochs: number }
  /** A steady state; only its window is reported. */
  | SteadyLimit;

/**
 * A window is steady if the difference between its largest and smallest rate, and the rise or fall
 * of its regression line, are below given shares of its mean.
 */
export interface SteadyLimit {
  readonly kind: "steady";
  readonly windowNs: number;
  readonly rangeShare: number;
  readonly slopeShare: number;
  /** Maximum length of the phase if it is not steady, nanoseconds. */
  readonly mostNs: number;
}

/** Maximum length of a phase with a time limit, nanoseconds; null for a phase with a count. */
export function longestNs(limit: PhaseLimit): number | null {
  if (limit.kind === "duration") return limit.durationNs;
  return limit.kind === "steady" ? limit.mostNs : null;
}

/** Maximum length of a repetition with a time limit, including warm-up, nanoseconds. */
export function maxRepetitionNs({
  limit,
  warmupNs,
}: Pick<PhasePlan, "limit" | "warmupNs">): number {
  return (longestNs(limit) ?? 0) + warmupNs;
}

/** One timed step with all defaults filled. */
export interface PhasePlan {
  /** Unique in the plan; contains the matrix values: `read[queueDepth=4]`. */
  readonly name: string;
  readonly dataset: string;
  readonly mix: readonly { readonly operation: Operation; readonly weight: number }[];
  readonly access: AccessPattern;
  readonly accessParameters: AccessParameters;
  /** Block size, or the largest of a mix, which all others divide. */
  readonly blockBytes: number;
  /** Sizes and their weights, smallest first; empty where all blocks have `blockBytes`. */
  readonly blockMix: readonly BlockShare[];
  readonly workers: number;
  readonly queueDepth: number;
  /** Hosts that run the phase, each with these workers; absent: all hosts of the run. */
  readonly hosts?: number;
  /** Schedule of an open loop; null: closed loop. */
  readonly rate: RatePlan | null;
  readonly warmupNs: number;
  /**
   * Whether the warm-up is determined from the time series afterward, at most half of the phase.
   */
  readonly warmupAuto: boolean;
  readonly limit: PhaseLimit;
  readonly cache: CachePolicy;
  readonly engine: EngineName | "auto";
  /** Polling of the uring engine. */
  readonly polling: Polling;
  /** Null: no sync calls. */
  readonly sync: SyncPlan | null;
  /** Files are opened with O_DSYNC: each write is durable when it completes. */
  readonly dsync: boolean;
  /** Part size of `upload` and `download`. */
  readonly partBytes: number;
  /** Parts of one object in flight. */
  readonly partConcurrency: number;
  /** Maximum retries of the S3 client per request. */
  readonly retries: number;
  /** Whether to compare all blocks read with the data written; see the dataset's `verifiable`. */
  readonly verify: boolean;
  /** Options of requests to a bucket. */
  readonly objects: ObjectOptions;
  readonly listing: ListingPlan;
  /** Null if the phase does not restore objects. */
  readonly restore: RestorePlan | null;
  /** Objects per `deleteObjects` request. */
  readonly keysPerRequest: number;
  /** Matrix coordinates as written in the scenario, empty outside a matrix. */
  readonly matrix: Readonly<Record<string, string>>;
  /** Search for a load; absent if the phase runs once. */
  readonly find?: FindPlan;
  /** Thresholds of the phase; absent if there are none. Not part of the plan's hash. */
  readonly thresholds?: readonly Threshold[];
  /** Position in the scenario; absent in older runs. Not part of the plan's hash. */
  readonly place?: NonNullable<Threshold["place"]>;
}

/** Default options of requests to a bucket, also for older runs without these fields. */
export const PLAIN_REQUESTS: Pick<PhasePlan, "objects" | "listing" | "restore" | "keysPerRequest"> =
  {
    objects: PLAIN_OBJECTS,
    listing: PLAIN_LISTING,
    restore: null,
    keysPerRequest: MAX_KEYS,
  };

/** The complete workload of a run, independent of the target. */
export interface Plan {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Statements of the guide that this workload tests: `G05`. */
  readonly guide: readonly string[];
  /** Target kinds that it is for; absent: all. Not part of the plan's hash. */
  readonly targets?: readonly TargetKind[];
  readonly seed: number;
  readonly repetitions: number;
  /** Length of an interval, nanoseconds; 0: 0.1 or 1 s, depending on the length of the phase. */
  readonly intervalNs: number;
  readonly datasets: readonly DatasetPlan[];
  /** Amounts of datasets that the target determines; absent: none. Not part of the plan's hash. */
  readonly autoAmounts?: readonly AutoAmount[];
  readonly phases: readonly PhasePlan[];
}
