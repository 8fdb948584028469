import { ComparisonRefused, UsageError } from "../model/errors.ts";
import type { Run, RunState } from "../model/run.ts";
import type { TargetKind } from "../model/target.ts";
import { describeDifferences, planDifferences } from "./compare-plans.ts";
import type { ComparedRow } from "./compare-rows.ts";
import { rowsOf } from "./compare-rows.ts";

/** A scenario a target was not given, and why: what preflight said before any run. */
export interface NotRun {
  readonly scenario: string;
  readonly target: string;
  readonly reason: string;
}

export interface CompareOptions {
  /** Compare runs of different plans, with a note that says so. */
  readonly force: boolean;
  readonly notRun?: readonly NotRun[];
}

/** One run's column in the table of its scenario. */
export interface ComparedRun {
  /** The target's name, or what tells two runs on one target apart. */
  readonly label: string;
  readonly runId: string;
  readonly scenario: string;
  readonly target: string;
  readonly targetKind: TargetKind;
  readonly state: RunState;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly planHash: string;
}

/** The runs of one scenario. The first column is what the others are measured against. */
export interface ScenarioComparison {
  readonly scenario: string;
  readonly title: string;
  readonly runs: readonly ComparedRun[];
  readonly rows: readonly ComparedRow[];
  /** Set where the runs' plans differ and the comparison was forced. */
  readonly differentPlans: string | null;
}

/** Several runs side by side: plain numbers; nothing is said yet about whether they differ. */
export interface Comparison {
  /** Column labels over all scenarios, in order of first appearance. */
  readonly labels: readonly string[];
  readonly scenarios: readonly ScenarioComparison[];
  readonly notRun: readonly NotRun[];
}

/**
 * Sets runs side by side: grouped by scenario, a column a run, a row a phase (and an operation,
 * where a phase mixes them). Values are of the median repetition.
 *
 * @throws UsageError for fewer than two runs, a run given twice, or no scenario in common.
 * @throws ComparisonRefused for runs of one scenario with different plans, unless forced.
 */
export function compareRuns(runs: readonly Run[], options: CompareOptions): Comparison {
  requireRuns(runs);
  const groups = [...Map.groupBy(runs, (run) => run.plan.name)];
  requireOverlap(groups);
  const plans = groups.map(([scenario, members]) => ({ scenario, ...planNote(members) }));
  const refused = plans.filter((plan) => plan.difference !== null);
  if (refused.length > 0 && !options.force) {
    throw new ComparisonRefused(refused.map((plan) => refusal(plan)).join("\n"));
  }
  const labels = labelsOf(groups.map(([, members]) => members));
  const scenarios = groups.map(([scenario, members], index) => {
    const [first] = members;
    const compared = members.map((run) => comparedRun(run, labels.get(run.id) ?? run.id));
    return {
      scenario,
      title: first?.plan.title ?? scenario,
      runs: compared,
      rows: rowsOf(members),
      differentPlans: plans[index]?.difference ?? null,
    };
  });
  return {
    labels: [...new Set(runs.map((run) => labels.get(run.id) ?? run.id))],
    scenarios,
    notRun: options.notRun ?? [],
  };
}

function requireRuns(runs: readonly Run[]): void {
  if (runs.length < 2) {
    throw new UsageError(
      `A comparison needs at least two runs, and ${runs.length === 1 ? "one was" : "none were"} ` +
        "given: name two or more run folders.",
    );
  }
  const ids = runs.map((run) => run.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new UsageError(`Run ${twice} was given twice: a run is not compared with itself.`);
  }
}

function requireOverlap(groups: readonly (readonly [string, readonly Run[]])[]): void {
  if (groups.some(([, members]) => members.length > 1)) return;
  const scenarios = groups.map(([scenario, members]) => `${scenario} (${members[0]?.id})`);
  throw new UsageError(
    `These runs have no scenario in common: ${scenarios.join(", ")}. Give at least two runs of ` +
      "one scenario.",
  );
}

interface PlanNote {
  readonly first: string;
  readonly other: string;
  /** Which fields differ; null where all plans are the same. */
  readonly difference: string | null;
}

function planNote(members: readonly Run[]): PlanNote {
  const [first] = members;
  const other = members.find((run) => run.planHash !== first?.planHash);
  if (first === undefined || other === undefined) return { first: "", other: "", difference: null };
  const found = planDifferences(first.plan, other.plan);
  return { first: first.id, other: other.id, difference: describeDifferences(found) };
}

function refusal(plan: PlanNote & { readonly scenario: string }): string {
  return (
    `Runs ${plan.first} and ${plan.other} of ${plan.scenario} were made by different plans and ` +
    `are not compared: they differ in ${plan.difference}. Run the same plan on both, or compare ` +
    "with --force and a note in the table."
  );
}

/** Target names where they tell a scenario's runs apart; else run ids, or their order. */
function labelsOf(groups: readonly (readonly Run[])[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const members of groups) {
    const byTarget = Map.groupBy(members, (run) => run.target.name);
    for (const [target, same] of byTarget) {
      for (const [index, run] of same.entries()) {
        const several = groups.length > 1 ? `${target} (run ${index + 1})` : run.id;
        labels.set(run.id, same.length > 1 ? several : target);
      }
    }
  }
  return labels;
}

function comparedRun(run: Run, label: string): ComparedRun {
  return {
    label,
    runId: run.id,
    scenario: run.plan.name,
    target: run.target.name,
    targetKind: run.target.kind,
    state: run.state,
    reason: run.reason,
    startedAt: run.startedAt,
    planHash: run.planHash,
  };
}
