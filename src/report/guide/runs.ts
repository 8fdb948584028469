import { narrowTable } from "../format/narrow-table.ts";
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
import { formatUtc } from "../parts/format.ts";
import { shortKind } from "../parts/kind.ts";
import type { Section } from "../report.ts";
import type { EarlierRun, GuideSubject } from "./subject.ts";

const RUNS = tableColumns([
  ["scenario", "Scenario", "left"],
  ["target", "Target", "left"],
  ["target_kind", "Kind", "left"],
  ["run_id", "Run", "left"],
  ["state", "State", "left"],
  ["started_at", "Started (UTC)", "left"],
]);

/** The run is named first, so that its item of the list has what the table has no room for. */
const RUN_DIVISION = { name: "run_id", details: [] } as const;

/** One sentence per target and difference, with the runs that the tables leave out. */
function earlierBlocks(earlier: readonly EarlierRun[]): readonly Block[] {
  const groups = Map.groupBy(earlier, ({ run, differences }) =>
    JSON.stringify([run.target.name, differences]),
  );
  return [...groups.values()].map((members) => {
    const [{ run, differences } = { run: null, differences: "" }] = members;
    return paragraph(
      "Not in the tables of workloads, because the latest run of ",
      { strong: run?.target.name ?? "" },
      ` is on other storage (${differences}): `,
      ...members.flatMap((one, at) => [at === 0 ? "" : ", ", code(one.run.id)]),
      ".",
    );
  });
}

/** The runs that the numbers are from. */
export function runSection({ latest: runs, earlier }: GuideSubject): Section | null {
  if (runs.length === 0) return null;
  const rows: Cell[][] = runs.map((run) => [
    name(run.plan.name),
    name(run.target.name),
    cell(shortKind(run.target, null), run.target.kind),
    name(run.id),
    words(run.state),
    cell(formatUtc(run.startedAt), run.startedAt),
  ]);
  return {
    title: "Runs",
    isDetail: true,
    blocks: [
      ...narrowTable({ kind: "table", id: "runs", columns: RUNS, rows }, RUN_DIVISION),
      paragraph(
        "Verdicts use all of the given runs. Tables of workloads use the latest complete run of " +
          "a scenario on a target; each number is in its ",
        code("summary.csv"),
        " and ",
        code("run.json"),
        ", under its phase.",
      ),
      ...earlierBlocks(earlier),
    ],
  };
}
