import { agreement } from "../../model/claim/agreement.ts";
import type { Claim } from "../../model/claim/claim.ts";
import type {
  AppliedBound,
  Measured,
  Outcome,
  ReasonCode,
  Verdict,
} from "../../model/claim/verdict.ts";
import type { Caveat, Effect, Question } from "../caveat/caveat.ts";
import type { Figure } from "../evidence/figure.ts";

/** What a measurement alone says of a figure, before anything is doubted. */
export interface Judgement {
  readonly outcome: Outcome;
  readonly code: ReasonCode;
  /** Errors of the measurement that would have led to this outcome wrongly. */
  readonly wrongIf: ReadonlySet<Effect>;
  /** Of a ceiling: the share of it that was reached. */
  readonly reachedShare: number | null;
}

/** What has been found out when a verdict is made up. */
export interface Findings {
  readonly claim: Claim;
  readonly questions: readonly Question[];
  readonly measured: Measured | null;
  readonly figure: Verdict["figure"];
  readonly judgement: Judgement | null;
  readonly doubts: readonly Caveat[];
  readonly bound: AppliedBound | null;
}

/**
 * Holds the interval of a measurement against a figure, its tolerance included. Supported: all of
 * the interval agrees with it; refuted: none of it does. A ceiling that was not come near to says
 * nothing.
 */
export function judge(claim: Claim, measured: Measured, figure: Figure): Judgement {
  const { low } = measured;
  const high = measured.isLowerBound === true ? Number.POSITIVE_INFINITY : measured.high;
  const [least, most] = agreement(claim, figure);
  const reachedShare =
    isCeiling(claim) && most !== null ? measured.value / (figure.value ?? 1) : null;
  const said = (outcome: Outcome, code: ReasonCode, ...wrongIf: Effect[]): Judgement => ({
    outcome,
    code,
    wrongIf: new Set<Effect>([...wrongIf, "either"]),
    reachedShare,
  });
  if (low === null || high === null)
    return said("inconclusive", "uncertain", "too-low", "too-high");
  const strict = claim.relation === ">" || claim.relation === "<";
  const below = least !== null && (strict ? high <= least : high < least);
  const above = most !== null && (strict ? low >= most : low > most);
  if (below) return said("refuted", "contradicts", "too-low");
  if (above) return said("refuted", "contradicts", "too-high");
  if (isCeiling(claim)) return ceiling(claim, measured, figure, said);
  const reaches = least === null || (strict ? low > least : low >= least);
  const stays = most === null || (strict ? high < most : high <= most);
  const agrees = (reaches && stays) || isFigureItself(claim, measured, figure);
  if (!agrees) return said("inconclusive", "uncertain", "too-low", "too-high");
  const wrongIf: Effect[] = [];
  if (least !== null) wrongIf.push("too-high");
  if (most !== null) wrongIf.push("too-low");
  return said("supported", "agrees", ...wrongIf);
}

/** Shares of the tolerance within which a rate is the figure itself, by what stands behind it. */
const HIT_SHARE = { one: 0.02, several: 0.05, apart: 0.1 } as const;

/** Separate runs from which on `apart` applies. */
const APART_RUNS = 5;

/** A limiter holds a rate within this share of the tolerance, from run to run or inside a run. */
const HELD_SHARE = 0.1;

/** Measures that a limiter or a balance of credits holds at their figure. */
const HELD: ReadonlySet<string> = new Set(["iops", "throughput", "burst", "burst-duration"]);

/** A wider interval is that of storage without a limiter: exp(-0.34). */
const HIT_LEAST_LOW = 0.71;

/**
 * Whether a rate is the figure itself: a provisioned rate is held by a limiter, so that storage
 * which delivers it delivers exactly it, run after run. One run has to be a fiftieth of the
 * tolerance from it and even from second to second; storage outside of the tolerance comes as close
 * by chance in at most 10 of 1,000 runs, whatever its spread: twice the share, times the largest
 * density of a normal distribution at that distance, 0.242. Several repetitions have to be as alike
 * as a limiter holds them, within a twentieth, and five separate runs within a tenth. Two phases on
 * one target, and the levels of a burst, were measured in one run, which has its level in common:
 * a twentieth. Two targets have no limiter in common.
 */
function isFigureItself(claim: Claim, measured: Measured, figure: Figure): boolean {
  const { low, spreadShare = null } = measured;
  const { measure } = claim;
  if (!isNearFigure(claim, measured, figure) || low === null) return false;
  if (low < measured.value * HIT_LEAST_LOW) return false;
  // Their levels are of one run: what differs between runs is in both phases, or parts of one.
  const isInside = claim.over !== null || measure.kind.startsWith("burst");
  if (isInside) return isWithin("several", claim, measured, figure);
  if (spreadShare === null || spreadShare > HELD_SHARE * claim.tolerance) return false;
  const { repetitions, separateRuns = 1 } = measured;
  const behind = separateRuns >= APART_RUNS ? "apart" : repetitions > 1 ? "several" : "one";
  return isWithin(behind, claim, measured, figure);
}

/** Whether more runs like these would show that a limiter holds a rate at its figure. */
export function isNearFigure(claim: Claim, measured: Measured, figure: Figure): boolean {
  const { measure, relation, tolerance, over, between } = claim;
  if (figure.value === null || tolerance === 0) return false;
  if (over !== null && between === "targets") return false;
  if (measured.isLowerBound === true || !HELD.has(measure.kind)) return false;
  if (![">=", "==", "~"].includes(relation)) return false;
  return isWithin("apart", claim, measured, figure);
}

function isWithin(
  behind: keyof typeof HIT_SHARE,
  { tolerance }: Claim,
  measured: Measured,
  { value }: Figure,
): boolean {
  return Math.abs(measured.value / (value ?? 1) - 1) <= HIT_SHARE[behind] * tolerance;
}

/**
 * The share of a ceiling from which on it counts as reached, where its tolerance is smaller.
 * Reached and not exceeded is what was seen; the interval only decides whether more was.
 */
const REACHED_SHARE = 0.95;

function ceiling(
  claim: Claim,
  measured: Measured,
  figure: Figure,
  said: (outcome: Outcome, code: ReasonCode, ...wrongIf: Effect[]) => Judgement,
): Judgement {
  const most = figure.value ?? Number.POSITIVE_INFINITY;
  const near = Math.min(REACHED_SHARE, 1 - claim.tolerance) * most;
  if (measured.value > most * (1 + claim.tolerance)) {
    return said("inconclusive", "uncertain", "too-low", "too-high");
  }
  if (measured.value < near) return said("inconclusive", "below-ceiling");
  return said("supported", "agrees", "too-low", "too-high");
}

function isCeiling({ role, relation }: Claim): boolean {
  return role === "ceiling" && (relation === "<=" || relation === "<");
}
