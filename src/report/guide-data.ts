import type { Statement, StatementWorkload } from "../model/statement.ts";
import type { TargetSpec } from "../model/target.ts";
import type { Table, Value } from "./document.ts";
import { dataTable } from "./document.ts";
import type { GuideSources } from "./guide-measure.ts";
import { measureUnit, testability } from "./guide-measure.ts";
import { absenceOn, foundOn, NOT_JUDGED } from "./guide-table.ts";

const KEYS = [
  "statement_id",
  "statement",
  "services",
  "target",
  "target_kind",
  "testable_on_target",
  "testable_reason",
  "scenario",
  "phase",
  "measure",
  "value",
  "unit",
  "repetition",
  "run_id",
  "absent_reason",
  "verdict",
] as const;

/** One row a statement, workload and target, values in base units: what CSV and JSON hold. */
export function guideData(sources: GuideSources): Table {
  const rows = sources.statements.flatMap((statement) => {
    const workloads = statement.workloads.length > 0 ? statement.workloads : [null];
    return workloads.flatMap((workload) =>
      sources.targets.map((target) => dataRow(sources, statement, workload, target)),
    );
  });
  return dataTable("guide", KEYS, rows);
}

function dataRow(
  sources: GuideSources,
  statement: Statement,
  workload: StatementWorkload | null,
  target: TargetSpec,
): readonly Value[] {
  const found = foundOn(sources, workload, target);
  const testable = testability(statement, target);
  return [
    statement.id,
    statement.statement,
    statement.services.join(";"),
    target.name,
    target.kind,
    testable.answer,
    testable.words,
    workload?.scenario ?? null,
    found?.result.phase.name ?? workload?.phase ?? null,
    workload?.measure ?? null,
    found?.value ?? null,
    workload === null ? null : measureUnit(workload.measure),
    found?.result.repetition ?? null,
    found?.run.id ?? null,
    found === null ? absenceOn(sources, workload, target) : null,
    NOT_JUDGED,
  ];
}
