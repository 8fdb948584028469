/**
 * Search for the highest load that meets an objective. This file decides which value to measure
 * next and when to stop, from answers alone; `point.ts` derives an answer from a measured phase.
 * Neither runs a phase: `run/search.ts` does, and asks here.
 */

import type { FindPlan, SearchEnd, SearchRole } from "../../model/plan/search.ts";

/** Between which values a search takes place, and where it begins. */
export interface SearchSpace {
  readonly wants: FindPlan["wants"];
  readonly lowest: number;
  readonly highest: number;
  readonly start: number;
  /** A value taken to miss the objective unmeasured; null without one. */
  readonly beyond: number | null;
  /** Whole numbers only. */
  readonly whole: boolean;
  readonly precisionShare: number;
  readonly repetitions: number;
}

/** The next value to measure. */
export interface Trial {
  readonly value: number;
  readonly role: Exclude<SearchRole, "capacity" | "short">;
}

/** How a trial came out. */
export interface Answer {
  readonly met: boolean;
  /** What must not happen in any repetition did, such as a failed operation. */
  readonly fatal: boolean;
}

/** How a search ended by itself, and the best value that was repeated and kept the objective. */
export interface SearchOutcome {
  readonly ended: Exclude<SearchEnd, "interrupted" | "failed">;
  readonly best: number | null;
}

type Walk<Result> = Generator<Trial, Result, Answer>;
type Way = "harder" | "easier";

/** Halvings of what a closed loop carries, down to a thousandth of it. */
const MAX_HALVINGS = 10;
/** Values that are repeated before the repetitions are said to contradict each other. */
const MAX_MOVES = 16;
/** So many times more than a closed loop carried is not looked for. */
const MAX_GAIN = 4;
/** Rates are told to so many digits: names and tables are read by people. */
const DIGITS = 4;

/** Where to search, given what a closed loop carries (operations/s), if it was asked. */
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
  // What is offered beyond what the same slots carry in a closed loop is carried by none, unless
  // the storage has become quicker since.
  const start = Math.max(lowest, rounded(most / 2));
  const beyond = rounded(most * (1 + precisionShare));
  const highest = rounded(MAX_GAIN * Math.max(start, beyond));
  return { ...shared, highest, start, beyond: beyond > start ? beyond : null };
}

/** The most trials a search takes, and how many one takes whose points do not contradict. */
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
 * Looks for the hardest value that keeps the objective: yields what to measure, takes whether it
 * was met.
 *
 * 1. Doubles or halves from the start until one value met the objective and another did not.
 * 2. Halves the distance between both on a geometric scale, down to the precision.
 * 3. A single point may have been lucky or not: the end point is repeated, and so is the next one
 *    beyond it. Met is what more than half of the repetitions met. Where the end point is not met,
 *    or the next one is, both move, in steps that double, and close in again.
 */
export function* search(space: SearchSpace): Walk<SearchOutcome> {
  const found = yield* bisected(space, yield* bracketed(space));
  return yield* settled(space, found.good ?? found.bad ?? space.start);
}

interface Bracket {
  /** The hardest value known to meet the objective, and the easiest known not to. */
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

function* settled(space: SearchSpace, start: number): Walk<SearchOutcome> {
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

/** Whether more than half of so many repetitions meet the objective; ends once it cannot be. */
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

/** The value a factor further, or the end of the space where that is nearer; null at the end. */
function moved(space: SearchSpace, value: number, way: Way, factor: number): number | null {
  const { wants, lowest, highest, whole } = space;
  const up = (way === "harder") === (wants === "most");
  const end = up ? highest : lowest;
  if (value === end) return null;
  const far = up ? value * factor : value / factor;
  const next = whole ? wholeFrom(value, far) : rounded(far);
  return up ? Math.min(end, next) : Math.max(end, next);
}

/** The geometric mean; null where both are as near to each other as is asked for. */
function between(space: SearchSpace, good: number, bad: number): number | null {
  const [low, high] = good < bad ? [good, bad] : [bad, good];
  const middle = Math.sqrt(low * high);
  const value = space.whole ? Math.round(middle) : rounded(middle);
  // Rounding must not make one step of the precision into two.
  if (high <= low * (1 + space.precisionShare) * (1 + 0.1 ** (DIGITS - 1))) return null;
  return value <= low || value >= high ? null : value;
}

/** At least one further. */
function wholeFrom(value: number, far: number): number {
  const next = Math.round(far);
  if (next !== value) return next;
  return far > value ? value + 1 : value - 1;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
