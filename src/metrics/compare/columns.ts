import { UsageError } from "../../model/fault/errors.ts";
import type { RunState } from "../../model/run/measurement.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import { surroundingsDifferences } from "../difference/difference.ts";
import { describeDifferences } from "../difference/fields.ts";
import { surroundingsOf } from "../difference/surroundings.ts";

/** One column in the table of its scenario: a run, or several of one plan on one target. */
export interface ComparedRun {
  /** The target's name, or what distinguishes two runs on one target. */
  readonly label: string;
  /** All runs of the column, in the order they started. */
  readonly runs: readonly OneRun[];
  readonly scenario: string;
  readonly target: string;
  readonly targetKind: TargetKind;
  /** Whether the target imitates its kind; absent if it is a real one. */
  readonly emulated?: boolean;
  /** Whether the target is S3 storage outside AWS; absent if it is on AWS or emulated. */
  readonly foreign?: boolean;
  readonly planHash: string;
}

interface OneRun {
  readonly id: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly startedAt: string;
}

/** The runs of one column, the earliest first. */
export type Column = readonly [Run, ...(readonly Run[])];

/**
 * Returns one column per run. With `pool`, runs with the same plan, target, storage, host and
 * software share a column; a claim groups repetitions by the same rule.
 */
export function columnsOf(runs: readonly Run[], pool: boolean): readonly Column[] {
  if (!pool) return runs.map((run) => [run]);
  const groups = Map.groupBy(runs, (run) => JSON.stringify([run.planHash, surroundingsOf(run)]));
  return [...groups.values()].flatMap((group): Column[] => {
    const [first, ...rest] = [...group].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    return first === undefined ? [] : [[first, ...rest]];
  });
}

/** The columns to compare, by scenario. */
export type Groups = readonly (readonly [scenario: string, columns: readonly Column[]])[];

/**
 * Checks that there is something to compare.
 *
 * @throws UsageError for fewer than two runs, a duplicate run, or no scenario with two columns.
 */
export function requireColumns(runs: readonly Run[], groups: Groups, pool: boolean): void {
  if (runs.length < 2) {
    throw new UsageError(
      `A comparison needs at least two runs, got ${runs.length}; name two or more run directories.`,
    );
  }
  const ids = runs.map((run) => run.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new UsageError(`Run ${twice} is given twice; name each run once.`);
  }
  if (groups.some(([, columns]) => columns.length > 1)) return;
  const [[only, columns] = ["", []]] = groups;
  if (pool && groups.length === 1) {
    throw new UsageError(
      `All ${runs.length} runs have the same plan of ${only} on ` +
        `${columns[0]?.[0].target.name}, so --pool makes them one column; add runs of another ` +
        "target or plan, or remove --pool.",
    );
  }
  const scenarios = groups.map(([scenario, members]) => `${scenario} (${members[0]?.[0].id})`);
  throw new UsageError(
    `These runs have no scenario in common: ${scenarios.join(", ")}; name at least two runs of ` +
      "one scenario, or add --across to compare phases by name.",
  );
}

/**
 * Returns the label of each column: the target name if it distinguishes the columns of a scenario,
 * else the plan, the run id, or a number in order.
 */
export function labelsOf(groups: Groups): ReadonlyMap<Column, string> {
  const labels = new Map<Column, string>();
  for (const [, columns] of groups) {
    const names = LABELS.map((labelOf) => columns.map(([run]) => labelOf(run)));
    const distinct = names.find((all) => new Set(all).size === all.length);
    for (const [at, column] of columns.entries()) {
      labels.set(column, distinct?.[at] ?? fallback(column, at, columns, groups.length > 1));
    }
  }
  return labels;
}

/** Possible labels of columns, the shortest first. */
const LABELS: readonly ((run: Run) => string)[] = [
  (run) => run.target.name,
  (run) => run.plan.name,
  (run) => pairName(run),
];

function fallback(
  column: Column,
  at: number,
  columns: readonly Column[],
  several: boolean,
): string {
  const [run, ...more] = column;
  const same = columns.filter(([other]) => other.target.name === run.target.name);
  if (same.length === 1) return run.target.name;
  if (more.length > 0) {
    const plans = new Set(same.map(([other]) => other.planHash));
    const what = plans.size === same.length ? `plan ${run.planHash.slice(0, 6)}` : letterOf(at);
    return `${run.target.name} (${what})`;
  }
  const place = columns.slice(0, at).filter(([other]) => other.target.name === run.target.name);
  return several ? `${run.target.name} (run ${place.length + 1})` : run.id;
}

/** Returns what a report shows of a column. */
export function comparedColumn(column: Column, label: string): ComparedRun {
  const [first] = column;
  return {
    label,
    runs: column.map(({ id, state, reason, startedAt }) => ({ id, state, reason, startedAt })),
    scenario: first.plan.name,
    target: first.target.name,
    targetKind: first.target.kind,
    ...(first.target.emulated === undefined ? {} : { emulated: true }),
    ...(isForeign(first.target) ? { foreign: true } : {}),
    planHash: first.planHash,
  };
}

/**
 * Returns the letters of the columns in the order their runs started, `A B B A`; null if every
 * column is a single run.
 */
export function orderOf(columns: readonly Column[]): string | null {
  if (columns.every((column) => column.length === 1)) return null;
  return columns
    .flatMap((column, at) => column.map(({ startedAt }) => ({ startedAt, at })))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt))
    .map(({ at }) => letterOf(at))
    .join(" ");
}

/** A for the first column, B for the second; after Z, numbers. */
export function letterOf(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : String(column + 1);
}

/**
 * Returns how storage, host and software of the columns differ from those of the first one, as the
 * end of a sentence; null if they do not. The runs of a pooled column share all of these facts.
 */
export function surroundingsNote(
  columns: readonly Column[],
  labelOf: (column: Column) => string,
): string | null {
  const [first, ...others] = columns;
  if (first === undefined) return null;
  const notes = others.flatMap((column) => {
    const found = surroundingsDifferences(first[0], column[0]);
    if (found.length === 0) return [];
    return [`${labelOf(column)} from ${labelOf(first)} in ${describeDifferences(found)}`];
  });
  return notes.length === 0 ? null : notes.join("; ");
}
