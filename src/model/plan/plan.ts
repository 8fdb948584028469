/**
 * What is to be run, with every default filled: phases, datasets, rates, searches, thresholds. A
 * plan is plain data that is hashed and stored with its run; `scenario` makes it from a file. Begin
 * with `Plan` and `PhasePlan` in this file. Operations are the rows of `operation-rows.ts`.
 */

import type { TargetKind } from "../target/kind.ts";
import type { DatasetPlan } from "./dataset.ts";
import { type ObjectOptions, PLAIN_OBJECTS } from "./object-options.ts";
import type { Operation } from "./operation.ts";
import type { RatePlan } from "./rate.ts";
import type { FindPlan } from "./search.ts";
import type { Threshold } from "./threshold.ts";

/** The engines there are; `auto` in a plan lets the target and the operations decide. */
export const ENGINE_NAMES = ["null", "synthetic", "sync", "uring", "s3-sdk", "s3-wire"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * How the page cache is kept out of (or let into) a measurement: `direct` bypasses it (O_DIRECT),
 * `dropped` empties it before each repetition, `warm` reads the dataset once beforehand.
 */
export const CACHE_POLICIES = ["direct", "dropped", "warm"] as const;
export type CachePolicy = (typeof CACHE_POLICIES)[number];

/** In which order a workload visits its dataset. */
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
 * Who looks for work in a ring of io_uring: nobody until asked (`none`), a thread of the kernel
 * that takes operations in (`submission`), or whoever waits for them looks at the device itself,
 * which then sends no interrupts (`completion`).
 */
export const POLLINGS = ["none", "submission", "completion"] as const;
export type Polling = (typeof POLLINGS)[number];

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

/** A stretch of the dataset for each worker, or one that all workers walk through by turns. */
export const ACCESS_REGIONS = ["worker", "shared"] as const;

/** What an access pattern is told beside its name; neutral where it takes nothing. */
export interface AccessParameters {
  /** Of `sequential`, `strided` and `reverse`. */
  readonly region: (typeof ACCESS_REGIONS)[number];
  /** `zipf`: the block of rank r is asked for in proportion to 1 / r^theta; 0 elsewhere. */
  readonly theta: number;
  /** `strided`: from the start of one block to that of the next; 0 elsewhere. */
  readonly strideBytes: number;
  /** `hotspot`: the share of operations that goes to the hot share of the data; 0 elsewhere. */
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
  /** Of operations, not of bytes. */
  readonly weight: number;
}

/** What `list` and `listVersions` ask a store for. */
export interface ListingPlan {
  /** `directory`: the prefix of one directory at a time. `dataset`: that of all of them. */
  readonly prefix: "directory" | "dataset";
  /** With the delimiter `/`: names of one level, those below it summed up by their prefix. */
  readonly delimiter: boolean;
  /** Keys of one page at most. */
  readonly pageSize: number;
}

/** A thousand is all that S3 gives, and what it gives unless told otherwise. */
export const MAX_KEYS = 1000;

export const PLAIN_LISTING: ListingPlan = {
  prefix: "directory",
  delimiter: false,
  pageSize: MAX_KEYS,
};

export const RESTORE_TIERS = ["Standard", "Bulk", "Expedited"] as const;

/** How archived objects are asked for, and for how long one is waited for. */
export interface RestorePlan {
  readonly tier: (typeof RESTORE_TIERS)[number];
  /** For how many days the restored copy is kept. */
  readonly days: number;
  /** From one look at the object to the next. */
  readonly pollNs: number;
  /** An object that cannot be read after so long is an error, `ETIMEDOUT`. */
  readonly deadlineNs: number;
}

/** When a phase ends: exactly one of them is set. Counts are for all workers together. */
export type PhaseLimit =
  | { readonly kind: "duration"; readonly durationNs: number }
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "operations"; readonly operations: number }
  /** Whole passes over the dataset. */
  | { readonly kind: "epochs"; readonly epochs: number }
  /** Once the rate has been steady for a while; only that while is reported. */
  | SteadyLimit;

