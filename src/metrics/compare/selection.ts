import { UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { workDifferences } from "../difference/difference.ts";
import { describeDifferences } from "../difference/fields.ts";
import { columnsOf } from "./columns.ts";

/** Runs of one scenario that were given but are not compared. */
export interface LeftOut {
  readonly scenario: string;
  /** Ids of the runs, in the given order. */
  readonly runIds: readonly string[];
  /**
   * Fields in which their plan differs from the compared one, in one line; null if they measured
   * nothing.
   */
  readonly planDifferences: string | null;
}

/** The runs to compare, in the given order, and the others. */
export interface Selection {
  readonly runs: readonly Run[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Whether a run has any operation, completed or failed. An interrupted phase without one may have
 * operations that ended after the interruption, which do not count.
 */
function hasMeasured({ phases }: Pick<Run, "phases">): boolean {
  return phases.some(({ state, summaries }) =>
    summaries.some(({ operations, errors, drained, unfinished = 0, leftOut = 0 }) => {
      const late = state === "complete" ? drained + unfinished + leftOut : 0;
      return operations + errors + late > 0;
    }),
  );
}

/**
 * Leaves out runs that measured nothing.
 *
 * @throws UsageError if fewer than two of several runs remain
 */
export function measuredRuns(runs: readonly Run[]): Selection {
  const measured = runs.filter(hasMeasured);
  const empty = runs.filter((run) => !measured.includes(run));
  if (measured.length < 2 && runs.length > 1 && empty.length > 0) {
    const ids = shortList(empty.map(({ id }) => id));
    const got = measured.length === 0 ? "none" : "only 1";
    throw new UsageError(
      `A comparison needs at least two runs that measured something, got ${got}; these measured ` +
        `nothing: ${ids}.`,
    );
  }
  const groups = Map.groupBy(empty, ({ plan }) => plan.name);
  const leftOut = [...groups].map(([scenario, group]) => ({
    scenario,
    runIds: group.map(({ id }) => id),
    planDifferences: null,
  }));
  return { runs: measured, leftOut };
}

/**
 * Keeps one plan of each scenario: of the plans with two columns or more, the one that was run
 * last. Returns all runs if no scenario has such a plan.
 */
export function newestPlans(runs: readonly Run[], pool: boolean): Selection {
  const scenarios = Map.groupBy(runs, ({ plan }) => plan.name);
  const chosen = new Map([...scenarios].map(([name, group]) => [name, newestPlan(group, pool)]));
  if ([...chosen.values()].every(({ isComparable }) => !isComparable)) return { runs, leftOut: [] };
  const kept = new Set([...chosen.values()].flatMap(({ group }) => group));
  const leftOut = [...scenarios].flatMap(([scenario, all]) => {
    const [first] = chosen.get(scenario)?.group ?? [];
    const others = Map.groupBy(
      all.filter((run) => !kept.has(run)),
      ({ planHash }) => planHash,
    );
    return [...others.values()].flatMap((group): readonly LeftOut[] => {
      const [other] = group;
      if (first === undefined || other === undefined) return [];
      const found = describeDifferences(workDifferences(first, other), 3);
      return [{ scenario, runIds: group.map(({ id }) => id), planDifferences: found }];
    });
  });
  return { runs: runs.filter((run) => kept.has(run)), leftOut };
}

/** The runs of the newest plan with two columns; without one, those of the newest plan. */
function newestPlan(runs: readonly Run[], pool: boolean) {
  const plans = [...Map.groupBy(runs, ({ planHash }) => planHash).values()].map((group) => ({
    group,
    isComparable: columnsOf(group, pool).length > 1,
    newest: group.reduce((last, { startedAt }) => (startedAt > last ? startedAt : last), ""),
  }));
  const rank = (one: (typeof plans)[number]): string => `${Number(one.isComparable)}${one.newest}`;
  const [first, ...others] = plans;
  if (first === undefined) return { group: [], isComparable: false };
  return others.reduce((best, one) => (rank(one) > rank(best) ? one : best), first);
}

/** The first items of a list, and the number of the others: `a, b, c and 4 more`. */
export function shortList(items: readonly string[], max = 3): string {
  const more = items.length - max;
  return items.slice(0, max).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
