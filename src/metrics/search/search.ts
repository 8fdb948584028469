/**
 * Search for the highest load that meets an objective. This file selects the next value and the end
 * of the search from answers alone; `point.ts` derives an answer from a measured phase. Neither
 * runs a phase: `run/search.ts` does.
 */

import type { FindPlan, SearchEnd, SearchRole } from "../../model/plan/search.ts";

/** Range and start of a search. */
export interface SearchSpace {
  readonly wants: FindPlan["wants"];
  readonly lowest: number;
  readonly highest: number;
  readonly start: number;
  /** Value that is assumed to miss the objective; null without one. */
  readonly beyond: number | null;
  /** Whether values are whole numbers. */
  readonly whole: boolean;
  readonly precisionShare: number;
  readonly repetitions: number;
}

/** The next value to measure. */
export interface Trial {
  readonly value: number;
  readonly role: Exclude<SearchRole, "capacity" | "short">;
}

/** Result of a trial. */
export interface Answer {
  readonly met: boolean;
  /** Whether an event occurred that no repetition may have, such as a failed operation. */
  readonly fatal: boolean;
}

/** End of a search, and the best value that met the objective in repetitions. */
export interface SearchOutcome {
  readonly ended: Exclude<SearchEnd, "interrupted" | "failed">;
  readonly best: number | null;
}

type Walk<Result> = Generator<Trial, Result, Answer>;
type Direction = "harder" | "easier";

/** Maximum halvings of the closed-loop rate, down to a thousandth of it. */
const MAX_HALVINGS = 10;
/** Maximum number of repeated values; then the repetitions count as contradictory. */
const MAX_MOVES = 16;
/** Maximum offered load as a multiple of the closed-loop rate. */
const MAX_GAIN = 4;
/** Significant digits of rates, for readable names and tables. */
const DIGITS = 4;

/** Range of a search. `capacityPerSecond`: closed-loop rate, null if not measured. */
export function spaceOf(find: FindPlan, capacityPerSecond: number | null): SearchSpace {
  const { wants, precisionShare, repetitions } = find;
  const plan = { wants, precisionShare, repetitions };
  if (find.by === "queueDepth") {
    const lowest = find.from ?? 1;
    const highest = find.to ?? lowest;
    return { ...plan, lowest, highest, start: lowest, beyond: null, whole: true };
  }
  const most = find.to ?? capacityPerSecond ?? 1;
  const lowest = find.from ?? rounded(most / 2 ** MAX_HALVINGS);
  const shared = { ...plan, lowest, whole: false };
  if (find.to !== null) return { ...shared, highest: find.to, start: find.to, beyond: null };
  // The same slots cannot sustain more than the closed-loop rate, unless storage became faster.
  const start = Math.max(lowest, rounded(most / 2));
  const beyond = rounded(most * (1 + precisionShare));
  const highest = rounded(MAX_GAIN * Math.max(start, beyond));
  return { ...shared, highest, start, beyond: beyond > start ? beyond : null };
}

/** Maximum number of trials, and their usual number if the points are consistent. */
export function trialsOf(find: FindPlan): { readonly usual: number; readonly most: number } {
  const capacity = find.by === "rate" && find.to === null ? 1 : 0;
  const { lowest, highest, repetitions, precisionShare } = spaceOf(find, capacity);
  const octaves = Math.ceil(Math.log2(highest / lowest)) + 1;
  const finest = find.by === "rate" ? 1 + precisionShare : 1 + 1 / highest;
  const halvings = Math.max(1, Math.ceil(Math.log2(Math.log(2) / Math.log(finest))) + 1);
  const walk = capacity + halvings;
  const usual = Math.min(octaves, 3) + walk + repetitions + Math.ceil(repetitions / 2);
  return { usual, most: octaves + walk + 2 + MAX_MOVES * repetitions };
}

