import {
  type Block,
  type Cell,
  cell,
  code,
  name,
  paragraph,
  tableColumns,
  words,
} from "../parts/document.ts";
import { formatInstant } from "../parts/format.ts";
import { shortKind } from "../parts/kind.ts";
import type { Section } from "../report.ts";
import type { EarlierRun, GuideSubject } from "./subject.ts";

const RUNS = tableColumns([
  ["scenario", "Scenario", "left"],
  ["target", "Target", "left"],
  ["target_kind", "Declared as", "left"],
  ["run_id", "Run", "left"],
  ["state", "State", "left"],
  ["started_at", "Started", "left"],
]);

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
export function runSection({ latest: runs, earlier }: GuideSubject): Section | null {
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
