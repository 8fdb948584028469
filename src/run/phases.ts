import { AbandonedError, orAborted } from "../model/abort.ts";
import { messageOf, PreflightError } from "../model/fault/errors.ts";
import { longestNs, type PhasePlan } from "../model/plan/plan.ts";
import type { SearchResult } from "../model/plan/search.ts";
import type { PhaseResult, Run } from "../model/run/run.ts";
import { reportUnknownCutOff } from "./cleanup.ts";
import type { Generator, TimedResult } from "./generator.ts";
import type { Lead } from "./lead.ts";
import type { RunEnd, RunRequest } from "./request.ts";
import type { PhaseOutcome } from "./search.ts";
import type { RunParts, Timing } from "./setup.ts";

/**
 * Time that a phase gets after an interruption for its drain and the abort of its uploads. A thread
 * that is blocked in the storage would never end.
 */
const GRACE_MS = 10_000;

/** Before a phase of this length, `run.json` gets all results so far. */
const LONG_NS = 1e9;

/** Runs the phases of a plan in order, repetition by repetition, and stores each result. */
export class PhaseRunner {
  private readonly request: RunRequest;
  private readonly parts: RunParts;
  private readonly generator: Generator;
  private readonly update: (run: Run) => void;
  private run: Run;
  private started = false;

  /** `update` receives the run as stored after each phase. */
  constructor(
    request: RunRequest,
    generator: Generator,
    parts: Omit<RunParts, "loadStarted" | "run">,
    run: Run,
    update: (run: Run) => void,
  ) {
    const loadStarted = (): void => {
      this.started = true;
    };
    this.request = request;
    this.generator = generator;
    this.parts = { ...parts, loadStarted, run: () => this.run };
    this.run = run;
    this.update = update;
  }

  /** Whether the load of any phase started; without it, there is nothing to store. */
  get hasStarted(): boolean {
    return this.started;
  }

  /** Times what a lead decides on, until it ends the run. */
  led(lead: Lead): Promise<RunEnd> {
    const { parts } = this;
    return lead.follow({ parts, time: (timing) => this.time(timing) });
  }

  /** Times the phases of the plan. */
  async all(): Promise<RunEnd> {
    const { plan } = this.request;
    for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
      for (const phase of plan.phases) {
        const end =
          phase.find === undefined
            ? (await this.time({ phase, repetition })).end
            : await this.search(phase, phase.find, repetition);
        if (end !== null) return end;
      }
    }
    return { state: "complete", reason: null, error: null };
  }

  private async time(timing: Timing): Promise<PhaseOutcome> {
    const { signal, events } = this.request;
    const { phase, repetition } = timing;
    const ends = (end: RunEnd): PhaseOutcome => ({ result: null, end });
    let timed: TimedResult;
    if ((longestNs(phase.limit) ?? 0) >= LONG_NS) this.parts.store.flush();
    const unstored = this.unstored(phase);
    if (unstored !== null) return ends(unstored);
    try {
      signal.throwIfAborted();
      timed = await orAborted(this.generator.time(this.parts, timing), signal, GRACE_MS);
    } catch (error) {
      if (error instanceof AbandonedError) {
        reportUnknownCutOff(this.parts.session, phase, this.request.resolve(phase));
        return ends(abandoned(phase, repetition));
      }
      if (signal.aborted) return ends(interrupted(phase, repetition));
      return ends({ state: "failed", reason: `${phase.name}: ${messageOf(error)}`, error });
    }
    const { result, defect } = timed;
    if (!this.started && result.state !== "complete") return ends(notStarted(result, defect));
    this.store({ phases: [...this.run.phases, result] });
    events.finished(result);
    const lost = this.unstored(phase);
    if (lost !== null) return ends(lost);
    if (result.state === "partial") return ends(cutShort(result, signal.aborted));
    if (result.state === "failed") {
      const reason = `${phase.name}: ${result.reason ?? "failed"}`;
      return ends({ state: "failed", reason, error: defect ?? new PreflightError(reason) });
    }
    return { result, end: null };
  }

  /** The end of a run that can no longer be stored; null if it can. */
  private unstored({ name }: PhasePlan): RunEnd | null {
    const { failure } = this.parts.store;
    if (failure === null) return null;
    return { state: "failed", reason: `${name}: ${failure.message}`, error: failure };
  }

  private async search(
    phase: PhasePlan,
    find: NonNullable<PhasePlan["find"]>,
    repetition: number,
  ): Promise<RunEnd | null> {
    const before = this.run.searches ?? [];
    const measure = (point: PhasePlan): Promise<PhaseOutcome> => {
      const { phases } = this.run;
      return this.time({
        phase: point,
        repetition: phases.filter((result) => result.phase.name === point.name).length + 1,
        // Another seed for each point, so that no point reads blocks that an earlier one cached.
        seed: this.request.plan.seed + phases.length,
        pointOf: phase.name,
        warns: !phases.some(({ pointOf }) => pointOf === phase.name),
      });
    };
    const keep = (search: SearchResult): void => this.store({ searches: [...before, search] });
    const { events } = this.request;
    const evaluated = events.evaluated.bind(events);
    const { target } = this.request;
    const { runSearch } = await import("./search.ts");
    return runSearch({ target, phase, find, repetition, measure, keep, evaluated });
  }

  private store(changes: Partial<Run>): void {
    const { store } = this.parts;
    // The end of a search whose phase failed is stored at the end of the run.
    const isOver = store.failure !== null && changes.phases === undefined;
    this.run = { ...this.run, ...changes };
    this.update(this.run);
    if (!isOver) store.keep(this.run);
  }
}

/** The end of a run whose workers failed before the load, or were stopped. */
function notStarted({ phase, repetition, state, reason }: PhaseResult, defect: Error | null) {
  if (state === "partial") return interrupted(phase, repetition);
  const words = `${phase.name}: ${reason ?? "failed"}`;
  return { state, reason: words, error: defect ?? new PreflightError(words) };
}

/** The end of a run whose phase was interrupted, or cut short by something else on a host. */
function cutShort({ phase, repetition, reason }: PhaseResult, isStopped: boolean): RunEnd {
  if (isStopped) return interrupted(phase, repetition);
  const words = `${phase.name}: ${reason ?? "ended early"}`;
  return { state: "partial", reason: words, error: new PreflightError(words) };
}

function interrupted(phase: PhasePlan, repetition: number): RunEnd {
  const reason = `interrupted in phase ${phase.name}, repetition ${repetition}`;
  return { state: "partial", reason, error: null };
}

function abandoned(phase: PhasePlan, repetition: number): RunEnd {
  const end = interrupted(phase, repetition);
  const reason = `${end.reason}; its operations did not stop within ${GRACE_MS / 1000} s`;
  return { ...end, reason, stuck: true };
}
