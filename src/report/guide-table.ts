import type { Statement, StatementWorkload } from "../model/statement.ts";
import type { TargetSpec } from "../model/target.ts";
import type { Cell, Column, Inline, Table, Text } from "./document.ts";
import { cell, plain, words } from "./document.ts";
import type { Found, GuideSources } from "./guide-measure.ts";
import { findMeasure, latestRun, measureTitle, showMeasure, testability } from "./guide-measure.ts";
import type { Notes } from "./notes.ts";
import { phaseRemarks } from "./run-remarks.ts";

/** What the verdict column says until there are verdicts. */
export const NOT_JUDGED = "not judged";

const NO_RUN = "no workload was run";
const NO_NUMBER = "run, but it measured nothing";
const NO_WORKLOAD = "no shipped workload speaks to it";

/** One row a statement and workload; the statement's own columns stand in its first row only. */
export function guideTable(sources: GuideSources, notes: Notes): Table {
  const { targets } = sources;
  const columns: Column[] = [
    left("statement_id", "Id"),
    left("statement", "Statement"),
    left("workload", "Workload that speaks to it"),
    ...targets.map((target) => left(`measured ${target.name}`, `Measured on ${target.name}`)),
    ...targets.map((target) => left(`testable ${target.name}`, `Testable on ${target.name}`)),
    left("verdict", "Verdict"),
    left("notes", "Notes"),
  ];
  const rows = sources.statements.flatMap((statement) => {
    const workloads = statement.workloads.length > 0 ? statement.workloads : [null];
    return workloads.map((workload, index) => row(sources, statement, workload, index, notes));
  });
  return { kind: "table", id: "statements", columns, rows };
}

function row(
  sources: GuideSources,
  statement: Statement,
  workload: StatementWorkload | null,
  index: number,
  notes: Notes,
): Cell[] {
  const { targets } = sources;
  const found = targets.map((target) => foundOn(sources, workload, target));
  const once = (text: string): Cell => (index === 0 ? words(text) : cell("", text));
  return [
    words(statement.id),
    once(statement.statement),
    workload === null ? words(NO_WORKLOAD) : workloadCell(workload),
    ...targets.map((target, at) => measuredCell(sources, workload, target, found[at] ?? null)),
    ...targets.map((target) => once(testability(statement, target).words)),
    once(NOT_JUDGED),
    notes.refer(found.flatMap((one) => (one === null ? [] : remarksOf(one)))),
  ];
}

/** What a workload left on a target; null where it was not run there or measured nothing. */
export function foundOn(
  sources: GuideSources,
  workload: StatementWorkload | null,
  target: TargetSpec,
): Found | null {
  if (workload === null) return null;
  const run = latestRun(sources.runs, workload.scenario, target.name);
  return run === null ? null : findMeasure(run, workload);
}

/** Why there is no number. */
export function absenceOn(
  sources: GuideSources,
  workload: StatementWorkload | null,
  target: TargetSpec,
): string {
  if (workload === null) return NO_WORKLOAD;
  const run = latestRun(sources.runs, workload.scenario, target.name);
  return run === null ? NO_RUN : NO_NUMBER;
}

function workloadCell(workload: StatementWorkload): Cell {
  const text: Inline[] = [{ code: workload.scenario }];
  if (workload.phase !== "*") text.push(" ", { code: workload.phase });
  text.push(`, ${measureTitle(workload.measure)}`);
  return { text, value: plain(text) };
}

function measuredCell(
  sources: GuideSources,
  workload: StatementWorkload | null,
  target: TargetSpec,
  found: Found | null,
): Cell {
  if (workload === null) return cell("–", null);
  if (found === null) return cell(absenceOn(sources, workload, target), null);
  const { run, result, phases, value } = found;
  const number = sources.runs.indexOf(run) + 1;
  const text: Inline[] = [
    { strong: showMeasure(workload.measure, value) },
    ` [${number}] `,
    { code: result.phase.name },
  ];
  if (run.plan.repetitions > 1) text.push(`, repetition ${result.repetition}`);
  if (phases > 1) text.push(`, ${workload.of} of ${phases} phases`);
  return { text, value };
}

/** The doubts about a phase, with the run they belong to: one target's are not the other's. */
function remarksOf(found: Found): readonly Text[] {
  return phaseRemarks(found.run, found.result).map((remark) => [
    { strong: found.run.target.name },
    ", ",
    { code: found.run.plan.name },
    " ",
    { code: found.result.phase.name },
    ": ",
    ...(typeof remark === "string" ? [remark] : remark),
  ]);
}

function left(key: string, title: string): Column {
  return { key, title, align: "left" };
}
