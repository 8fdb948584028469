/**
 * Interfaces that every kind of target implements, and their shared code. A `Target` has the
 * methods for use before and after a run, a `TargetSession` those for use during a run.
 * `refusal.ts` makes errors of failed calls on paths, `survey.ts` has checks to make before a run,
 * and `pace.ts` keeps many synchronous calls from blocking the event loop. The files of this folder
 * open no target and read no manifest.
 */
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import type { StoredAs } from "../../model/plan/object-options.ts";
import type { Part } from "../../model/plan/part.ts";
import type { CachePolicy, Plan } from "../../model/plan/plan.ts";
import type { Usage } from "../../model/run/cost.ts";
import type { TargetSpace } from "./space.ts";

/** Options for opening a target for a run. */
export interface OpenOptions {
  readonly runId: string;
  readonly assayVersion: string;
  /** All datasets of the plan; the manifest lists them before the first byte is written. */
  readonly datasets: readonly DatasetPlan[];
  /** Whether to reuse kept data of an earlier run whose manifest lists the same datasets. */
  readonly reuse: boolean;
  /** Whether to refuse the run if there is no such data. */
  readonly requireKept?: boolean;
  /** Run of the same command that handed over its data of the same datasets. */
  readonly sharedFrom?: string | undefined;
  /** Whether a phase overwrites blocks in place; otherwise a device is opened read-only. */
  readonly writes?: boolean;
  /** Called with each warning that does not stop the run. */
  readonly onWarning?: (message: string) => void;
  /**
   * Whether another host, the keeper, has opened the run, which this host joins: the session uses
   * the keeper's data, and neither holds it, nor changes its manifest, nor removes it.
   */
  readonly member?: true;
  /** Aborted by Ctrl-C: opening stops, removes what it created and rejects with the reason. */
  readonly signal?: AbortSignal;
  /** Plan to run; absent: checks only whether the target can be used at all. */
  readonly plan?: Plan;
}

/** Options for checking a target before a run. */
export interface SurveyOptions {
  /** Plan to check; absent: checks only whether the target can be used at all. */
  readonly plan?: Plan | undefined;
  /** Whether kept data may be reused, so that no space is needed for it. */
  readonly reuse?: boolean;
  /** Run of the same command that handed over its data, so that no space is needed for it. */
  readonly sharedFrom?: string | undefined;
  /** Run that this host joins; its data is not that of another run, and has its space. */
  readonly joined?: string | undefined;
  /** Aborted by Ctrl-C: rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with one message per check that is not possible without writing. */
  readonly onWarning?: (message: string) => void;
}

/** A run whose data was found in a target. */
export interface Leftover {
  readonly runId: string;
  /** Location of the data: a path, or `s3://bucket/prefix`. */
  readonly where: string;
  /** Start of the run, ISO 8601; null if the manifest cannot be read. */
  readonly startedAt: string | null;
  /** Host that uses the data; null if no run uses it. */
  readonly host: string | null;
  /** Whether its process still runs. */
  readonly live: boolean;
  readonly kept: boolean;
  /** Reason why its manifest cannot be used; null if it can. */
  readonly problem: string | null;
  /** Whether the target can tell its files from others, so that cleanup may remove them. */
  readonly hasKnownFiles: boolean;
}

/** Rates at which a target takes new data; `filesPerSecond`: of small files or objects. */
export interface WriteRates {
  readonly bytesPerSecond: number;
  readonly filesPerSecond: number;
}

/** Reports the progress of writing or removing data. */
export type PrepareProgress = (doneBytes: number, totalBytes: number, what: string) => void;

/** Options for preparing a dataset. */
export interface PrepareOptions {
  readonly progress: PrepareProgress;
  /** Aborted by Ctrl-C: preparation stops and rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Required storage class, encryption and checksum; objects that differ are written again. */
  readonly objects?: StoredAs;
  /** Whether the location must include each object's entity tag. */
  readonly entityTags?: boolean;
  /** Whether the phase renames files, so that the second names of the files must be free. */
  readonly renames?: boolean;
  /**
   * This host's part of the files; other hosts prepare the rest. Absent: the whole dataset. After a
   * preparation in parts, and for a member, a call without it writes nothing: it waits up to 5 s
   * until this host sees the files of all hosts.
   */
  readonly part?: Part;
}

/** Options for a cleanup. */
export interface CleanOptions {
  readonly progress?: PrepareProgress;
  /**
   * Aborted by Ctrl-C or at the deadline: the cleanup stops and reports what remains. It does not
   * throw.
   */
  readonly signal?: AbortSignal;
}

/** Writes of a run without a response; the S3 server may still complete them. */
export interface CutOffWrites {
  readonly count: number;
  /** True if `count` is only an upper bound. */
  readonly isMost: boolean;
}

