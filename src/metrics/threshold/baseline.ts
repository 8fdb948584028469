import type { PhasePlan, Plan } from "../../model/plan/plan.ts";
import { type BaselineOutcome, type Threshold, worseWhen } from "../../model/plan/threshold.ts";
import type { Run } from "../../model/run/run.ts";
import { runToRunOf } from "../../model/run/run-to-run.ts";
import { targetKindOf } from "../../model/target/knowledge.ts";
import {
  planDifferences,
  storageDifferences,
  surroundingsDifferences,
} from "../difference/difference.ts";
import { describeDifferences, type FieldDifference } from "../difference/fields.ts";
import { repetitionsOf } from "../phase-result.ts";
import { comparedReach, driftReach, exceedsDrift } from "../statistics/drift.ts";
import { holm } from "../statistics/holm.ts";
import { medianOrNull } from "../statistics/median.ts";
import { compareSamples } from "../statistics/rank-test.ts";
import { type MeasuredValue, valueIn } from "./values.ts";

/** Probability of any false failure among the thresholds of a run on unchanged storage. */
export const BASELINE_ALPHA = 0.05;

/** A measure of the run compared with that of its baseline run. */
export interface BaselineTest {
  /** Median of the complete repetitions of the run; null without any. */
  readonly median: number | null;
  /** Allowed share of the baseline's median; null without a median. */
  readonly bound: number | null;
  readonly outcome: BaselineOutcome;
  /** Why there is no median: a sentence without a full stop. */
  readonly absent: string;
  /** Whether the true value of a repetition may be higher than the tested one. */
  readonly isLowerBound: boolean;
}

/** Thresholds that compare with a baseline run, with their phases. */
function baselineThresholds(
  plan: Plan,
): readonly { readonly phase: PhasePlan; readonly threshold: Threshold }[] {
  return plan.phases.flatMap((phase) =>
    (phase.thresholds ?? [])
      .filter(({ criterion }) => criterion.kind === "baseline")
      .map((threshold) => ({ phase, threshold })),
  );
}

/**
 * Tests every threshold that compares a run with its baseline run. A rank test compares the
 * complete repetitions of both runs; those of the baseline are scaled by the share of the
 * threshold. Holm's correction covers all thresholds. A difference that may be drift of the storage
 * does not count.
 */
export function baselineTests(
  run: Run,
  baseline: Run,
): (phase: string, threshold: Threshold) => BaselineTest | null {
  const tests = baselineThresholds(run.plan).map(({ phase, threshold }) => {
    const read = readingsOf(run, phase.name, threshold);
    const ours = read.flatMap(({ value }) => value ?? []);
    const absent = read.find(({ value }) => value === null)?.absent ?? "it was not measured";
    const isLowerBound = read.some((one) => one.isLowerBound);
    const share = threshold.criterion.kind === "baseline" ? threshold.criterion.share : 1;
    const theirs = samplesOf(baseline, phase.name, threshold);
    const held = theirs.map((value) => value * share);
    const { p } = compareSamples(ours, held, BASELINE_ALPHA);
    return { phase, threshold, ours, theirs, held, p, absent, isLowerBound };
  });
  const surroundings = otherDifferences(run, baseline);
  const adjusted = holm(tests.map(({ p }) => p));
  const assumed = runToRunOf(targetKindOf(run.target, run.storage));
  const reach = comparedReach(assumed, new Set(tests.map(({ phase }) => phase.name)).size);
  const done = tests.map(({ phase, threshold, ours, theirs, held, p, ...rest }, index) => {
    const adjustedP = adjusted[index] ?? null;
    const [median, bound] = [medianOrNull(ours), medianOrNull(held)];
    const outcome: BaselineOutcome = {
      runId: baseline.id,
      median: medianOrNull(theirs),
      repetitions: ours.length,
      baselineRepetitions: theirs.length,
      p,
      adjustedP,
      ...beyondDrift(shown(threshold, { median, bound, adjustedP }), {
        ratio: (median ?? 0) / (bound ?? 0),
        drift: driftReach(ours, held, reach),
      }),
      ...surroundings,
    };
    return { phase: phase.name, threshold, test: { median, bound, outcome, ...rest } };
  });
  // A threshold of `defaults` applies to several phases.
  return (phase, threshold) =>
    done.find((one) => one.phase === phase && one.threshold === threshold)?.test ?? null;
}

