import { targetDifferences } from "../../metrics/difference/difference.ts";
import { describeDifferences } from "../../metrics/difference/fields.ts";
import { baselineDifferences, tooFewRepetitions } from "../../metrics/threshold/baseline.ts";
import { UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Threshold } from "../../model/plan/threshold.ts";
import type { Run } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { readRun } from "../../run/store/read.ts";
import { pinAmounts } from "../../scenario/fit/amounts.ts";
import { DEFAULT_CHECKS } from "../../scenario/schema/threshold.ts";

/** Plans with their thresholds, and the run that these compare with. */
export interface BaselineSetup {
  readonly plans: readonly Plan[];
  readonly baseline: Run | null;
}

/**
 * Reads the run that `--baseline` names. Plans without a threshold that compares with a baseline
 * get {@link DEFAULT_CHECKS}. Throws UsageError for a baseline of another plan or target, and for
 * too few repetitions to find any difference significant.
 */
export async function againstBaseline(
  plans: readonly Plan[],
  targets: readonly TargetSpec[],
  named: string | undefined,
  resultsFolder: string,
): Promise<BaselineSetup> {
  if (named === undefined) return { plans, baseline: null };
  const { run: baseline } = await readRun(named, resultsFolder);
  const refusedTarget = targets.flatMap((target) => anotherTarget(target, baseline) ?? [])[0];
  if (refusedTarget !== undefined) throw new UsageError(refusedTarget);
  // Automatic sizes are those of the baseline, so that both runs do the same work.
  const checked = plans.map((plan) => pinAmounts(withChecks(plan), baseline.plan.datasets));
  for (const plan of checked) {
    const refused = anotherPlan(plan, baseline) ?? tooFewRepetitions(plan, baseline);
    if (refused !== null) throw new UsageError(refused);
  }
  return { plans: checked, baseline };
}

function anotherPlan(plan: Plan, baseline: Run): string | null {
  const found = baselineDifferences(plan, baseline);
  if (found.length === 0) return null;
  return (
    `--baseline ${baseline.id}: its plan differs from ${plan.name} in ` +
    `${describeDifferences(found)}; name a run of the same plan (only repetitions and thresholds ` +
    "may differ)"
  );
}

function anotherTarget(target: TargetSpec, baseline: Run): string | null {
  const found = targetDifferences(baseline.target, target);
  if (found.length === 0) return null;
  return (
    `--baseline ${baseline.id}: its target differs from ${target.name} in ` +
    `${describeDifferences(found)}; name a run on the same target, or compare the runs with ` +
    "`assay compare`"
  );
}

function withChecks(plan: Plan): Plan {
  const hasOwn = plan.phases.some(({ thresholds = [] }) => thresholds.some(comparesWithBaseline));
  if (hasOwn) return plan;
  const phases = plan.phases.map((phase) => ({
    ...phase,
    thresholds: [...(phase.thresholds ?? []), ...DEFAULT_CHECKS],
  }));
  return { ...plan, phases };
}

function comparesWithBaseline({ criterion }: Threshold): boolean {
  return criterion.kind === "baseline";
}
