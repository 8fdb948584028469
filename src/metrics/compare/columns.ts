import { UsageError } from "../../model/fault/errors.ts";
import type { Run, RunState } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import { surroundingsDifferences } from "../difference/difference.ts";
import { describeDifferences } from "../difference/fields.ts";
import { surroundingsOf } from "../difference/surroundings.ts";

/** One column in the table of its scenario: a run, or several of one plan on one target. */
export interface ComparedRun {
  /** The target's name, or what tells two runs on one target apart. */
  readonly label: string;
  /** All runs of the column, in the order they began. */
  readonly runs: readonly OneRun[];
  readonly scenario: string;
  readonly target: string;
  readonly targetKind: TargetKind;
  /** The target only behaves as one of its kind would; absent: it is one. */
  readonly emulated?: boolean;
  /** The target is no storage of AWS, whatever its kind; absent: it is, or imitates it. */
  readonly foreign?: boolean;
  readonly planHash: string;
}

interface OneRun {
  readonly id: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly startedAt: string;
}

/** Runs that make one column, the first of which names it. */
export type Column = readonly [Run, ...(readonly Run[])];

/**
 * One column per run; with `pool` one for all runs of one plan whose target, storage, host and
 * software are the same, as a claim takes them for repetitions.
 */
export function columnsOf(runs: readonly Run[], pool: boolean): readonly Column[] {
  if (!pool) return runs.map((run) => [run]);
  const groups = Map.groupBy(runs, (run) => JSON.stringify([run.planHash, surroundingsOf(run)]));
  return [...groups.values()].flatMap((group): Column[] => {
    const [first, ...rest] = [...group].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    return first === undefined ? [] : [[first, ...rest]];
  });
}

/** What is compared, by the name it stands under, and the columns of each. */
export type Groups = readonly (readonly [scenario: string, columns: readonly Column[]])[];

/**
 * Throws UsageError for fewer than two runs, for one given twice, or nothing to compare it with.
 */
export function requireColumns(runs: readonly Run[], groups: Groups, pool: boolean): void {
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
  if (groups.some(([, columns]) => columns.length > 1)) return;
  const [[only, columns] = ["", []]] = groups;
  if (pool && groups.length === 1) {
    throw new UsageError(
      `All ${runs.length} runs are of one plan of ${only} on ${columns[0]?.[0].target.name}: ` +
        "with --pool they are one column. Give runs of another target or plan too, or leave " +
        "out --pool.",
    );
  }
  const scenarios = groups.map(([scenario, members]) => `${scenario} (${members[0]?.[0].id})`);
  throw new UsageError(
    `These runs have no scenario in common: ${scenarios.join(", ")}. Give at least two runs of ` +
      "one scenario.",
  );
}

/**
 * Target names where they tell a scenario's columns apart; else plans, run ids, or their order.
 * Columns of different scenarios are told apart by those first.
 */
export function labelsOf(groups: Groups): ReadonlyMap<Column, string> {
  const labels = new Map<Column, string>();
  for (const [, columns] of groups) {
    const names = WAYS.map((way) => columns.map(([run]) => way(run)));
    const telling = names.find((all) => new Set(all).size === all.length);
    for (const [at, column] of columns.entries()) {
      labels.set(column, telling?.[at] ?? fallback(column, at, columns, groups.length > 1));
    }
  }
  return labels;
}

/** What may tell columns apart, the shortest first. */
const WAYS: readonly ((run: Run) => string)[] = [
  (run) => run.target.name,
  (run) => run.plan.name,
  (run) => `${run.plan.name} on ${run.target.name}`,
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

/** A column as a report names it. */
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
 * The columns by letter in the order their runs began, `A B B A`; null where every column is one
 * run, of which the order is plain.
 */
export function orderOf(columns: readonly Column[]): string | null {
  if (columns.every((column) => column.length === 1)) return null;
  return columns
    .flatMap((column, at) => column.map(({ startedAt }) => ({ startedAt, at })))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt))
    .map(({ at }) => letterOf(at))
    .join(" ");
}

/** A for the first column, B for the second, and after Z numbers. */
export function letterOf(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : String(column + 1);
}

/**
 * In which facts the columns differ from the first one, as the end of a sentence; null: in none.
 * Runs of a column share all of them where they are pooled.
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