/** Result of a cleanup. */
export interface CleanReport {
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** Data that remains and the reason, one message each; empty if all data was removed. */
  readonly left: readonly string[];
  /** True if data of this run could not be removed, or was moved elsewhere. */
  readonly incomplete?: boolean;
  /** Files listed in the run's manifest; absent if unknown. */
  readonly listedFiles?: number;
  /** Listed files that may remain. */
  readonly leftFiles?: number;
  /** Checks that were not possible, one message each; no data of the run is known to remain. */
  readonly notes?: readonly string[];
  /** Writes that may still complete after this cleanup; absent if there are none. */
  readonly cutOff?: CutOffWrites;
  /** True if the target has neither data of the run nor kept data that it reused. */
  readonly absent?: boolean;
}

/**
 * A target during one run. It owns `assay-<run id>/` below the target and nothing else. Every
 * method throws PreflightError if the host or the storage refuses an operation.
 */
export interface TargetSession {
  readonly location: Location;
  /** True if the run reuses kept data of an earlier run. */
  readonly reused?: boolean;
  /** Run of the same command that created the data; absent if this run did. */
  readonly sharedFrom?: string | undefined;
  /**
   * Brings a dataset into the state that a phase needs and returns its location. `present`: every
   * file exists with its size; missing files are written, a changed file is an error. `absent`: the
   * directories exist, the files do not; only the keeper removes files.
   */
  prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation>;
  /**
   * Records that a phase changed a dataset, for example by creating or deleting files. `stored` is
   * how all its objects are stored now, if known. If several hosts share the data, every host must
   * record it, including those without a part of the phase.
   */
  changed(dataset: string, stored?: StoredAs): void;
  /**
   * Applies a cache policy to this host's page cache: `dropped` evicts the dataset's files, `warm`
   * reads them once. Covers the whole dataset, so with H hosts `warm` reads the dataset H times and
   * `dropped` opens each file H times. Returns a warning for each part that failed. Absent if data
   * of the target never passes the page cache.
   */
  setCache?(
    dataset: DatasetLocation,
    policy: CachePolicy,
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Share of a dataset's bytes in this host's page cache, 0 to 1; null if it is unknown or there is
   * no page cache. Leaves the cache as the policy requires.
   */
  residency(
    dataset: DatasetLocation,
    policy: CachePolicy,
    signal?: AbortSignal,
  ): Promise<number | null>;
  /** Records writes of a phase that were aborted before their responses arrived. */
  cutOff?(writes: CutOffWrites): void;
  /**
   * Writes of a member that may still complete, known after its `clean`: the keeper needs them
   * (`cutOff`) before it cleans. Absent if there can be none.
   */
  unanswered?(): CutOffWrites;
  /**
   * Removes the data that the manifest lists; data that is already gone is not an error. A member
   * removes nothing.
   */
  clean(options?: CleanOptions): Promise<CleanReport>;
  /** Requests sent for preparation and cleanup; absent if the target has no request charges. */
  usage?(): readonly Usage[];
  /** Marks the data as kept for later runs. Aborted: rejects with the reason. */
  keep(signal?: AbortSignal): Promise<void>;
  /**
   * Leaves the data to the next run of this command, which takes it over with `sharedFrom`. Without
   * such a run, `clean` of the target removes it. Absent if the target cannot do that.
   */
  handOver?(): Promise<void>;
  /**
   * Writes 128 random bits to the run's data and returns them as hexadecimal digits: a host that
   * reads the same digits has the same storage (`readToken`). Absent if hosts cannot share the
   * target.
   */
  writeToken?(): Promise<string>;
  /**
   * Makes a member the keeper, because the keeper is lost: it holds the data and removes it.
   *
   * @throws PreflightError if the data is gone, or another member holds it
   */
  takeOver?(): Promise<void>;
  /** Releases locks and connections without changing data. Aborted: skips the release on S3. */
  close(signal?: AbortSignal): Promise<void>;
}

/** A target outside a run's phases; `../index.ts` documents the methods. */
export interface Target {
  open(options: OpenOptions): Promise<TargetSession>;
  /** Opens the data of a run that another host holds. @throws NotVisibleError if it sees none */
  join(options: OpenOptions): Promise<TargetSession>;
  /** Token of a run's data; null if the data has none. @throws NotVisibleError if it sees none */
  readToken(runId: string, signal: AbortSignal | undefined): Promise<string | null>;
  survey(options: SurveyOptions): Promise<void>;
  /** Throws PreflightError if the target cannot be opened. */
  space(): Promise<TargetSpace>;
  clean(runId: string, options: CleanOptions): Promise<CleanReport>;
  find(use: "look" | "write", signal: AbortSignal | undefined): Promise<readonly Leftover[]>;
}

/** Cleanup report of a target that stores no data of runs, and of a member. */
export const NO_DATA: CleanReport = {
  removedFiles: 0,
  removedBytes: 0,
  left: [],
  absent: true,
};
