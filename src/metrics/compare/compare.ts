/**
 * Comparison of stored runs: columns are runs, rows are phases, and each value is tested against
 * that of the first column. This file defines the comparison; `selection.ts` chooses runs,
 * `columns.ts` groups them, `rows.ts` and `cells.ts` read values, `contrasts.ts` tests them,
 * `within-runs.ts` has the intervals of single runs, `significance.ts` decides, and
 * `few-repetitions.ts` decides where repetitions are too few for a test. `report/comparison` makes
 * the text and tables.
 */

import { ComparisonRefused, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { workDifferences } from "../difference/difference.ts";
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
import { type Testing, testingOf } from "./contrasts.ts";
import { type ComparedRow, rowsOf } from "./rows.ts";
import { type LeftOut, measuredRuns, newestPlans } from "./selection.ts";
import { corrected } from "./significance.ts";

/** A scenario that preflight skipped on a target, with the reason. */
export interface NotRun {
  readonly scenario: string;
  readonly target: string;
  readonly reason: string;
}

export interface CompareOptions {
  /** Whether to compare runs of different plans, with a note. */
  readonly force: boolean;
  readonly notRun?: readonly NotRun[];
  /** Whether runs with the same plan, storage, host and software share a column. */
  readonly pool?: boolean;
  /**
   * Whether to compare different scenarios by the names of their phases. The differences between
   * the plans are the subject of the comparison. Runs are pooled as with `pool`.
   */
  readonly across?: boolean;
  /** Time series for the intervals of single repetitions; without it, they have none. */
  readonly timeSeries?: TimeSeriesSource;
}

/** The columns of one scenario. The others are compared with the first. */
export interface ScenarioComparison {
  readonly scenario: string;
  readonly title: string;
  readonly runs: readonly ComparedRun[];
  readonly rows: readonly ComparedRow[];
  /** Differences between the plans, if they are compared nevertheless; null if there are none. */
  readonly differentPlans: string | null;
  /** Differences in storage, host or software from the first column; null if there are none. */
  readonly differentSurroundings: string | null;
  /** Letters of the columns in the order their runs started; null if each is a single run. */
  readonly order: string | null;
}

/** Runs side by side, with the significance of their differences. */
export interface Comparison {
  /** Column labels over all scenarios, in order of first appearance. */
  readonly labels: readonly string[];
  readonly scenarios: readonly ScenarioComparison[];
  readonly notRun: readonly NotRun[];
  /** Given runs that are not compared; empty if there are none. */
  readonly leftOut: readonly LeftOut[];
  /** Whether different plans are the subject of the comparison. */
  readonly across: boolean;
  /** Number of tests and the repetitions they need; null if no two values are compared. */
  readonly testing: Testing | null;
}

/**
 * Compares runs by scenario: one column per run (or per pooled runs), one row per phase and per
 * operation of a mixed phase. Values are medians over repetitions. A rank test over repetitions
 * compares each column with the first; all tests of the comparison are corrected together.
 *
 * Runs that measured nothing are left out; unless forced, so are those with another plan than the
 * newest one that has two columns.
 *
 * @throws UsageError for fewer than two runs, a duplicate run, or no scenario in common.
 * @throws ComparisonRefused for runs of one scenario that all have different plans, unless forced.
 */
export function compareRuns(given: readonly Run[], options: CompareOptions): Comparison {
  const across = options.across ?? false;
  const pool = (options.pool ?? false) || across;
  const measured = measuredRuns(given);
  const isMixed = across || options.force;
  const chosen = isMixed ? { ...measured, leftOut: [] } : newestPlans(measured.runs, pool);
  const { runs } = chosen;
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
  const tests = raw.flat().map((row) => row.raw);
  const contrasts = corrected(tests);
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
    leftOut: [...measured.leftOut, ...chosen.leftOut],
    across,
    testing: testingOf(tests),
  };
}

/** Groups runs by scenario; with `across`, all of them under the names of all scenarios. */
function groupsOf(runs: readonly Run[], pool: boolean, across: boolean): Groups {
  const names = [...new Set(runs.map((run) => run.plan.name))].join(" / ");
  const groups = Map.groupBy(runs, (run) => (across ? names : run.plan.name));
  return [...groups].map(([scenario, members]) => [scenario, columnsOf(members, pool)] as const);
}

function titleOf(columns: readonly Column[]): string {
  return [...new Set(columns.map(([run]) => run.plan.title))].join(" / ");
}

/** Throws UsageError if two plans have no phase name in common. */
function requirePhases(groups: Groups): void {
  for (const [, columns] of groups) {
    const names = columns.map(([run]) => run.plan.phases.map((phase) => phase.name));
    const [first = [], ...others] = names;
    if (others.some((other) => other.some((name) => first.includes(name)))) continue;
    throw new UsageError(
      `these scenarios have no phase name in common (${first.join(", ")} and ` +
        `${others.flat().join(", ")}); give phases to be compared the same name`,
    );
  }
}

interface PlanNote {
  readonly first: string;
  readonly other: string;
  /** Fields that differ; null if all plans are equal. */
  readonly difference: string | null;
}

/** Fields that describe a plan and do not change its work. */
const DESCRIPTIVE_FIELDS: ReadonlySet<string> = new Set(["name", "title", "description", "guide"]);

function planNote(columns: readonly Column[], across: boolean): PlanNote {
  const [first] = columns[0] ?? [];
  const [other] = columns.find(([run]) => run.planHash !== first?.planHash) ?? [];
  if (first === undefined || other === undefined) return { first: "", other: "", difference: null };
  const found = workDifferences(first, other);
  const relevant = across ? found.filter(({ field }) => !DESCRIPTIVE_FIELDS.has(field)) : found;
  const none = across && relevant.length === 0;
  const difference = none ? null : describeDifferences(relevant);
  return { first: first.id, other: other.id, difference };
}

function refusal(plan: PlanNote & { readonly scenario: string }): string {
  return (
    `Runs ${plan.first} and ${plan.other} of ${plan.scenario} have different plans: they differ ` +
    `in ${plan.difference}. Let both do the same work, or add --force to compare them with a note.`
  );
}
