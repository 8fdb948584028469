import type { ResolvedPhase } from "../load/task.ts";
import type { PhasePlan, Plan } from "../model/plan/plan.ts";
import type { SearchPoint } from "../model/plan/search.ts";
import type { Usage } from "../model/run/cost.ts";
import type { Environment } from "../model/run/environment.ts";
import type { ClientLimits } from "../model/run/harness.ts";
import type { PhaseResult, Run, RunState, Warning } from "../model/run/run.ts";
import type { StorageKnowledge } from "../model/target/knowledge.ts";
import type { TargetSpec } from "../model/target/target.ts";
import type { FolderIdentity } from "../posix/folder.ts";

/** Everything a run depends on, named: nothing is taken from around it. */
export interface RunRequest {
  readonly plan: Plan;
  readonly planHash: string;
  readonly target: TargetSpec;
  /** Which engine, threads and depth each phase gets on this target. */
  readonly resolve: (phase: PhasePlan) => ResolvedPhase;
  readonly runId: string;
  readonly assayVersion: string;
  readonly resultsFolder: string;
  /** Leave the data in the target for later runs. */
  readonly keepData: boolean;
  /** Use data a former run left there. */
  readonly reuseData: boolean;
  /** Longest time for cleaning and closing, milliseconds; null or absent: see `cleanupLimits`. */
  readonly cleanupTimeoutMs?: number | null;
  /** How to remove by hand what a clean-up that was ended may have left, a clause. */
  readonly remedy?: () => string;
  /** Aborted by the first Ctrl-C: end early, keep what was measured, clean up. */
  readonly signal: AbortSignal;
  readonly events: RunEvents;
  /** Result of this machine's selftest, if one was made. */
  readonly floors?: ClientLimits | null;
  /** What is known of the storage, found out before any load; absent: nothing is stored of it. */
  readonly learn?: (environment: Environment) => Promise<StorageKnowledge>;
  /** What the requests of a run cost, given what was sent to prepare and clean. */
  readonly cost?: (run: Run, around: readonly Usage[]) => Run["cost"];
  /** How the thresholds of a run that has ended came out. */
  readonly judge?: (run: Run) => Run["thresholds"];
}

/** One look at a phase while it runs. */
export interface PhaseProgress {
  readonly phase: PhasePlan;
  readonly repetition: number;
  readonly repetitions: number;
  readonly elapsedNs: number;
  /** Null where a count ends the phase. */
  readonly totalNs: number | null;
  /** Of the interval just closed. */
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p99Ns: number | null;
  /** Since the start of measuring. */
  readonly errors: number;
  /** Share of the planned count that is done; null if time ends the phase. */
  readonly doneShare: number | null;
}

/** One look at a clean-up while it goes on. */
export interface CleaningProgress {
  readonly doneBytes: number;
  /** 0 before anything was removed. */
  readonly totalBytes: number;
  /** Milliseconds since something was removed. */
  readonly silentMs: number;
  /** Milliseconds until the clean-up ends if nothing more is removed. */
  readonly leftMs: number;
}

/** What a run tells while it goes on; the command line decides what of it to show. */
export interface RunEvents {
  started(run: Run, folder: string): void;
  /** Data is written or removed before a phase. */
  preparing(phase: PhasePlan, doneBytes: number, totalBytes: number, what: string): void;
  /** What must be known of a phase before it is measured. */
  warned(phase: PhasePlan, message: string): void;
  /** The load of a phase starts, with its warm-up. */
  measuring(phase: PhasePlan, repetition: number, repetitions: number): void;
  progress(progress: PhaseProgress): void;
  finished(result: PhaseResult): void;
  /** A point of a search was compared with the objective. */
  evaluated(point: SearchPoint): void;
  /** Data is removed after the last phase; told every second, also while nothing happens. */
  cleaning(progress: CleaningProgress): void;
  /** What stays in the target or is noted of its clean-up, of a run that could not be stored. */
  left(warning: Warning): void;
}

/** How the phases of a run ended. */
export interface RunEnd {
  readonly state: RunState;
  readonly reason: string | null;
  readonly error: unknown;
  /** True where operations did not stop when the run was interrupted. */
  readonly stuck?: boolean;
}

/** A finished run and where it is stored. */
export interface FinishedRun {
  readonly run: Run;
  readonly folder: string;
  /** Which folder that is, device and inode: its path may lead to another one by now. */
  readonly identity: FolderIdentity;
  /** What ended the run early, a PreflightError or a defect of ours; null otherwise. */
  readonly error: unknown;
  /** True where a call to the storage was given up and may still block a thread. */
  readonly stuck?: boolean;
}
