import type { Run } from "../model/run.ts";
import type { Cell, Section } from "./document.ts";
import { cell, code, name, paragraph, words } from "./document.ts";
import { formatInstant } from "./format.ts";
import { shortKind } from "./kind.ts";
import { tableColumns } from "./table-columns.ts";

const RUNS = tableColumns([
  ["scenario", "Scenario", "left"],
  ["target", "Target", "left"],
  ["target_kind", "Declared as", "left"],
  ["run_id", "Run", "left"],
  ["state", "State", "left"],
  ["started_at", "Started", "left"],
]);

/** Which runs the numbers are from. */
export function runSection(runs: readonly Run[]): Section | null {
  if (runs.length === 0) return null;
  const rows: Cell[][] = runs.map((run) => [
    name(run.plan.name),
    name(run.target.name),
    cell(shortKind(run.target, null), run.target.kind),
    name(run.id),
    words(run.state),
    cell(formatInstant(run.startedAt), run.startedAt),
  ]);
  return {
    title: "Runs",
    blocks: [
      { kind: "table", id: "runs", columns: RUNS, rows },
      paragraph(
        "Verdicts use all runs that were given; tables of workloads the latest complete run of a " +
          "scenario on a target. Each number stands in its run's ",
        code("summary.csv"),
        " and ",
        code("run.json"),
        " under its phase.",
      ),
    ],
  };
}
