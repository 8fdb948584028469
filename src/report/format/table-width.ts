import { type Cell, type Inline, plain, type Table, type Text } from "../parts/document.ts";
import { displayWidth } from "./format.ts";

/** Width of GitHub's text column, in characters of a table. */
export const MAX_WIDTH = 100;

/** A table with only the columns for which `keep` holds. */
export function pick(table: Table, keep: (at: number) => boolean): Table {
  return {
    ...table,
    columns: table.columns.filter((_, at) => keep(at)),
    rows: table.rows.map((row) => row.filter((_, at) => keep(at))),
  };
}

/** A text as a list of its parts. */
export function inlines(text: Text): readonly Inline[] {
  return typeof text === "string" ? [text] : text;
}

/** Text of a cell without its meanings; empty without a cell. */
export function textOf(cell: Cell | undefined): string {
  return cell === undefined ? "" : plain(cell.text);
}

/** Width of a table in markdown. */
export function widthOf({ columns, rows }: Table): number {
  const widths = columns.map(({ title }, at) =>
    Math.max(3, escapedWidth(title), ...rows.map((row) => cellWidth(row[at]))),
  );
  return widths.reduce((sum, width) => sum + width + 3, 1);
}

/** Width of a cell with its marks for code and emphasis, and with escapes. */
export function cellWidth(cell: Cell | undefined): number {
  if (cell === undefined) return 0;
  const marks = inlines(cell.text).reduce((sum, part) => sum + markWidth(part), 0);
  return escapedWidth(textOf(cell)) + marks;
}

/** Width of a text with a backslash before each character that is markup. */
function escapedWidth(text: string): number {
  return displayWidth(text) + (text.match(/[|*`~\\_<\]&]/g)?.length ?? 0);
}

function markWidth(part: Inline): number {
  if (typeof part === "string") return 0;
  if ("strong" in part) return 4;
  if ("link" in part) return part.to.length + 4;
  // The fence is longer than any run of backticks in the code, and may have a space inside.
  const runs = part.code.match(/`+/g)?.map((run) => run.length) ?? [];
  return runs.length === 0 ? 2 : 2 * (Math.max(...runs) + 1) + 2;
}
