import type { ResolvedPhase } from "../load/task.ts";
import type { PhasePlan, Plan } from "../model/plan/plan.ts";
import type { SearchPoint } from "../model/plan/search.ts";
import type { Usage } from "../model/run/cost.ts";
import type { Environment } from "../model/run/environment.ts";
import type { ClientLimits } from "../model/run/harness.ts";
import type { RunState } from "../model/run/measurement.ts";
import type { PhaseResult, Run, SkippedPhase, Warning } from "../model/run/run.ts";
import type { StorageKnowledge } from "../model/target/knowledge.ts";
import type { TargetSpec } from "../model/target/target.ts";
import type { FolderIdentity } from "../posix/folder.ts";

/** Complete input of a run; it uses no global state. */
export interface RunRequest {
  readonly plan: Plan;
  readonly planHash: string;
  /** Phases of the scenario that the plan lacks, because the target does not support them. */
  readonly skippedPhases?: readonly SkippedPhase[];
  readonly target: TargetSpec;
  /** Returns engine, threads and queue depth of a phase on this target. */
  readonly resolve: (phase: PhasePlan) => ResolvedPhase;
  readonly runId: string;
  readonly assayVersion: string;
  readonly resultsFolder: string;
  /** Clause on what to do if it cannot be written; absent: choose another `--results`. */
  readonly resultsRemedy?: string;
  /** Name of the directory of the run there; absent: its id. */
  readonly folderName?: string;
  /** Keep the data in the target for later runs. */
  readonly keepData: boolean;
  /** Use data that an earlier run kept there. */
  readonly reuseData: boolean;
  /** Run of the same command that handed over its data; absent: none. */
  readonly sharedFrom?: string | undefined;
  /** Leave the data to the next run of the command if this run is complete. */
  readonly handsOverData?: boolean | undefined;
  /** Time limit of cleanup and closing, milliseconds; null or absent: see `cleanupLimits`. */
  readonly cleanupTimeoutMs?: number | null;
  /** Clause on how to remove data of a run by hand that an incomplete cleanup may leave. */
  readonly remedy?: (dataRunId: string) => string;
  /** Aborted by the first Ctrl-C: the run ends early, keeps its results and cleans up. */
  readonly signal: AbortSignal;
  /** Called if a run that is not stored abandoned a call to the storage, which may still block. */
  readonly onStuck?: () => void;
  readonly events: RunEvents;
  /** Client limits of this host; null or absent if no selftest was run. */
  readonly floors?: ClientLimits | null;
  /** Finds facts about the storage before the load; absent: none are stored. */
  readonly learn?: (environment: Environment) => Promise<StorageKnowledge>;
  /** Prices a run; `around`: requests of its preparation and cleanup. */
  readonly cost?: (run: Run, around: readonly Usage[]) => Run["cost"];
  /** Evaluates the thresholds of a run that has ended. */
  readonly evaluate?: (run: Run) => Run["thresholds"];
}

/** Progress of a phase at the end of an interval. */
export interface PhaseProgress {
  readonly phase: PhasePlan;
  readonly repetition: number;
  readonly repetitions: number;
  readonly elapsedNs: number;
  /** Planned length; null if a count ends the phase. */
  readonly totalNs: number | null;
  /** Rate of the last interval; likewise the next two. */
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Service time; null with too few operations for a p99. */
  readonly p99Ns: number | null;
  /** Since the start of measuring. */
  readonly errors: number;
  /** Share of the planned count that is done; null if time ends the phase. */
  readonly doneShare: number | null;
}

/** Progress of a cleanup. */
export interface CleaningProgress {
  readonly doneBytes: number;
  /** 0 before the first removal. */
  readonly totalBytes: number;
  /** Milliseconds since the last removal. */
  readonly silentMs: number;
  /** Milliseconds until the cleanup ends if nothing more is removed. */
  readonly leftMs: number;
}

/** Events of a run; the command line decides what to show. */
export interface RunEvents {
  started(run: Run, folder: string): void;
  /**
   * Data is written or removed, or the page cache set, before a phase; `what`: such as `writing
   * dataset data`. The total is 0 while it is unknown; both are 0 if no bytes are counted.
   */
  preparing(phase: PhasePlan, doneBytes: number, totalBytes: number, what: string): void;
  /** A warning about a phase before it is measured. */
  warned(phase: PhasePlan, message: string): void;
  /** The load of a phase starts, with its warm-up. */
  measuring(phase: PhasePlan, repetition: number, repetitions: number): void;
  progress(progress: PhaseProgress): void;
  finished(result: PhaseResult): void;
  /** A point of a search was compared with the objective. */
  evaluated(point: SearchPoint): void;
  /** Data is removed after the last phase; sent at least every second. */
  cleaning(progress: CleaningProgress): void;
  /** A warning of the cleanup of a run that could not be stored. */
  left(warning: Warning): void;
}

/** End of the phases of a run. */
export interface RunEnd {
  readonly state: RunState;
  readonly reason: string | null;
  readonly error: unknown;
  /** True if operations did not stop after an interruption. */
  readonly stuck?: boolean;
}

/** A finished run and the directory it is stored in. */
export interface FinishedRun {
  readonly run: Run;
  readonly folder: string;
  /** Device and inode of the directory: its path may lead elsewhere by now. */
  readonly identity: FolderIdentity;
  /** Error that ended the run early, a PreflightError or an internal error; else null. */
  readonly error: unknown;
  /** True if a call to the storage was abandoned and may still block a thread. */
  readonly stuck?: boolean;
  /** True if the data is left for the next run of the command. */
  readonly handedOver?: boolean;
}