/**
 * Finds the hardest value that meets the objective: yields the next value, receives its result.
 *
 * 1. Doubles or halves the start value until one value meets the objective and another misses it.
 * 2. Halves the distance between both on a geometric scale, down to the precision.
 * 3. Repeats the end point and the next value beyond it, because a single point may be chance. A
 *    value meets the objective if more than half of its repetitions do. If the end point misses it,
 *    or the next value meets it, both move in doubling steps and converge again.
 */
export function* search(space: SearchSpace): Walk<SearchOutcome> {
  const found = yield* bisected(space, yield* bracketed(space));
  return yield* confirmed(space, found.good ?? found.bad ?? space.start);
}

interface Bracket {
  /** Hardest value that met the objective, and easiest value that missed it. */
  readonly good: number | null;
  readonly bad: number | null;
}

function* bracketed(space: SearchSpace): Walk<Bracket> {
  let good: number | null = null;
  let bad: number | null = space.beyond;
  let value: number | null = space.start;
  while (value !== null) {
    const { met }: Answer = yield { value, role: "bracket" };
    if (met) good = value;
    else bad = value;
    if (good !== null && bad !== null) break;
    value = moved(space, value, met ? "harder" : "easier", 2);
  }
  return { good, bad };
}

function* bisected(space: SearchSpace, bracket: Bracket): Walk<Bracket> {
  let { good, bad } = bracket;
  while (good !== null && bad !== null) {
    const value = between(space, good, bad);
    if (value === null) break;
    const { met }: Answer = yield { value, role: "bracket" };
    if (met) good = value;
    else bad = value;
  }
  return { good, bad };
}

function* confirmed(space: SearchSpace, start: number): Walk<SearchOutcome> {
  let good: number | null = null;
  let bad: number | null = null;
  let value: number | null = start;
  let stride = 1;
  for (let move = 0; move < MAX_MOVES; move++) {
    const met: boolean = yield* repeated(value, space.repetitions);
    if (met) good = value;
    else bad = value;
    if (good !== null && bad !== null) {
      value = between(space, good, bad);
      if (value === null) return { ended: "found", best: good };
    } else {
      const factor = (1 + space.precisionShare) ** stride;
      value = moved(space, value, met ? "harder" : "easier", factor);
      if (value === null) return { ended: met ? "always met" : "never met", best: good };
      stride *= 2;
    }
  }
  return { ended: "unsettled", best: good };
}

/** Whether more than half of the repetitions meet the objective; ends as soon as it is decided. */
function* repeated(value: number, repetitions: number): Walk<boolean> {
  let missed = 0;
  for (let done = 0; done < repetitions; done++) {
    const { met, fatal }: Answer = yield { value, role: "repeat" };
    if (fatal) return false;
    if (!met) missed++;
    if (2 * missed >= repetitions) return false;
  }
  return true;
}

/** Next value by a factor, limited to the range; null at the end of the range. */
function moved(
  space: SearchSpace,
  value: number,
  direction: Direction,
  factor: number,
): number | null {
  const { wants, lowest, highest, whole } = space;
  const up = (direction === "harder") === (wants === "most");
  const end = up ? highest : lowest;
  if (value === end) return null;
  const far = up ? value * factor : value / factor;
  const next = whole ? wholeFrom(value, far) : rounded(far);
  return up ? Math.min(end, next) : Math.max(end, next);
}

/** Geometric mean; null if both values are within the precision. */
function between(space: SearchSpace, good: number, bad: number): number | null {
  const [low, high] = good < bad ? [good, bad] : [bad, good];
  const middle = Math.sqrt(low * high);
  const value = space.whole ? Math.round(middle) : rounded(middle);
  // Rounding must not make one step of the precision into two.
  if (high <= low * (1 + space.precisionShare) * (1 + 0.1 ** (DIGITS - 1))) return null;
  return value <= low || value >= high ? null : value;
}

/** Next whole number, at least one away. */
function wholeFrom(value: number, far: number): number {
  const next = Math.round(far);
  if (next !== value) return next;
  return far > value ? value + 1 : value - 1;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
