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

/** The chance of even one false alarm among the thresholds of a run whose storage is the same. */
export const BASELINE_ALPHA = 0.05;

/** A threshold's measure against the baseline's. */
export interface BaselineTest {
  /** Over the run's complete repetitions; null without any. */
  readonly median: number | null;
  /** The share of the baseline's median it is held against; null without any. */
  readonly bound: number | null;
  readonly outcome: BaselineOutcome;
  /** Why there is no median, a sentence without its stop. */
  readonly absent: string;
  /** Whether a repetition's true value may be larger than the one that was tested. */
  readonly isLowerBound: boolean;
}

/** Thresholds of a plan that are against a baseline, with their phases. */
function against(
  plan: Plan,
): readonly { readonly phase: PhasePlan; readonly threshold: Threshold }[] {
  return plan.phases.flatMap((phase) =>
    (phase.thresholds ?? [])
      .filter(({ criterion }) => criterion.kind === "baseline")
      .map((threshold) => ({ phase, threshold })),
  );
}

/**
 * Tests every threshold of a run that is against a baseline: the values of the complete repetitions
 * of both, the baseline's scaled by the threshold's share, by a rank test, with Holm's correction
 * over all of them. Scaling is the hypothesis that the run has that share of the baseline's level.
 * A difference that such storage may have made over time is not shown.
 */
export function baselineTests(
  run: Run,
  baseline: Run,
): (phase: string, threshold: Threshold) => BaselineTest | null {
  const tests = against(run.plan).map(({ phase, threshold }) => {
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
  const surroundings = besideBaseline(run, baseline);
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
  // One threshold of `defaults` is that of many phases.
  return (phase, threshold) =>
    done.find((one) => one.phase === phase && one.threshold === threshold)?.test ?? null;
}

/**
 * Every field but thresholds and repetitions in which a baseline's plan is another. A field that an
 * older version did not know and that is off now makes no other plan.
 */
export function baselineDifferences(plan: Plan, baseline: Run): readonly FieldDifference[] {
  const isOff = ({ first, other }: FieldDifference): boolean =>
    first === "absent" && (other === "null" || other === "false");
  return planDifferences(baseline.plan, plan).filter(
    (found) => found.field !== "repetitions" && !isOff(found),
  );
}

/**
 * Why no result could break some of a plan's thresholds against a baseline, one sentence; null
 * where each could. The most extreme order of the repetitions there will be is tested, at the
 * alpha that Holm's correction leaves for the smallest p.
 */
export function tooFewRepetitions(plan: Plan, baseline: Run): string | null {
  const all = against(plan);
  for (const { phase, threshold } of all) {
    const theirs = samplesOf(baseline, phase.name, threshold).length;
    const low = Array.from({ length: plan.repetitions }, (_, index) => index);
    const high = Array.from({ length: theirs }, (_, index) => plan.repetitions + index);
    const tested = compareSamples(low, high, BASELINE_ALPHA / all.length);
    if (tested.different) continue;
    const [many, verb] = all.length === 1 ? ["threshold", "needs"] : ["thresholds", "need"];
    const corrected = all.length === 1 ? "" : ", corrected for their number";
    return (
      `\`${threshold.text}\` of phase ${phase.name} could not be broken by any result: ` +
      `${all.length} ${many} against the baseline ${verb} at least ${tested.leastRepetitions} ` +
      `repetitions of each run (alpha ${BASELINE_ALPHA}${corrected}), and this ` +
      `plan has ${plan.repetitions}, ${baseline.id} ${theirs} that are complete; run both with ` +
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

/** A baseline's values that are exact: a share of a lower bound is no bound of anything. */
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
 * What a test shows once drift is allowed for: a run always comes after its baseline, and storage
 * may have changed between them.
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
 * In what else a run differs from its baseline. On other storage, which may only be found out when
 * the run begins (another volume at the same path), nothing is shown.
 */
function besideBaseline(
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
