import { oneLine } from "../../model/printable.ts";
import { displayWidth, padded, shortened } from "../format/format.ts";

/** One column of a screen's table. */
interface ScreenColumn {
  readonly title: string;
  readonly align: "left" | "right";
  /** True: left out where the table is wider than the terminal, the last one first. */
  readonly optional?: boolean;
}

/** The numbers of a screen. The first column names the row and is shortened where it must be. */
export interface ScreenTable {
  readonly columns: readonly ScreenColumn[];
  /** As many texts in each row as there are columns; a single text is a heading of rows. */
  readonly rows: readonly (readonly string[])[];
  /** Name of one row, for the count of rows that do not fit: `phase`. */
  readonly noun: string;
}

const GAP = "  ";

/** Optional columns are left out before a name gets fewer columns than this. */
const MIN_NAME_COLUMNS = 40;

/** A name keeps at least this many columns. */
const MIN_SHORT_NAME_COLUMNS = 8;

/**
 * Header and rows as lines of at most `width` columns; at most `max` lines below the header. Rows
 * that do not fit are counted in the last line.
 */
export function tableLines(
  table: ScreenTable,
  width: number,
  max: number,
  others: string,
): readonly string[] {
  if (table.rows.length === 0) return [];
  const fits = table.rows.length <= max;
  const first = table.rows.slice(0, fits ? table.rows.length : Math.max(0, max - 1));
  // A heading without a row below it says nothing.
  const shown = fits ? first : first.slice(0, first.findLastIndex(isRow) + 1);
  const hidden = table.rows.slice(shown.length).filter(isRow).length;
  const texts = [table.columns.map(({ title }) => title), ...shown].map((row) => row.map(oneLine));
  const kept = keptColumns(table.columns, texts, width);
  const widths = kept.map((at) => columnWidth(texts, at));
  const numbers = widths.slice(1).reduce((sum, one) => sum + one + GAP.length, 0);
  const name = Math.min(widths[0] ?? 0, Math.max(MIN_SHORT_NAME_COLUMNS, width - numbers));
  const [title = "", ...names] = texts.map((row) => row[kept[0] ?? 0] ?? "");
  const shortNames = [shortened(title, name), ...distinct(names, name)];
  const lines = texts.map((row, line) =>
    kept
      .map((at, place) => {
        const text = place === 0 ? (shortNames[line] ?? "") : (row[at] ?? "");
        const width = place === 0 ? name : (widths[place] ?? 0);
        return padded(text, width, table.columns[at]?.align ?? "left");
      })
      .join(GAP)
      .trimEnd(),
  );
  const fitting = lines.map((line) => shortened(line, width));
  if (hidden === 0) return fitting;
  const plural = hidden === 1 ? table.noun : `${table.noun}s`;
  return [...fitting, shortened(`and ${hidden} more ${plural}, ${others}`, width)];
}

function isRow(texts: readonly string[]): boolean {
  return texts.length > 1;
}

/** Shortens names that are too wide, keeping the parts by which they differ. */
function distinct(names: readonly string[], width: number): readonly string[] {
  const short = names.map((name) => shortened(name, width));
  if (new Set(short).size === new Set(names).size) return short;
  const [first = ""] = names;
  let common = 0;
  while (common < first.length && names.every((name) => name[common] === first[common])) common++;
  return names.map((name) => shortened(`…${name.slice(common)}`, width));
}

function columnWidth(texts: readonly (readonly string[])[], at: number): number {
  return Math.max(...texts.map((row) => displayWidth(row[at] ?? "")));
}

/** Positions of the columns that are shown: optional ones are left out from the last on. */
function keptColumns(
  columns: readonly ScreenColumn[],
  texts: readonly (readonly string[])[],
  width: number,
): readonly number[] {
  let kept = columns.map((_, at) => at);
  for (const at of [...kept].reverse()) {
    const [first = 0, ...others] = kept.map((one) => columnWidth(texts, one));
    const needed = others.reduce((sum, one) => sum + one + GAP.length, 0);
    if (needed + Math.min(first, MIN_NAME_COLUMNS) <= width) break;
    if (columns[at]?.optional === true) kept = kept.filter((one) => one !== at);
  }
  return kept;
}
