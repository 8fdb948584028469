/**
 * Thresholds of a run: whether each passes, fails or cannot be evaluated. This file evaluates them;
 * `values.ts` reads the measured value, `bound.ts` compares it with a bound, `baseline.ts` compares
 * the repetitions with those of a baseline run. Parsing is in `scenario`, wording in `report`.
 */

import {
  type BaselineOutcome,
  type Criterion,
  type Threshold,
  type ThresholdOutcome,
  unitOfMeasure,
} from "../../model/plan/threshold.ts";
import { isInterrupted } from "../../model/run/measurement.ts";
import type { Run } from "../../model/run/run.ts";
import { medianRepetition, repetitionsOf } from "../phase-result.ts";
import { BASELINE_ALPHA, type BaselineTest, baselineTests } from "./baseline.ts";
import { isMet, LOWER_BOUND } from "./bound.ts";
import { isCounted, valueIn, valueOver } from "./values.ts";

/**
 * Evaluates the thresholds of a run, in the order of its plan.
 *
 * - Times and rates come from the median repetition, as in the median row of a report.
 * - Errors, throttled and dropped operations are counted over all repetitions; the backlog is the
 *   maximum of all.
 * - A comparison with a baseline run tests all complete repetitions, see {@link baselineTests}.
 * - In a run that is not complete, and for a value that was not measured, a threshold fails.
 */
export function evaluateThresholds(run: Run, baseline: Run | null): readonly ThresholdOutcome[] {
  const tests = baseline === null ? null : baselineTests(run, baseline);
  return run.plan.phases.flatMap(({ name, thresholds = [] }) =>
    thresholds.map((threshold) => {
      const test = tests?.(name, threshold) ?? null;
      const outcome =
        threshold.criterion.kind === "bound"
          ? evaluateBound(run, name, threshold, threshold.criterion)
          : evaluateBaseline(name, threshold, test);
      return run.state === "complete" ? outcome : endedEarly(run, outcome);
    }),
  );
}

function outcomeOf(
  phase: string,
  threshold: Threshold,
  found: Omit<ThresholdOutcome, "text" | "phase" | "unit" | "place">,
): ThresholdOutcome {
  const { text, measure, place } = threshold;
  return { text, phase, unit: unitOfMeasure(measure), place, ...found };
}

function evaluateBound(
  run: Run,
  phase: string,
  threshold: Threshold,
  { relation, value: bound }: Extract<Criterion, { kind: "bound" }>,
): ThresholdOutcome {
  const results = repetitionsOf(run, phase);
  const counted = isCounted(threshold);
  const median = counted ? null : medianRepetition(results);
  const one = median === null ? null : valueIn(median, threshold);
  const measured = counted ? valueOver(results, threshold) : (one?.value ?? null);
  const isLowerBound = one?.isLowerBound ?? false;
  const met = isMet(relation, { value: measured, isLowerBound }, bound);
  const absent = measured === null ? (one?.absent ?? "not measured") : null;
  return outcomeOf(phase, threshold, {
    state: met ? "met" : "broken",
    measured,
    ...(isLowerBound ? { isLowerBound } : {}),
    repetition: measured === null ? null : (median?.repetition ?? null),
    bound,
    reason: absent ?? (isLowerBound ? LOWER_BOUND : null),
    baseline: null,
  });
}

function evaluateBaseline(
  phase: string,
  threshold: Threshold,
  test: BaselineTest | null,
): ThresholdOutcome {
  if (test === null) {
    const nothing = { measured: null, repetition: null, bound: null, baseline: null };
    const reason = "no baseline run was given";
    return outcomeOf(phase, threshold, { state: "unjudged", reason, ...nothing });
  }
  const { median: measured, bound, outcome, absent, isLowerBound } = test;
  const missing = measured === null || bound === null;
  const whose = measured === null ? absent : "the baseline run has no value to compare with";
  if (outcome.isOtherStorage === true) {
    const { driftShare: _, ...baseline } = outcome;
    const reason = `the run and its baseline run measured different storage: ${outcome.differs}`;
    const found = { measured, repetition: null, bound, baseline };
    return outcomeOf(phase, threshold, { state: "broken", reason, ...found });
  }
  if (isLowerBound && outcome.shows !== "worse") {
    const found = { measured, isLowerBound, repetition: null, bound, baseline: outcome };
    return outcomeOf(phase, threshold, { state: "broken", reason: LOWER_BOUND, ...found });
  }
  return outcomeOf(phase, threshold, {
    state: missing || outcome.shows === "worse" ? "broken" : "met",
    measured,
    ...(isLowerBound ? { isLowerBound } : {}),
    repetition: null,
    bound,
    reason: missing ? whose : explained(outcome),
    baseline: outcome,
  });
}

/** Describes the test: no significant difference is not a proof of equality. */
function explained(outcome: BaselineOutcome): string {
  const { repetitions, baselineRepetitions, shows, adjustedP, driftShare } = outcome;
  const each =
    repetitions === baselineRepetitions
      ? `${repetitions} repetitions each`
      : `${repetitions} and ${baselineRepetitions} repetitions`;
  if (driftShare !== undefined) {
    const percent = Number((driftShare * 100).toPrecision(2));
    return (
      `significant in the rank test (${each}), but a difference below ${percent}% may be drift ` +
      "between the runs; `assay compare --interleave` detects smaller differences"
    );
  }
  if (shows === "nothing") return `no significant difference, ${each}`;
  const p = adjustedP === null ? "" : `, p = ${adjustedP.toPrecision(2)}`;
  return `significantly ${shows}, ${each}${p} (alpha ${BASELINE_ALPHA})`;
}

const INCOMPLETE: Readonly<Record<Run["state"], string>> = {
  running: "the run has not ended",
  complete: "the run is complete",
  partial: "the run ended early",
  failed: "the run failed",
};

/** Why a run is not complete, with its reason: a sentence without a full stop. */
export function incompleteWords({ state, reason }: Pick<Run, "state" | "reason">): string {
  const isStopped = state === "partial" && isInterrupted(reason);
  const words = isStopped ? "the run was interrupted" : INCOMPLETE[state];
  return reason === null ? words : `${words}: ${reason}`;
}

function endedEarly({ state, reason }: Run, outcome: ThresholdOutcome): ThresholdOutcome {
  if (outcome.state === "unjudged") return outcome;
  return { ...outcome, state: "broken", reason: incompleteWords({ state, reason }) };
}
