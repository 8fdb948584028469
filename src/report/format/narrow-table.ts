import { type Block, type Cell, list, plain, type Table, type Text } from "../parts/document.ts";
import { MISSING } from "../parts/format.ts";
import { inlines, MAX_WIDTH, pick, widthOf } from "./table-width.ts";

/** How a table is divided into a narrow one and a list. */
interface Division {
  /** Key of the column that names a row; it begins the row's item of the list. */
  readonly name: string;
  /** Keys of columns with long texts, which are only in the list. */
  readonly details: readonly string[];
}

/**
 * Divides a wide table into a table of short columns and a list with one item per row for the rest.
 * If the table is still too wide, further columns move to the list, the last one first. Columns
 * without any value are left out, and items without any detail.
 */
export function narrowTable(table: Table, { name, details }: Division): readonly Block[] {
  const filled = withoutEmptyColumns(table);
  const isDetail = filled.columns.map(({ key }) => details.includes(key));
  while (widthOf(pick(filled, (at) => !isDetail[at])) > MAX_WIDTH) {
    const last = filled.columns.findLastIndex(({ key }, at) => key !== name && !isDetail[at]);
    if (last === -1) break;
    isDetail[last] = true;
  }
  const at = filled.columns.findIndex(({ key }) => key === name);
  const items = filled.rows.flatMap((row) => {
    const parts = filled.columns.flatMap(({ key, title }, column) => {
      const cell = row[column];
      if (isDetail[column] !== true || cell === undefined || isEmpty(cell)) return [];
      return [detailText(details.includes(key) ? null : title, cell.text)];
    });
    return parts.length === 0 ? [] : [itemText(row[at], parts)];
  });
  const narrow = pick(filled, (column) => !isDetail[column]);
  return [
    ...(narrow.columns.length > 1 ? [narrow] : []),
    ...(items.length === 0 ? [] : [list(items)]),
  ];
}

/**
 * Divides a table with many columns into tables that are narrow enough; each repeats the first
 * `fixed` columns.
 */
export function dividedTable(table: Table, fixed: number): readonly Table[] {
  const tables: Table[] = [];
  let taken = table.columns.map((_, at) => at).filter((at) => at < fixed);
  for (let at = fixed; at < table.columns.length; at++) {
    const wider = pick(table, (column) => taken.includes(column) || column === at);
    if (taken.length > fixed && widthOf(wider) > MAX_WIDTH) {
      tables.push(pick(table, (column) => taken.includes(column)));
      taken = taken.filter((column) => column < fixed);
    }
    taken = [...taken, at];
  }
  tables.push(pick(table, (column) => taken.includes(column)));
  return tables.map((one, at) => (at === 0 ? one : { ...one, id: `${one.id}-${at + 1}` }));
}

/** A table without the columns in which no row has a value. */
function withoutEmptyColumns(table: Table): Table {
  return pick(table, (at) => table.rows.some((row) => row[at] !== undefined && !isEmpty(row[at])));
}

function isEmpty({ text, value }: Cell): boolean {
  const shown = plain(text);
  return value === null && (shown === "" || shown === MISSING);
}

function detailText(title: string | null, text: Text): Exclude<Text, string> {
  const parts = inlines(text);
  return title === null ? parts : [`${title}: `, ...parts];
}

/** `name: first; second.` */
function itemText(name: Cell | undefined, parts: readonly Exclude<Text, string>[]): Text {
  const start = name === undefined ? [] : [...detailText(null, name.text), ": "];
  const joined = parts.flatMap((part, at) => {
    const before = plain(parts[at - 1] ?? "");
    return at === 0 ? part : [/[.;:!?]$/.test(before) ? " " : "; ", ...part];
  });
  return [...start, ...joined];
}
