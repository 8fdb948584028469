import type { Operation } from "../../model/plan/operation.ts";
import type { Run } from "../../model/run/run.ts";
import type { TimeSeriesSource } from "../histogram/time-series.ts";
import { medianRepetition } from "../phase-result.ts";
import { allRepetitions, type ComparedCell, cellOf } from "./cells.ts";
import { type Contrasts, contrastsOf, type RawContrasts } from "./contrasts.ts";
import { intervalsWithinRuns } from "./within-runs.ts";

/** One workload of a scenario: a phase, or one operation of a mixed phase. */
export interface ComparedRow {
  readonly phase: string;
  readonly operation: Operation | "all";
  /** In the order of the scenario's columns. */
  readonly cells: readonly ComparedCell[];
  /** Each cell compared with the first; empty for the first. */
  readonly contrasts: readonly Contrasts[];
}

/** A row before the correction of its tests. */
export interface RawRow extends Omit<ComparedRow, "contrasts"> {
  readonly raw: RawContrasts;
}

/** Returns one row per phase of any plan, in the order of the first plan that has it. */
export function rowsOf(
  columns: readonly (readonly Run[])[],
  timeSeries: TimeSeriesSource,
): readonly RawRow[] {
  const plans = columns.flat().map((run) => run.plan);
  const names = [...new Set(plans.flatMap((plan) => plan.phases.map((phase) => phase.name)))];
  const rows = names.flatMap((phase) =>
    operationsOf(columns, phase).map((operation) => {
      return { phase, operation, cells: columns.map((runs) => cellOf(runs, phase, operation)) };
    }),
  );
  const within = intervalsWithinRuns(rows, timeSeries);
  return rows.map((row, at) => {
    return { ...row, raw: contrastsOf(row.cells, within[at] ?? [], names.length) };
  });
}

/** `all`, then each operation if the phase mixes several. */
function operationsOf(
  columns: readonly (readonly Run[])[],
  phase: string,
): readonly (Operation | "all")[] {
  const found = columns.flatMap((runs) => {
    const results = allRepetitions(runs, phase).map((one) => one.result);
    return medianRepetition(results)?.summaries.map((one) => one.operation) ?? [];
  });
  const single = [...new Set(found)].filter((operation) => operation !== "all");
  return single.length > 1 ? ["all", ...single] : ["all"];
}
