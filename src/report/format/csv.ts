import { stringify } from "csv-stringify/sync";
import { printable, withoutCommand } from "../../model/printable.ts";
import type { Table } from "../parts/document.ts";
import type { Document } from "../report.ts";

/** The data of a document. Values are in base units; each unit ends its column's name. */
export function renderCsv(document: Document): string {
  return tableCsv(document.data);
}

/** One table as CSV (RFC 4180 quoting, line feeds). A missing value is an empty field. */
export function tableCsv(table: Table): string {
  return csvText(
    table.columns.map((column) => column.key),
    table.rows.map((row) => row.map((cell) => cell.value)),
  );
}

/**
 * Header and rows as CSV text. Text that a spreadsheet would run as a formula is defused, and
 * characters that a terminal would obey or not show are escaped; JSON has the text as it is.
 */
export function csvText(
  header: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string {
  return stringify([[...header], ...rows.map((row) => [...row])], {
    cast: {
      boolean: (value) => String(value),
      number: (value) => csvNumber(value),
      string: (value) => withoutCommand(printable(value)),
    },
    escape_formulas: true,
    record_delimiter: "\n",
  });
}

/** Enough digits to get the same number back; numbers that are none leave the field empty. */
function csvNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : "";
}
