/**
 * What every kind of target promises, and what their code shares: a `Target` is what can be done
 * with one before and after a run, a `TargetSession` what a run does with it. The files of this
 * folder open no target and know no manifest. `refusal.ts` makes sentences of failed calls on
 * paths, `survey.ts` has the questions that are asked before a run, `pace.ts` keeps long rows of
 * calls from blocking.
 */
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import type { StoredAs } from "../../model/plan/object-options.ts";
import type { CachePolicy, Plan } from "../../model/plan/plan.ts";
import type { Usage } from "../../model/run/cost.ts";

/** How a run opens its target. */
export interface OpenOptions {
  readonly runId: string;
  readonly assayVersion: string;
  /** Every dataset of the plan: the manifest lists them before the first byte is written. */
  readonly datasets: readonly DatasetPlan[];
  /** Use kept data of an earlier run when its manifest names the same datasets. */
  readonly reuse: boolean;
  /** Whether a phase overwrites blocks in place; a device is opened to read unless one does. */
  readonly writes?: boolean;
  /** Told what the user should know but need not stop for, a sentence each. */
  readonly onWarning?: (message: string) => void;
  /** Aborted by Ctrl-C: opening stops, removes what it made and rejects with the reason. */
  readonly signal?: AbortSignal;
  /** What is to run; absent: only whether the target can be used at all is asked beforehand. */
  readonly plan?: Plan;
}

/** What a survey is made for. */
export interface SurveyOptions {
  /** What is to run; absent: whether the target can be used at all. */
  readonly plan?: Plan | undefined;
  /** Kept data may be used, so no space is needed for it. */
  readonly reuse?: boolean;
  /** Aborted by Ctrl-C: rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told what could not be asked without writing, a sentence each. */
  readonly onWarning?: (message: string) => void;
}

/** A run's folder found in a target. */
export interface Leftover {
  readonly runId: string;
  /** Where it lies: a path, or `s3://bucket/prefix`. */
  readonly where: string;
  readonly startedAt: string | null;
  readonly host: string | null;
  /** Its process still runs. */
  readonly live: boolean;
  readonly kept: boolean;
  /** Why its manifest cannot be used; null where it can. */
  readonly problem: string | null;
}

/** Told while data is written or removed, so that a long preparation is not silent. */
export type PrepareProgress = (doneBytes: number, totalBytes: number, what: string) => void;

/** How the preparation of a run is steered from outside. */
export interface PrepareOptions {
  readonly progress: PrepareProgress;
  /** Aborted on Ctrl-C: preparation stops and rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** How the objects of a bucket are to lie there; those that lie otherwise are written anew. */
  readonly objects?: StoredAs;
  /** Whether the location has to name each object's entity tag. */
  readonly entityTags?: boolean;
  /** Whether the phase renames: the second names of the dataset's files have to be free. */
  readonly renames?: boolean;
}

/** How a clean-up, or another access to a target outside the phases, is steered from outside. */
export interface CleanOptions {
  readonly progress?: PrepareProgress;
  /**
   * Aborted by Ctrl-C or at the deadline: the clean-up stops, and what it did not come to is left
   * and said. It does not throw.
   */
  readonly signal?: AbortSignal;
}

/** Writes of a run that were cut off before the store answered: it may still make them. */
export interface CutOffWrites {
  readonly count: number;
  /** True where `count` is not known, and the most it can be. */
  readonly isMost: boolean;
}

/** What a clean-up found and did. */
export interface CleanReport {
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** What is left and why, one sentence each; empty when all is gone. */
  readonly left: readonly string[];
  /** True where something this run made could not be removed, or may be anywhere by now. */
  readonly incomplete?: boolean;
  /** Files that the run's manifest lists; absent where that is not known. */
  readonly listedFiles?: number;
  /** How many of the listed files are not known to be gone. */
  readonly leftFiles?: number;
  /** What could not be looked into, one sentence each; nothing of the run is known to stay. */
  readonly notes?: readonly string[];
  /** Set where data may still appear after this clean-up, which was told of such writes. */
  readonly cutOff?: CutOffWrites;
  /** True where the target has no such run, nor data that it used. */
  readonly absent?: boolean;
}

/**
 * A target during one run: it owns `assay-<run id>/` below the target and nothing else. Every
 * method throws `PreflightError` for what the machine or the storage refuses.
 */
export interface TargetSession {
  readonly location: Location;
  /** True where kept data of an earlier run was taken over, which this one did not write. */
  readonly reused?: boolean;
  /**
   * Brings a dataset into the state a phase needs and yields where it lies. `present`: every file
   * is there with its size (missing ones are written, a changed one is an error); `absent`: none of
   * them is, but their directories are.
   */
  prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation>;
  /**
   * Told that a phase changed a dataset: `create` wrote files, `delete` removed them. `stored` says
   * how all of its objects lie there now, where that is known.
   */
  changed(dataset: string, stored?: StoredAs): void;
  /**
   * Makes the page cache what the policy says: `dropped` empties it for the dataset's files,
   * `warm` reads them once. Returns warnings where it could not.
   */
  setCache(
    dataset: DatasetLocation,
    policy: CachePolicy,
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Share of a dataset's bytes that is in this machine's page cache, 0 to 1; null where that cannot
   * be asked or makes no sense. Leaves the cache as the policy wants it.
   */
  residency(
    dataset: DatasetLocation,
    policy: CachePolicy,
    signal?: AbortSignal,
  ): Promise<number | null>;
  /** Told of writes of a phase that were cut off before they were answered. */
  cutOff?(writes: CutOffWrites): void;
  /** Removes what the manifest lists. Never throws for what is already gone. */
  clean(options?: CleanOptions): Promise<CleanReport>;
  /** Requests sent to prepare and to clean, where a store charges for them. */
  usage?(): readonly Usage[];
  /** Marks the data as kept for later runs; the folder stays. Aborted: rejects with the reason. */
  keep(signal?: AbortSignal): Promise<void>;
  /** Lets go of locks and connections; the data stays as it is. Aborted: without a farewell. */
  close(signal?: AbortSignal): Promise<void>;
}

/** A target as it is used outside a run's phases; `../index.ts` says what each method does. */
export interface Target {
  open(options: OpenOptions): Promise<TargetSession>;
  survey(options: SurveyOptions): Promise<void>;
  clean(runId: string, options: CleanOptions): Promise<CleanReport>;
  find(use: "look" | "write", signal: AbortSignal | undefined): Promise<readonly Leftover[]>;
}

/** The report of a clean-up in a target that keeps nothing of any run. */
export const NOTHING_THERE: CleanReport = {
  removedFiles: 0,
  removedBytes: 0,
  left: [],
  absent: true,
};