/**
 * Fields in which the plan of a baseline run differs, thresholds and repetitions excepted. A field
 * that an older version did not have and that is off now is not a difference.
 */
export function baselineDifferences(plan: Plan, baseline: Run): readonly FieldDifference[] {
  const isOff = ({ first, other }: FieldDifference): boolean =>
    first === "absent" && (other === "null" || other === "false");
  return planDifferences(baseline.plan, plan).filter(
    (found) => found.field !== "repetitions" && !isOff(found),
  );
}

/**
 * Explains why a threshold of a plan can never fail, one sentence; null if all can. Tests the most
 * extreme order of the planned repetitions at the alpha that Holm's correction leaves for the
 * smallest p-value.
 */
export function tooFewRepetitions(plan: Plan, baseline: Run): string | null {
  const all = baselineThresholds(plan);
  for (const { phase, threshold } of all) {
    const theirs = samplesOf(baseline, phase.name, threshold).length;
    const low = Array.from({ length: plan.repetitions }, (_, index) => index);
    const high = Array.from({ length: theirs }, (_, index) => plan.repetitions + index);
    const tested = compareSamples(low, high, BASELINE_ALPHA / all.length);
    if (tested.different) continue;
    const [many, verb] = all.length === 1 ? ["threshold", "needs"] : ["thresholds", "need"];
    const corrected = all.length === 1 ? "" : ", corrected for their number";
    return (
      `\`${threshold.text}\` of phase ${phase.name} can never fail: ${all.length} ${many} with ` +
      `a baseline run ${verb} at least ${tested.leastRepetitions} repetitions of each run ` +
      `(alpha ${BASELINE_ALPHA}${corrected}), but this plan has ${plan.repetitions} and ` +
      `${baseline.id} has ${theirs} complete; run both with ` +
      `\`repetitions: ${tested.leastRepetitions}\` or more`
    );
  }
  return null;
}

function readingsOf(run: Run, phase: string, threshold: Threshold): readonly MeasuredValue[] {
  return repetitionsOf(run, phase)
    .filter(({ state }) => state === "complete")
    .map((result) => valueIn(result, threshold));
}

/** Exact values of the baseline run: a share of a lower bound is not a bound. */
function samplesOf(run: Run, phase: string, threshold: Threshold): readonly number[] {
  return readingsOf(run, phase, threshold).flatMap(({ value, isLowerBound }) =>
    value === null || isLowerBound ? [] : [value],
  );
}

function shown(
  { measure }: Threshold,
  found: {
    readonly median: number | null;
    readonly bound: number | null;
    readonly adjustedP: number | null;
  },
): BaselineOutcome["shows"] {
  const { median, bound, adjustedP } = found;
  if (median === null || bound === null || adjustedP === null) return "nothing";
  if (adjustedP > BASELINE_ALPHA || median === bound) return "nothing";
  return (median > bound ? "higher" : "lower") === worseWhen(measure) ? "worse" : "better";
}

/**
 * Result of a test with allowance for drift: a run is always later than its baseline run, and the
 * storage may have changed in between.
 */
function beyondDrift(
  shows: BaselineOutcome["shows"],
  { ratio, drift }: { readonly ratio: number; readonly drift: number },
): Pick<BaselineOutcome, "shows" | "driftShare"> {
  if (shows === "nothing" || exceedsDrift(ratio, drift)) return { shows };
  const driftShare = ratio < 1 ? -Math.expm1(-drift) : Math.expm1(drift);
  return { shows: "nothing", driftShare };
}

/**
 * Facts in which a run differs from its baseline run. On different storage, which may only be
 * detected when the run starts (another volume at the same path), nothing is compared.
 */
function otherDifferences(
  run: Run,
  baseline: Run,
): Partial<Pick<BaselineOutcome, "differs" | "isOtherStorage" | "shows">> {
  const other = storageDifferences(baseline, run);
  if (other.length > 0) {
    return { shows: "nothing", differs: describeDifferences(other), isOtherStorage: true };
  }
  const found = surroundingsDifferences(baseline, run);
  return found.length === 0 ? {} : { differs: describeDifferences(found) };
}
