import { trialsOf } from "../../metrics/search/search.ts";
import { maxRepetitionNs, type Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { estimatedMs, PreparationPace } from "./preparation.ts";
import { isStepOf, type Job, jobKey, plannedMs, type Step, stepsOf } from "./steps.ts";

/** Time until the command ends. */
export interface Remaining {
  readonly ms: number;
  /** True if a part of the work has no estimate yet, such as a phase that a count ends. */
  readonly isLowerBound: boolean;
}

interface JobState extends Job {
  readonly steps: readonly Step[];
  /** Steps that have ended. */
  done: number;
  ended: boolean;
}

/** The step in progress. */
interface Current {
  readonly startedMs: number;
  prepareMs: number;
  prepareStartedMs: number | null;
  prepareShare: number;
  loadStartedMs: number | null;
  loadShare: number | null;
  points: number;
}

/** Datasets of more files than this have no cleanup estimate before one cleanup was timed. */
const FEW_FILES = 1000;

/** A share below this is too small to extrapolate from. */
const MIN_SHARE = 0.02;

/**
 * The work of a whole command and an estimate of the time it still takes: preparation, warm-up,
 * phases, repetitions and cleanup of all its runs. Planned durations count first; everything else
 * is estimated from what was timed so far.
 */
export class CommandWork {
  private readonly jobs: readonly JobState[];
  private readonly keepsData: boolean;
  private readonly nowMs: () => number;
  private readonly startedMs: number;
  private job: JobState | null = null;
  private current: Current | null = null;
  private cleanupStartedMs: number | null = null;
  private cleanupShare = 0;
  private readonly loadMs = new Map<string, number>();
  private readonly prepareMs = new Map<string, number>();
  private readonly cleanupMs = new Map<string, number>();
  private readonly pace = new PreparationPace();
  private overheadMs = { total: 0, steps: 0 };

  constructor(jobs: readonly Job[], keepsData: boolean, nowMs: () => number) {
    this.jobs = jobs.map((job) => ({ ...job, steps: stepsOf(job), done: 0, ended: false }));
    this.keepsData = keepsData;
    this.nowMs = nowMs;
    this.startedMs = nowMs();
  }

  get elapsedMs(): number {
    return this.nowMs() - this.startedMs;
  }

  /** Position of the current run among all of the command. */
  get runs(): { readonly at: number; readonly of: number } {
    const ended = this.jobs.filter((job) => job.ended).length;
    return { at: Math.min(this.jobs.length, ended + 1), of: this.jobs.length };
  }

  /** Position of the current phase among those of all runs, repetitions counted. */
  get phases(): { readonly at: number; readonly of: number } {
    const of = this.jobs.reduce((sum, { steps }) => sum + steps.length, 0);
    const done = this.jobs.reduce((sum, { done }) => sum + done, 0);
    return { at: Math.min(of, done + 1), of };
  }

  /** A run starts. */
  begin(plan: Plan, target: TargetSpec): void {
    const isNext = (job: JobState) => !job.ended && job.plan === plan && job.target === target;
    this.job = this.jobs.find(isNext) ?? null;
    this.current = null;
  }

  /** The current run has ended, complete or not. */
  end(): void {
    if (this.job === null) return;
    if (this.cleanupStartedMs !== null) {
      this.cleanupMs.set(jobKey(this.job), this.nowMs() - this.cleanupStartedMs);
    }
    this.job.done = this.job.steps.length;
    this.job.ended = true;
    this.job = null;
    this.current = null;
    this.cleanupStartedMs = null;
  }

  /** A phase's dataset is prepared; called again as that goes on. A total of 0 is unknown. */
  preparing(phaseName: string, doneBytes: number, totalBytes: number): void {
    const current = this.enter(phaseName);
    if (current === null || this.job === null || doneBytes + totalBytes === 0) return;
    const now = this.nowMs();
    current.prepareStartedMs ??= now;
    if (totalBytes === 0) return;
    current.prepareMs = now - current.prepareStartedMs;
    current.prepareShare = doneBytes / totalBytes;
    const step = this.job.steps[this.job.done];
    if (step === undefined) return;
    this.pace.record(this.job.target.name, step, current.prepareShare, current.prepareMs);
  }

  /** The load of a phase, or of a point of its search, starts. */
  measuring(phaseName: string): void {
    const current = this.enter(phaseName);
    if (current === null) return;
    current.loadStartedMs ??= this.nowMs();
  }

  /** `share`: of the load of a phase that a count ends; null if unknown. */
  progress(share: number | null): void {
    if (this.current !== null) this.current.loadShare = share;
  }

  /** A phase has ended, or a point of its search. */
  finished(): void {
    const { job, current } = this;
    const step = job?.steps[job.done];
    if (job == null || current === null || step === undefined) return;
    if (step.phase.find !== undefined) current.points++;
    else this.complete(job, step, current);
  }

  /** The data of the current run is removed. */
  cleaning(doneBytes: number, totalBytes: number): void {
    if (this.job !== null) this.job.done = this.job.steps.length;
    this.current = null;
    this.cleanupStartedMs ??= this.nowMs();
    this.cleanupShare = totalBytes === 0 ? 0 : doneBytes / totalBytes;
  }

  /** Estimates the time until the command ends. */
  remaining(): Remaining {
    let ms = 0;
    let isLowerBound = false;
    const add = (part: number | null): void => {
      if (part === null) isLowerBound = true;
      else ms += part;
    };
    for (const job of this.jobs) {
      if (job.ended) continue;
      for (const step of job.steps.slice(job.done)) {
        const current = job === this.job && step === job.steps[job.done] ? this.current : null;
        add(this.prepareLeft(job, step, current));
        add(this.loadLeft(step, current));
        add(this.overheadMs.steps === 0 ? 0 : this.overheadMs.total / this.overheadMs.steps);
      }
      add(this.cleanupLeft(job));
    }
    return { ms, isLowerBound };
  }

  /** Makes a phase's step the current one; a search is over when another phase begins. */
  private enter(phaseName: string): Current | null {
    const { job } = this;
    if (job === null) return null;
    const at = job.steps.findIndex(
      ({ phase }, index) => index >= job.done && isStepOf(phase, phaseName),
    );
    if (at < 0) return null;
    const step = job.steps[job.done];
    if (at > job.done && step !== undefined && this.current !== null) {
      this.complete(job, step, this.current);
    }
    job.done = at;
    this.current ??= {
      startedMs: this.nowMs(),
      ...{ prepareMs: 0, prepareStartedMs: null, prepareShare: 0 },
      ...{ loadStartedMs: null, loadShare: null, points: 0 },
    };
    return this.current;
  }

  private complete(job: JobState, step: Step, current: Current): void {
    const now = this.nowMs();
    const loadMs = now - (current.loadStartedMs ?? now);
    this.loadMs.set(step.key, loadMs);
    this.prepareMs.set(step.key, current.prepareMs);
    const planned = step.phase.find === undefined ? plannedMs(step.phase) : null;
    const otherMs = now - current.startedMs - current.prepareMs - (planned ?? loadMs);
    this.overheadMs.total += Math.max(0, otherMs);
    this.overheadMs.steps++;
    job.done++;
    this.current = null;
  }

  private prepareLeft(job: JobState, step: Step, current: Current | null): number | null {
    if (current !== null && current.loadStartedMs !== null) return 0;
    const known = this.prepareMs.get(step.key);
    const share = current?.prepareShare ?? 0;
    const expected =
      known ?? this.pace.expectedMs(job.target.name, step) ?? estimatedMs(job, job.steps, step);
    // The first objects complete together, so that a small share overestimates the rest.
    if (current !== null && share > (expected === null ? 0 : MIN_SHARE)) {
      return (current.prepareMs / share) * (1 - share);
    }
    return step.prepareBytes === 0 ? (known ?? 0) : expected;
  }

  private loadLeft(step: Step, current: Current | null): number | null {
    const { phase } = step;
    const started = current?.loadStartedMs ?? null;
    const spentMs = started === null ? 0 : this.nowMs() - started;
    if (phase.find !== undefined) {
      const eachMs = maxRepetitionNs(phase) / 1e6;
      const total = this.loadMs.get(step.key) ?? trialsOf(phase.find).usual * eachMs;
      return Math.max(0, total - spentMs);
    }
    const planned = plannedMs(phase);
    if (planned !== null) return Math.max(0, planned - spentMs);
    const share = current?.loadShare ?? null;
    if (share !== null && share >= MIN_SHARE) return (spentMs / share) * (1 - Math.min(1, share));
    const known = this.loadMs.get(step.key);
    return known === undefined ? null : Math.max(0, known - spentMs);
  }

  private cleanupLeft(job: JobState): number | null {
    if (job === this.job && this.cleanupStartedMs !== null) {
      const spentMs = this.nowMs() - this.cleanupStartedMs;
      if (this.cleanupShare === 0) return null;
      return (spentMs / this.cleanupShare) * (1 - this.cleanupShare);
    }
    if (this.keepsData || job.handsOverData === true) return 0;
    const known = this.cleanupMs.get(jobKey(job));
    if (known !== undefined) return known;
    const files = job.plan.datasets.reduce((sum, { count }) => sum + count, 0);
    return files > FEW_FILES ? null : 0;
  }
}
