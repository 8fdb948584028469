/**
 * Comparison of stored runs: columns are runs, rows are phases, and each number is tested against
 * that of the first column. This file is the entry and says what a comparison consists of;
 * `columns.ts` groups runs, `rows.ts` and `cells.ts` read numbers, `contrasts.ts` tests them. Words
 * and tables are not made here but in `report/comparison`.
 */

import { ComparisonRefused, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { planDifferences } from "../difference/difference.ts";
import { describeDifferences } from "../difference/fields.ts";
import type { TimeSeriesSource } from "../histogram/time-series.ts";
import {
  type Column,
  type ComparedRun,
  columnsOf,
  comparedColumn,
  type Groups,
  labelsOf,
  orderOf,
  requireColumns,
  surroundingsNote,
} from "./columns.ts";
import { corrected, type Testing, testingOf } from "./contrasts.ts";
import { type ComparedRow, rowsOf } from "./rows.ts";

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
  /** Runs of one plan on one storage, host and software are repetitions of one column. */
  readonly pool?: boolean;
  /**
   * Compare scenarios of different names too, by the names of their phases: what differs between
   * the plans is what is asked about. Runs are pooled as with `pool`.
   */
  readonly across?: boolean;
  /** Where the intervals of a single repetition come from; without it, it has none. */
  readonly timeSeries?: TimeSeriesSource;
}

/** The columns of one scenario. The first is what the others are measured against. */
export interface ScenarioComparison {
  readonly scenario: string;
  readonly title: string;
  readonly runs: readonly ComparedRun[];
  readonly rows: readonly ComparedRow[];
  /** Which fields differ, where the runs' plans differ and the comparison was asked for. */
  readonly differentPlans: string | null;
  /** Where columns differ in storage, host or software, from the first one; null: nowhere. */
  readonly differentSurroundings: string | null;
  /** The columns by letter as their runs began; null where each is one run. */
  readonly order: string | null;
}

/** Runs side by side, and of which of their differences chance alone is not the reason. */
export interface Comparison {
  /** Column labels over all scenarios, in order of first appearance. */
  readonly labels: readonly string[];
  readonly scenarios: readonly ScenarioComparison[];
  readonly notRun: readonly NotRun[];
  /** Whether different plans were what was asked about. */
  readonly across: boolean;
  /** What the tests over all of it can say; null where no number stands beside another. */
  readonly testing: Testing | null;
}

/**
 * Sets runs side by side: grouped by scenario, a column a run (or several, pooled), a row a phase
 * (and an operation, where a phase mixes them). Values are medians over repetitions. Each column is
 * tested against the first by ranks of repetitions, all tests of the comparison corrected together.
 *
 * @throws UsageError for fewer than two runs, a run given twice, or no scenario in common.
 * @throws ComparisonRefused for runs of one scenario with different plans, unless forced.
 */
export function compareRuns(runs: readonly Run[], options: CompareOptions): Comparison {
  const across = options.across ?? false;
  const pool = (options.pool ?? false) || across;
  const groups = groupsOf(runs, pool, across);
  requireColumns(runs, groups, pool);
  if (across) requirePhases(groups);
  const plans = groups.map(([scenario, columns]) => ({ scenario, ...planNote(columns, across) }));
  const refused = plans.filter((plan) => plan.difference !== null);
  if (refused.length > 0 && !options.force && !across) {
    throw new ComparisonRefused(refused.map((plan) => refusal(plan)).join("\n"));
  }
  const labels = labelsOf(groups);
  const labelOf = (column: Column): string => labels.get(column) ?? column[0].id;
  const raw = groups.map(([, columns]) => rowsOf(columns, options.timeSeries ?? (() => null)));
  const contrasts = corrected(raw.flat().map((row) => row.raw));
  let row = 0;
  const scenarios = groups.map(([scenario, columns], index) => ({
    scenario,
    title: titleOf(columns),
    runs: columns.map((column) => comparedColumn(column, labelOf(column))),
    rows: (raw[index] ?? []).map(({ raw: _, ...rest }) => ({
      ...rest,
      contrasts: contrasts[row++] ?? [],
    })),
    differentPlans: plans[index]?.difference ?? null,
    differentSurroundings: surroundingsNote(columns, labelOf),
    order: orderOf(columns),
  }));
  return {
    labels: [...new Set(groups.flatMap(([, columns]) => columns.map(labelOf)))],
    scenarios,
    notRun: options.notRun ?? [],
    across,
    testing: testingOf(raw.flat()),
  };
}

/** By scenario, or all together under the names of all. */
function groupsOf(runs: readonly Run[], pool: boolean, across: boolean): Groups {
  const names = [...new Set(runs.map((run) => run.plan.name))].join(" / ");
  const groups = Map.groupBy(runs, (run) => (across ? names : run.plan.name));
  return [...groups].map(([scenario, members]) => [scenario, columnsOf(members, pool)] as const);
}

function titleOf(columns: readonly Column[]): string {
  return [...new Set(columns.map(([run]) => run.plan.title))].join(" / ");
}

/** Plans of which no phase has a name in common say nothing of each other. */
function requirePhases(groups: Groups): void {
  for (const [, columns] of groups) {
    const names = columns.map(([run]) => run.plan.phases.map((phase) => phase.name));
    const [first = [], ...others] = names;
    if (others.some((other) => other.some((name) => first.includes(name)))) continue;
    throw new UsageError(
      `these scenarios have no phase of one name (${first.join(", ")} against ` +
        `${others.flat().join(", ")}), and phases are compared by name: name them alike`,
    );
  }
}

interface PlanNote {
  readonly first: string;
  readonly other: string;
  /** Which fields differ; null where all plans are the same. */
  readonly difference: string | null;
}

/** Fields that say what a plan is called, not what it does. */
const WORDS: ReadonlySet<string> = new Set(["name", "title", "description", "guide"]);

function planNote(columns: readonly Column[], across: boolean): PlanNote {
  const [first] = columns[0] ?? [];
  const [other] = columns.find(([run]) => run.planHash !== first?.planHash) ?? [];
  if (first === undefined || other === undefined) return { first: "", other: "", difference: null };
  const found = planDifferences(first.plan, other.plan);
  const told = across ? found.filter(({ field }) => !WORDS.has(field)) : found;
  const none = across && told.length === 0;
  const difference = none ? null : describeDifferences(told);
  return { first: first.id, other: other.id, difference };
}

function refusal(plan: PlanNote & { readonly scenario: string }): string {
  return (
    `Runs ${plan.first} and ${plan.other} of ${plan.scenario} were made by different plans and ` +
    `are not compared: they differ in ${plan.difference}. Run the same plan on both, or compare ` +
    "with --force and a note in the table."
  );
}
