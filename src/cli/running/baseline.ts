import { join } from "node:path";
import { numberOfHosts, targetDifferences } from "../../metrics/difference/difference.ts";
import { describeDifferences } from "../../metrics/difference/fields.ts";
import { baselineDifferences, tooFewRepetitions } from "../../metrics/threshold/baseline.ts";
import { UsageError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Threshold } from "../../model/plan/threshold.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { readRun } from "../../run/store/read.ts";
import { pinAmounts } from "../../scenario/fit/amounts.ts";
import { withoutPhases } from "../../scenario/preflight/supported.ts";
import { DEFAULT_CHECKS } from "../../scenario/schema/threshold.ts";
import { baselineNames, readNamedBaseline, runFor } from "../baseline/named.ts";
import { DEFAULT_BASELINES } from "../stored.ts";

/** Plans with their thresholds, and the runs that these compare with. */
export interface BaselineSetup {
  readonly plans: readonly Plan[];
  /** Returns the run that a scenario on a target is compared with; null if there is none. */
  readonly baselineOf: (plan: Pick<Plan, "name">, target: Pick<TargetSpec, "name">) => Run | null;
  /** Throws UsageError unless the baseline runs are of this number of hosts. */
  readonly requireHosts: (hosts: number) => void;
  /** Scenarios on targets that a named baseline does not have, one line each. */
  readonly notes: readonly string[];
}

/** What `--baseline` names, and the directories that it may be in. */
export interface BaselineOptions {
  readonly baseline: string;
  readonly baselinesFolder?: string;
  readonly resultsFolder: string;
}

/**
 * Reads the run or the named baseline of `--baseline`. Plans without a threshold that compares with
 * a baseline get {@link DEFAULT_CHECKS}. Throws UsageError for a baseline of another plan or
 * target, and for too few repetitions to find any difference significant.
 */
export async function againstBaseline(
  plans: readonly Plan[],
  targets: readonly TargetSpec[],
  options: BaselineOptions,
): Promise<BaselineSetup> {
  const { baseline: named } = options;
  const { baselineOf, isNamed } = await readBaseline(named, options);
  const notes: string[] = [];
  const found = plans.map((plan) =>
    targets.flatMap((target) => {
      const run = baselineOf(plan, target);
      if (run === null) {
        notes.push(`${pairName({ plan, target })}: not compared; ${named} has no run of it`);
      }
      return run === null ? [] : [{ run, target }];
    }),
  );
  if (isNamed && found.flat().length === 0) throw new UsageError(`--baseline: ${notes.join("; ")}`);
  for (const { run, target } of found.flat()) {
    const refused = anotherTarget(target, run);
    if (refused !== null) throw new UsageError(refused);
  }
  const checked = plans.map((plan, at) =>
    checkedPlan(plan, found[at]?.map(({ run }) => run) ?? []),
  );
  const requireHosts = (hosts: number): void =>
    requireSameHosts({ plans: checked, baselineOf }, targets, hosts);
  return { plans: checked, baselineOf, requireHosts, notes };
}

/** Throws UsageError for a baseline run on another number of hosts: it did other work. */
export function requireSameHosts(
  { plans, baselineOf }: Pick<BaselineSetup, "plans" | "baselineOf">,
  targets: readonly TargetSpec[],
  hosts: number,
): void {
  for (const run of plans.flatMap((plan) => targets.map((target) => baselineOf(plan, target)))) {
    const before = run === null ? hosts : numberOfHosts(run);
    if (run === null || before === hosts) continue;
    const count = before === 1 ? "1 host" : `${before} hosts`;
    throw new UsageError(
      `--baseline ${run.id}: it is of ${count}, this run of ${hosts}; name a run on as many hosts`,
    );
  }
}

/** A stored run, which every scenario is compared with, or the runs of a named baseline. */
async function readBaseline(
  named: string,
  { baselinesFolder = DEFAULT_BASELINES, resultsFolder }: BaselineOptions,
): Promise<Pick<BaselineSetup, "baselineOf"> & { readonly isNamed: boolean }> {
  for (const folder of [named, join(baselinesFolder, named)]) {
    const runs = await readNamedBaseline(folder);
    if (runs === null) continue;
    return {
      isNamed: true,
      baselineOf: (plan, target) => runFor(runs, plan.name, target.name)?.run ?? null,
    };
  }
  const { run } = await readRun(named, resultsFolder).catch((error: unknown) => {
    const names = baselineNames(baselinesFolder);
    if (!(error instanceof UsageError) || names.length === 0) throw error;
    throw new UsageError(`${error.message}; named baselines: ${names.join(", ")}`);
  });
  return { isNamed: false, baselineOf: () => run };
}

/** The plan with thresholds for its baseline runs; unchanged if it has none. */
function checkedPlan(plan: Plan, baselines: readonly Run[]): Plan {
  const [first] = baselines;
  if (first === undefined) return plan;
  // Automatic sizes are those of the baseline, so that both runs do the same work.
  const checked = pinAmounts(withChecks(plan), first.plan.datasets);
  for (const baseline of baselines) {
    // A phase that the target does not support is in neither run.
    const part = withoutPhases(checked, baseline.skippedPhases ?? []);
    const refused = anotherPlan(part, baseline) ?? tooFewRepetitions(part, baseline);
    if (refused !== null) throw new UsageError(refused);
  }
  return checked;
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
