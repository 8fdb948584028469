/**
 * Files for programs that are stored with a run: CSV tables in base units, and JUnit XML. Columns
 * are an interface: new ones go to the end, and none is renamed. `docs/data-dictionary.md` is
 * generated from the columns. `summary.csv`, made here, is the file to read first.
 */

import { cachedShare } from "../../../metrics/cache/cache.ts";
import { matrixColumn, matrixSettings } from "../../../model/plan/matrix-settings.ts";
import type { Run } from "../../../model/run/run.ts";
import { tableCsv } from "../../format/csv.ts";
import { dataTable, type Table } from "../../parts/document.ts";
import { keysOf, type ValueColumn, valuesOf } from "../../parts/value-columns.ts";
import { SUMMARY_COLUMNS } from "./summary-columns.ts";
import type { SummaryRow } from "./summary-conditions.ts";

/**
 * `summary.csv`: one row per phase, repetition and operation (`all` first), and one column per
 * matrix setting at the end. An empty field is a value that was not measured.
 */
export function summaryCsv(run: Run): string {
  return tableCsv(summaryTable(run));
}

/** The rows of {@link summaryCsv} as a table, for the other formats. */
export function summaryTable(run: Run): Table {
  const measured = run.phases.map(({ phase }) => phase);
  const settings = matrixSettings([...run.plan.phases, ...measured]);
  const columns = [...SUMMARY_COLUMNS, ...settings.map(settingColumn)];
  const rows = run.phases.flatMap((result) => {
    const share = cachedShare(run, result);
    return result.summaries.map((summary) => valuesOf(columns, { run, result, summary, share }));
  });
  return dataTable("summary", keysOf(columns), rows);
}

function settingColumn(setting: string): ValueColumn<SummaryRow> {
  const read = ({ result }: SummaryRow): string | null => result.phase.matrix[setting] ?? null;
  return { ...matrixColumn(setting), read };
}
