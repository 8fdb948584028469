import { storageDifferences } from "../../metrics/difference/difference.ts";
import { describeDifferences } from "../../metrics/difference/fields.ts";
import type { Run } from "../../model/run/run.ts";
import {
  type Block,
  type Cell,
  cell,
  code,
  name,
  paragraph,
  type Section,
  words,
} from "../parts/document.ts";
import { formatInstant } from "../parts/format.ts";
import { shortKind } from "../parts/kind.ts";
import { tableColumns } from "../parts/table-columns.ts";

const RUNS = tableColumns([
  ["scenario", "Scenario", "left"],
  ["target", "Target", "left"],
  ["target_kind", "Declared as", "left"],
  ["run_id", "Run", "left"],
  ["state", "State", "left"],
  ["started_at", "Started", "left"],
]);

/** A run on storage that its target no longer is, and in what that differs from the latest. */
export interface EarlierRun {
  readonly run: Run;
  readonly differences: string;
}

/** The latest run of each target, by the target's name. */
export function latestByTarget(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const inOrder = [...runs].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  return new Map(inOrder.map((run) => [run.target.name, run]));
}

/**
 * Parts runs by whether they measured what the latest run of their target's name measured: a volume
 * that was resized or replaced has the numbers and the cost of what it is now.
 */
export function byPresentStorage(runs: readonly Run[]): {
  readonly present: readonly Run[];
  readonly earlier: readonly EarlierRun[];
} {
  const latest = latestByTarget(runs);
  const present: Run[] = [];
  const earlier: EarlierRun[] = [];
  for (const run of runs) {
    const found = storageDifferences(run, latest.get(run.target.name) ?? run);
    if (found.length === 0) present.push(run);
    else earlier.push({ run, differences: describeDifferences(found) });
  }
  return { present, earlier };
}

/** One sentence for each target and difference, with the runs that are in no table of workloads. */
function earlierBlocks(earlier: readonly EarlierRun[]): readonly Block[] {
  const groups = Map.groupBy(earlier, ({ run, differences }) =>
    JSON.stringify([run.target.name, differences]),
  );
  return [...groups.values()].map((members) => {
    const [{ run, differences } = { run: null, differences: "" }] = members;
    return paragraph(
      "In no table of workloads, because the latest run of ",
      { strong: run?.target.name ?? "" },
      ` is on other storage (${differences}): `,
      ...members.flatMap((one, at) => [at === 0 ? "" : ", ", code(one.run.id)]),
      ".",
    );
  });
}

/** Which runs the numbers are from. */
export function runSection(runs: readonly Run[], earlier: readonly EarlierRun[]): Section | null {
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
      ...earlierBlocks(earlier),
    ],
  };
}
