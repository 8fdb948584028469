import { answerOf, confirmedValue, searchBest, searchPoint } from "../metrics/search/point.ts";
import { type SearchOutcome, search, spaceOf, type Trial } from "../metrics/search/search.ts";
import { PreflightError } from "../model/fault/errors.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { FindPlan, SearchPoint, SearchResult, SearchRole } from "../model/plan/search.ts";
import type { TargetSpec } from "../model/target/target.ts";
import type { Measured, RunEnd } from "./phases.ts";
import { searchCaveats } from "./result/burst-warning.ts";
import { PointLength } from "./search-length.ts";

/** What a search needs of the run it is a part of. */
export interface SearchTask {
  readonly target: TargetSpec;
  readonly phase: PhasePlan;
  readonly find: FindPlan;
  /** Of the whole search. */
  readonly repetition: number;
  /** Times one point and stores it. */
  readonly measure: (point: PhasePlan) => Promise<Measured>;
  /** Takes how far the search is, after each point. */
  readonly keep: (search: SearchResult) => void;
  readonly judged: (point: SearchPoint) => void;
}

const OUT_OF_TIME =
  "Points that had to be prolonged took the time of all planned points. Use a longer duration.";

/**
 * Runs a phase at one load after the other until the hardest one is found at which it keeps its
 * objective. Null where the search came to its end, whatever it found; else why it did not.
 */
export async function runSearch(task: SearchTask): Promise<RunEnd | null> {
  const { phase, find } = task;
  let result = begun(task);
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
    const { result: measured, end } = await task.measure(planned);
    if (end !== null) {
      update({ ended: end.state === "partial" ? "interrupted" : "failed", reason: end.reason });
      return end;
    }
    const found = searchPoint(find, { value, role }, measured);
    const again = length.prolongs(found);
    const kept: SearchPoint = again ? { ...found, role: "short" } : found;
    update({ points: [...result.points, kept] });
    task.judged(kept);
    return again ? point(value, role) : found;
  };
  if (find.by === "rate" && find.to === null) {
    const found = await point(null, "capacity");
    if ("state" in found) return found;
    const capacity = found.achievedPerSecond ?? 0;
    update({ capacityPerSecond: capacity });
    if (capacity === 0) {
      const reason = `${phase.name}: no operation completed in a closed loop, make it longer`;
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

function begun({ phase, find, repetition }: SearchTask): SearchResult {
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

/** The phase of one point; the closed loop of a search by rate has no value. */
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

/** As a phase of a matrix is named: `read[blockSize=4KiB,rate=1234/s]`. */
function named(phase: PhasePlan, axis: string, text: string): PhasePlan {
  const name = phase.name.endsWith("]")
    ? `${phase.name.slice(0, -1)},${axis}=${text}]`
    : `${phase.name}[${axis}=${text}]`;
  return { ...phase, name, matrix: { ...phase.matrix, [axis]: text } };
}
