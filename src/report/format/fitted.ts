import {
  type Block,
  type Cell,
  type Inline,
  list,
  paragraph,
  plain,
  type Table,
  type Text,
} from "../parts/document.ts";
import { MISSING } from "../parts/format.ts";
import { displayWidth, shortened } from "./format.ts";
import { cellWidth, inlines, MAX_WIDTH, pick, textOf, widthOf } from "./table-width.ts";

/** Room for a table, in characters. */
export interface TableRoom {
  readonly width: number;
  /** Widest name of a row; longer ones are shortened in the middle. Null: any. */
  readonly nameWidth: number | null;
}

/** Room in markdown and on a terminal. */
const TEXT_ROOM: TableRoom = { width: MAX_WIDTH, nameWidth: 44 };

/** Columns with wider texts move below a table that is too wide. */
const MAX_TEXT_WIDTH = 30;

/** Keys of measured values: their columns stay, also if all are equal. */
const MEASURED = /per_second$|_p\d+_ns$|_max_ns$|_count$|^bytes$|^operations$/;

/** Columns that even a table of one row does not need. */
const PLAIN_KEYS: ReadonlySet<string> = new Set(["repetition", "operation"]);

/**
 * A table with row names ({@link Table.keys}) as blocks that fit the room of a format.
 * Empty columns are left out, columns with one value in all rows become a sentence. Long texts of a
 * table that is still too wide become a list, and its other columns are divided among tables.
 */
export function fitted(table: Table, room: TableRoom = TEXT_ROOM): readonly Block[] {
  const { keys } = table;
  if (keys === undefined || table.rows.length === 0) return [table];
  const filled = pick(table, (at) => at < keys || table.rows.some((row) => !isEmpty(row[at])));
  const { varied, sentence } = withoutConstants(filled, keys);
  const left = filled.columns.slice(0, keys).filter((one) => varied.columns.includes(one)).length;
  const isList = table.columns.length === 2;
  const { narrow, texts } = withoutLongTexts(varied, left, isList, room.width);
  const named = shortNames(narrow, room.nameWidth);
  const tables = narrow.columns.length > left ? divided(named, left, room.width) : [];
  return [...tables, ...sentence, ...texts];
}

function withoutConstants(table: Table, keys: number) {
  const single = table.rows.length === 1;
  const isConstant = table.columns.map(({ key }, at) => {
    const [first] = table.rows;
    if (at === 0 || first === undefined || MEASURED.test(key)) return false;
    if (single) return PLAIN_KEYS.has(key) && table.columns.length > keys + 1;
    return table.rows.every((row) => textOf(row[at]) === textOf(first[at]));
  });
  const parts = table.columns.flatMap(({ title }, at) =>
    isConstant[at] === true ? [`${title} ${textOf(table.rows[0]?.[at])}`] : [],
  );
  const varied = pick(table, (at) => isConstant[at] !== true);
  if (parts.length === 0) return { varied, sentence: [] };
  const where = single ? "" : "In all rows: ";
  return { varied, sentence: [paragraph(`${where}${parts.join("; ")}.`)] };
}

function withoutLongTexts(table: Table, keys: number, isList: boolean, maxWidth: number) {
  if (widthOf(table) <= maxWidth) return { narrow: table, texts: [] };
  const isLong = table.columns.map(
    (_, at) =>
      at >= keys && Math.max(...table.rows.map((row) => cellWidth(row[at]))) > MAX_TEXT_WIDTH,
  );
  const items = table.columns.flatMap(({ title }, at) =>
    isLong[at] === true ? textItems(table, at, isList ? "" : `${title}, `) : [],
  );
  return {
    narrow: pick(table, (at) => isLong[at] !== true),
    texts: items.length === 0 ? [] : [list(items)],
  };
}

/** One item per text of a column: the rows that have it, and the text. */
function textItems(table: Table, at: number, lead: string): readonly Text[] {
  const rows = table.rows.filter((row) => !isEmpty(row[at]));
  const groups = Map.groupBy(rows, (row) => textOf(row[at]));
  return [...groups.values()].map((group): Text => {
    const names = [...new Set(group.map((row) => textOf(row[0])))];
    const [first] = group;
    const shown = names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), "others"] : names;
    const name: readonly Inline[] =
      names.length === table.rows.length && names.length > 1 ? ["all rows"] : [shown.join(", ")];
    return [lead, ...name, ": ", ...inlines(first?.[at]?.text ?? "")];
  });
}

const MAX_NAMES = 5;

function divided(table: Table, keys: number, maxWidth: number): readonly Table[] {
  const names = table.columns.map((_, at) => at).slice(0, keys);
  const groups: number[][] = [];
  for (let at = keys; at < table.columns.length; at++) {
    const last = groups.at(-1);
    const wider = [...names, ...(last ?? []), at];
    if (last === undefined || widthOf(pick(table, (one) => wider.includes(one))) > maxWidth) {
      groups.push([at]);
    } else {
      last.push(at);
    }
  }
  return groups.map((group) => pick(table, (at) => names.includes(at) || group.includes(at)));
}

function shortNames(table: Table, maxWidth: number | null): Table {
  if (maxWidth === null) return table;
  const rows = table.rows.map((row) =>
    row.map((cell, at) => (at === 0 ? { ...cell, text: shortText(cell.text, maxWidth) } : cell)),
  );
  return { ...table, rows };
}

function shortText(text: Text, maxWidth: number): Text {
  if (displayWidth(plain(text)) <= maxWidth) return text;
  const short = shortened(plain(text), maxWidth);
  const [first] = typeof text === "string" ? [] : text;
  return typeof first === "object" && "code" in first ? [{ code: short }] : short;
}

function isEmpty(cell: Cell | undefined): boolean {
  const text = textOf(cell);
  return text === "" || text === MISSING;
}
