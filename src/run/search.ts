import { answerOf, confirmedValue, searchBest, searchPoint } from "../metrics/search/point.ts";
import {
  type SearchOutcome,
  search,
  spaceOf,
  type Trial,
  trialsOf,
} from "../metrics/search/search.ts";
import { PreflightError } from "../model/fault/errors.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { FindPlan, SearchPoint, SearchResult, SearchRole } from "../model/plan/search.ts";
import { isInterrupted } from "../model/run/measurement.ts";
import type { PhaseResult } from "../model/run/run.ts";
import type { TargetSpec } from "../model/target/target.ts";
import type { RunEnd } from "./request.ts";
import { searchCaveats } from "./result/burst-warning.ts";

/** A timed phase, or the end of the run. */
export type PhaseOutcome =
  | { readonly result: PhaseResult; readonly end: null }
  | { readonly result: null; readonly end: RunEnd };

/** Input of a search. */
export interface SearchTask {
  readonly target: TargetSpec;
  readonly phase: PhasePlan;
  readonly find: FindPlan;
  /** Repetition of the whole search. */
  readonly repetition: number;
  /** Times one point and stores it. */
  readonly measure: (point: PhasePlan) => Promise<PhaseOutcome>;
  /** Stores the search after each point. */
  readonly keep: (search: SearchResult) => void;
  readonly evaluated: (point: SearchPoint) => void;
}

/** Maximum length of a point that was too short and is repeated, as a multiple of its plan. */
const MAX_FACTOR = 16;

const OUT_OF_TIME =
  "Points that had to be longer used the time of all planned points. Use a longer duration.";

/**
 * Runs a phase at one load after the other until the highest load within the objective is found.
 * Returns null if the search completed, with or without such a load, else the end of the run.
 */
export async function runSearch(task: SearchTask): Promise<RunEnd | null> {
  const { phase, find } = task;
  let result = emptySearchResult(task);
  const update = (changes: Partial<SearchResult>): void => {
    result = { ...result, ...changes };
    task.keep(result);
  };
  const end = (
    ended: SearchOutcome["ended"],
    value: number | null,
    reason: string | null,
  ): void => {
    const best = searchBest(find, result.points, value);
    const caveats = searchCaveats(task.target, { by: find.by, best });
    update({ ended, best, reason, ...(caveats.length === 0 ? {} : { caveats }) });
  };
  const length = new PointLength(phase, find);
  const point = async (value: number | null, role: SearchRole): Promise<SearchPoint | RunEnd> => {
    const planned = length.applyTo(pointPlan(phase, find, value));
    const { result: timed, end } = await task.measure(planned);
    if (end !== null) {
      const isStopped = end.state === "partial" && isInterrupted(end.reason);
      update({ ended: isStopped ? "interrupted" : "failed", reason: end.reason });
      return end;
    }
    const found = searchPoint(find, { value, role }, timed);
    const again = length.prolongs(found);
    const kept: SearchPoint = again ? { ...found, role: "short" } : found;
    update({ points: [...result.points, kept] });
    task.evaluated(kept);
    return again ? point(value, role) : found;
  };
  if (find.by === "rate" && find.to === null) {
    const found = await point(null, "capacity");
    if ("state" in found) return found;
    const capacity = found.achievedPerSecond ?? 0;
    update({ capacityPerSecond: capacity });
    if (capacity === 0) {
      const reason = `${phase.name}: no operation completed; use a longer duration`;
      update({ ended: "failed", reason });
      return { state: "failed", reason, error: new PreflightError(reason) };
    }
  }
  const steps = search(spaceOf(find, result.capacityPerSecond));
  let step: IteratorResult<Trial, SearchOutcome> = steps.next();
  while (step.done !== true) {
    if (!length.hasTime) {
      end("unsettled", confirmedValue(find, result.points), OUT_OF_TIME);
      return null;
    }
    const found = await point(step.value.value, step.value.role);
    if ("state" in found) return found;
    step = steps.next(answerOf(find, found));
  }
  const { ended, best } = step.value;
  end(ended, best, null);
  return null;
}

function emptySearchResult({ phase, find, repetition }: SearchTask): SearchResult {
  return {
    phase: phase.name,
    repetition,
    operations: phase.mix.map(({ operation }) => operation),
    slo: find.slo.map(({ text }) => text),
    by: find.by,
    wants: find.wants,
    precisionShare: find.precisionShare,
    capacityPerSecond: null,
    points: [],
    best: null,
    ended: null,
    reason: null,
  };
}

/** Returns the phase of one point. `value`: null for the closed loop of a search by rate. */
function pointPlan(planned: PhasePlan, find: FindPlan, value: number | null): PhasePlan {
  const { find: _, ...phase } = planned;
  if (find.by === "queueDepth") {
    return { ...named(phase, "queueDepth", String(value)), queueDepth: value ?? 1 };
  }
  if (value === null) return { ...named(phase, "rate", "closed-loop"), rate: null };
  const steps = [{ fromPerSecond: value, toPerSecond: value, durationNs: null }];
  const { arrivals, mostBacklog } = find;
  return { ...named(phase, "rate", `${value}/s`), rate: { arrivals, steps, mostBacklog } };
}

/** Names a point like a phase of a matrix: `read[blockSize=4KiB,rate=1234/s]`. */
function named(phase: PhasePlan, axis: string, text: string): PhasePlan {
  const name = phase.name.endsWith("]")
    ? `${phase.name.slice(0, -1)},${axis}=${text}]`
    : `${phase.name}[${axis}=${text}]`;
  return { ...phase, name, matrix: { ...phase.matrix, [axis]: text } };
}

/**
 * Length of the points of a search. A point that is too short to show a growing backlog is repeated
 * with a longer duration, and later points have the same length. All points together never take
 * longer than the maximum number of points at their planned length, so that estimates of time and
 * cost hold.
 */
class PointLength {
  private readonly plannedNs: number | null;
  private budgetNs: number;
  private currentNs: number;

  constructor(phase: PhasePlan, find: FindPlan) {
    this.plannedNs = phase.limit.kind === "duration" ? phase.limit.durationNs : null;
    this.currentNs = this.plannedNs ?? 0;
    this.budgetNs = this.currentNs * trialsOf(find).most;
  }

  /** Whether time is left for another point. */
  get hasTime(): boolean {
    return this.plannedNs === null || this.budgetNs >= this.plannedNs;
  }

  /** The phase with the length of the next point, which is taken from the time left. */
  applyTo(phase: PhasePlan): PhasePlan {
    if (this.plannedNs === null) return phase;
    if (this.budgetNs < this.currentNs) this.currentNs = this.plannedNs;
    this.budgetNs -= this.currentNs;
    return { ...phase, limit: { kind: "duration", durationNs: this.currentNs } };
  }

  /** Lengthens the next points if this one was too short and time is left; returns whether. */
  prolongs({ role, misses }: SearchPoint): boolean {
    if (this.plannedNs === null || role === "bracket" || misses.length === 0) return false;
    const needed = misses.map((miss) => (miss.kind === "too-short" ? miss.neededNs : null));
    if (needed.includes(null)) return false;
    const most = Math.min(MAX_FACTOR * this.plannedNs, this.budgetNs);
    const wanted = Math.max(2 * this.currentNs, ...needed.map((ns) => ns ?? 0));
    const factor = Math.floor(Math.min(most, wanted) / this.plannedNs);
    if (factor * this.plannedNs <= this.currentNs) return false;
    this.currentNs = factor * this.plannedNs;
    return true;
  }
}