/**
 * A window of the time line is steady where its largest and smallest rate lie within a share of its
 * mean of each other, and the line through it rises or falls by no more than another share of it.
 */
export interface SteadyLimit {
  readonly kind: "steady";
  readonly windowNs: number;
  readonly rangeShare: number;
  readonly slopeShare: number;
  /** The phase ends after so long, steady or not. */
  readonly mostNs: number;
}

/** How long a phase that time ends goes on at the most; null for one that a count ends. */
export function longestNs(limit: PhaseLimit): number | null {
  if (limit.kind === "duration") return limit.durationNs;
  return limit.kind === "steady" ? limit.mostNs : null;
}

/** How long one go at a phase that time ends lasts at the most, its warm-up included. */
export function maxRepetitionNs({
  limit,
  warmupNs,
}: Pick<PhasePlan, "limit" | "warmupNs">): number {
  return (longestNs(limit) ?? 0) + warmupNs;
}

/** One timed step with every default filled. */
export interface PhasePlan {
  /** Unique in the plan; carries the matrix values: `read[queueDepth=4]`. */
  readonly name: string;
  readonly dataset: string;
  readonly mix: readonly { readonly operation: Operation; readonly weight: number }[];
  readonly access: AccessPattern;
  readonly accessParameters: AccessParameters;
  /** Of a mix of sizes the largest, which all others divide. */
  readonly blockBytes: number;
  /** Sizes and their weights, smallest first; empty where all blocks have `blockBytes`. */
  readonly blockMix: readonly BlockShare[];
  readonly workers: number;
  readonly queueDepth: number;
  /** When operations fall due; null: a closed loop, in which each follows the one before. */
  readonly rate: RatePlan | null;
  readonly warmupNs: number;
  /** The warm-up is found in the time line afterwards, at most half of the phase. */
  readonly warmupAuto: boolean;
  readonly limit: PhaseLimit;
  readonly cache: CachePolicy;
  readonly engine: EngineName | "auto";
  /** Of the uring engine. */
  readonly polling: Polling;
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
  /** Hold every block that is read against what was written; see the dataset's `verifiable`. */
  readonly verify: boolean;
  /** What is asked of a bucket's objects beside the operation. */
  readonly objects: ObjectOptions;
  readonly listing: ListingPlan;
  /** Null where nothing is restored. */
  readonly restore: RestorePlan | null;
  /** Objects of one `deleteObjects` request. */
  readonly keysPerRequest: number;
  /** Matrix coordinates as written in the scenario, empty outside a matrix. */
  readonly matrix: Readonly<Record<string, string>>;
  /** The phase is run at many loads; absent where it is run once, as written. */
  readonly find?: FindPlan;
  /** What the phase is held to; absent where nothing is said. No part of the plan's hash. */
  readonly thresholds?: readonly Threshold[];
}

/** What a phase asks of a bucket where it says nothing; older runs have no such fields at all. */
export const PLAIN_REQUESTS: Pick<PhasePlan, "objects" | "listing" | "restore" | "keysPerRequest"> =
  {
    objects: PLAIN_OBJECTS,
    listing: PLAIN_LISTING,
    restore: null,
    keysPerRequest: MAX_KEYS,
  };

/** What will be done, with nothing left implicit. The same plan can run on any target. */
export interface Plan {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Statements of the guide this workload speaks to: `G05`. */
  readonly guide: readonly string[];
  /** Kinds of target it is meant for; absent: any that can do it. No part of the plan's hash. */
  readonly targets?: readonly TargetKind[];
  readonly seed: number;
  readonly repetitions: number;
  /** Width of one cell of the time grid; 0 lets the phase's length decide (0.1 or 1 s). */
  readonly intervalNs: number;
  readonly datasets: readonly DatasetPlan[];
  readonly phases: readonly PhasePlan[];
}
