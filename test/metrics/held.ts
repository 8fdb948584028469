import type { PhasePlan } from "../../src/model/plan/plan.ts";
import type { ThresholdOutcome } from "../../src/model/plan/threshold.ts";
import type { PhaseResult, Run, Summary } from "../../src/model/run/run.ts";
import { phasePlan, plan, result, run, VOLUME } from "../report/fixture.ts";
import { thresholds } from "../report/thresholds.ts";

/** A run of one phase held to these, whose repetitions have these summaries. */
export function held(
  texts: readonly string[],
  repetitions: readonly (readonly Summary[])[],
  more: Partial<PhaseResult> = {},
  phase: Partial<PhasePlan> = {},
): Run {
  const planned = phasePlan("read", { ...phase, thresholds: thresholds(texts) });
  const phases = repetitions.map((summaries, index) =>
    result(planned, summaries, { repetition: index + 1, ...more }),
  );
  const many = { repetitions: repetitions.length };
  return run("now", VOLUME, plan("p", [planned], many), phases);
}

export function states(outcomes: readonly ThresholdOutcome[]): readonly string[] {
  return outcomes.map(({ state }) => state);
}
