import type { StatementWorkload } from "../../model/claim/statement.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { dividedTable } from "../format/narrow-table.ts";
import {
  type Cell,
  type Column,
  cell,
  type Inline,
  paragraph,
  plain,
  type Table,
  words,
} from "../parts/document.ts";
import type { Section } from "../report.ts";
import { type Caveats, caveatKindsOf } from "./caveats.ts";
import {
  type Found,
  findMeasure,
  type GuideSources,
  measureTitle,
  showMeasure,
} from "./measure.ts";
import { type GuideSubject, latestRun } from "./subject.ts";

const NO_RUN = "not run";
const NO_NUMBER = "no result";

/**
 * Results of workloads on each target with the statements that they relate to, one row per value.
 * Workloads that were not run are left out.
 */
function guideTable(sources: GuideSources, caveats: Caveats): Table | null {
  const columns: Column[] = [
    left("workload", "Workload"),
    ...sources.targets.map(({ name }) => left(name, name)),
    left("statements", "Statements"),
  ];
  const found = new Map<string, { workload: StatementWorkload; ids: string[] }>();
  for (const { id, workloads } of sources.statements) {
    for (const workload of workloads) {
      const key = JSON.stringify(Object.values(workload));
      const known = found.get(key);
      if (known === undefined) found.set(key, { workload, ids: [id] });
      else known.ids.push(id);
    }
  }
  const rows = [...found.values()].flatMap(({ workload, ids }): Cell[][] => {
    const wasRun = sources.targets.some(
      ({ name }) => latestRun(sources.runs, workload.scenario, name) !== null,
    );
    if (!wasRun) return [];
    const cells = sources.targets.map((target) => measuredCell(sources, workload, target, caveats));
    return [[workloadCell(workload), ...cells, words(ids.join(", "))]];
  });
  return rows.length === 0 ? null : { kind: "table", id: "beside", columns, rows };
}

function workloadCell(workload: StatementWorkload): Cell {
  const text: Inline[] = [{ code: workload.scenario }];
  if (workload.phase !== "*") text.push(" ", { code: workload.phase });
  text.push(`, ${measureTitle(workload.measure)}`);
  return { text, value: plain(text) };
}

/** The result of a workload on a target; null if it was not run or has no value. */
function foundOn(
  sources: GuideSources,
  workload: StatementWorkload,
  target: TargetSpec,
): Found | null {
  const run = latestRun(sources.runs, workload.scenario, target.name);
  return run === null ? null : findMeasure(run, workload);
}

function measuredCell(
  sources: GuideSources,
  workload: StatementWorkload,
  target: TargetSpec,
  caveats: Caveats,
): Cell {
  const found = foundOn(sources, workload, target);
  if (found === null) {
    const run = latestRun(sources.runs, workload.scenario, target.name);
    return cell(run === null ? NO_RUN : NO_NUMBER, null);
  }
  const { run, result, phases, value } = found;
  const text: Inline[] = [
    { strong: showMeasure(workload.measure, value) },
    " ",
    { code: result.phase.name },
  ];
  if (phases > 1) text.push(`, ${workload.of} of ${phases} phases`);
  text.push(caveats.mark(caveatKindsOf(run, result)));
  return { text, value };
}

function left(key: string, title: string): Column {
  return { key, title, align: "left" };
}

/** Results of workloads that relate to inconclusive statements. */
export function besideSection({
  statements,
  verdicts,
  latest: runs,
  caveats,
}: GuideSubject): Section | null {
  const targets = [...new Map(runs.map((run) => [run.target.name, run.target])).values()];
  const open = statements.filter(({ id }) =>
    verdicts.some(({ statement, outcome }) => statement === id && outcome === "inconclusive"),
  );
  const table = guideTable({ statements: open, targets, runs }, caveats);
  if (table === null) return null;
  return {
    title: "Related measurements",
    isDetail: true,
    blocks: [
      paragraph(
        "Workloads that relate to inconclusive statements without deciding them. Letters are the " +
          "caveats of the workloads above.",
      ),
      ...dividedTable(table, 1),
    ],
  };
}
