import type { Statement, StatementWorkload } from "../model/statement.ts";
import type { TargetSpec } from "../model/target.ts";
import type { Cell, Column, Inline, Table } from "./document.ts";
import { cell, plain, words } from "./document.ts";
import { type Doubts, doubtsOf } from "./guide-doubts.ts";
import type { Found, GuideSources } from "./guide-measure.ts";
import { findMeasure, latestRun, measureTitle, showMeasure } from "./guide-measure.ts";

const NO_RUN = "not run";
const NO_NUMBER = "run, but it measured nothing";

/**
 * Statements beside what the workloads that speak to them measured on each target. Those whose
 * workloads were run nowhere are left out: there is nothing to show.
 */
export function guideTable(sources: GuideSources, doubts: Doubts): Table | null {
  const columns: Column[] = [
    left("statement_id", "Id"),
    left("statement", "Statement"),
    left("workload", "Workload that speaks to it"),
    ...sources.targets.map(({ name }) => left(name, name)),
  ];
  const rows = sources.statements.flatMap((statement) => rowsOf(sources, statement, doubts));
  return rows.length === 0 ? null : { kind: "table", id: "beside", columns, rows };
}

function rowsOf(sources: GuideSources, statement: Statement, doubts: Doubts): readonly Cell[][] {
  const run = statement.workloads.filter((workload) =>
    sources.targets.some(({ name }) => latestRun(sources.runs, workload.scenario, name) !== null),
  );
  return run.map((workload, index) => [
    words(statement.id),
    index === 0 ? words(statement.statement) : cell("", statement.statement),
    workloadCell(workload),
    ...sources.targets.map((target) => measuredCell(sources, workload, target, doubts)),
  ]);
}

function workloadCell(workload: StatementWorkload): Cell {
  const text: Inline[] = [{ code: workload.scenario }];
  if (workload.phase !== "*") text.push(" ", { code: workload.phase });
  text.push(`, ${measureTitle(workload.measure)}`);
  return { text, value: plain(text) };
}

/** What a workload left on a target; null where it was not run there or measured nothing. */
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
  doubts: Doubts,
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
  text.push(doubts.mark(doubtsOf(run, result)));
  return { text, value };
}

function left(key: string, title: string): Column {
  return { key, title, align: "left" };
}
