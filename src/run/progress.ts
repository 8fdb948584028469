import type { PhasePlan } from "../model/plan/plan.ts";
import type { SearchPoint } from "../model/plan/search.ts";
import type { PhaseResult, Run, Warning } from "../model/run/run.ts";

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
  /** Since the phase began. */
  readonly errors: number;
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
  /** The workers are let go. */
  measuring(phase: PhasePlan, repetition: number): void;
  progress(progress: PhaseProgress): void;
  finished(result: PhaseResult): void;
  /** A point of a search was held against the objective. */
  judged(point: SearchPoint): void;
  /** Data is removed after the last phase; told every second, also while nothing happens. */
  cleaning(progress: CleaningProgress): void;
  /** What stays in the target or is noted of its clean-up, of a run that could not be stored. */
  left(warning: Warning): void;
}
