/**
 * Building blocks that all reports share. This file has cells, tables, paragraphs, lists and folds
 * without a format; `format.ts` writes numbers with units, `kind.ts` and `where.ts` name targets,
 * `notes.ts` numbers footnotes. Nothing here depends on a particular report.
 */

import type { Figure } from "./figure.ts";

/** Text with a meaning that each renderer shows in its own way. */
export type Inline = string | { readonly code: string } | { readonly strong: string } | Link;

/** A reference to another file; formats without links show only its text. */
export interface Link {
  readonly link: string;
  /** Address relative to the document, encoded: `20261120-read-gp3/report.html`. */
  readonly to: string;
}

/** Text without markup; a renderer escapes characters that are markup in its format. */
export type Text = string | readonly Inline[];

/** Value in base units, for CSV and JSON; null if nothing was measured. */
export type Value = string | number | boolean | null;

/** One cell: text for readers and value for programs. */
export interface Cell {
  readonly text: Text;
  readonly value: Value;
  /** Base unit of the value, if the key of its column does not name it. */
  readonly unit?: string;
  /** Ends of a range that `text` shows, in the same base unit; JSON has them as numbers. */
  readonly range?: { readonly low: number; readonly high: number };
}

/** One column. `key` names it in CSV and JSON and ends in the unit: `latency_p99_ns`. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly align: "left" | "right";
}

export interface Table {
  readonly kind: "table";
  /** Stable name, unique in its document. */
  readonly id: string;
  readonly columns: readonly Column[];
  /** As many cells in each row as there are columns. */
  readonly rows: readonly (readonly Cell[])[];
  /**
   * Number of leading columns that name a row. Set: formats for readers leave out columns that are
   * empty or equal in all rows, and divide a table that is too wide. Absent: it is shown as it is.
   */
  readonly keys?: number;
}

export interface Paragraph {
  readonly kind: "paragraph";
  readonly text: Text;
  /** Whether it is emphasized. */
  readonly loud: boolean;
}

export interface List {
  readonly kind: "list";
  readonly numbered: boolean;
  readonly items: readonly Text[];
}

/** Blocks below a title; formats that can fold show only the title until a reader opens it. */
export interface Fold {
  readonly kind: "fold";
  readonly title: Text;
  readonly blocks: readonly Block[];
}

/** A picture of numbers. Formats that cannot show it leave it out, or show its numbers. */
export interface Chart {
  readonly kind: "chart";
  /** Stable name, unique in its document; file name of the picture: `over-time-read`. */
  readonly id: string;
  readonly title: Text;
  /** One or two sentences: what stands out, and how to read the picture. */
  readonly reading: Text;
  readonly figure: Figure;
  /** The numbers of the picture, folded below it; null if the document has them elsewhere. */
  readonly numbers: Table | null;
}

/** Evaluation of a number or a statement; shown by a sign and a word, not only a color. */
export type Tone = "good" | "bad" | "caveat" | "neutral";

/** The numbers that a reader looks for first. Formats without room leave them out. */
export interface Tiles {
  readonly kind: "tiles";
  readonly tiles: readonly Tile[];
}

export interface Tile {
  /** With its unit: `633 ms`. */
  readonly value: string;
  readonly label: string;
  readonly tone: Tone;
}

/** State of a run or outcome of a threshold in one sentence, with its evaluation. */
export interface Notice {
  readonly kind: "notice";
  readonly tone: Tone;
  readonly text: Text;
}

/** Statements with their evidence, next to each other. Formats without room leave them out. */
export interface Cards {
  readonly kind: "cards";
  readonly cards: readonly Card[];
}

export interface Card {
  readonly id: string;
  readonly tone: Tone;
  /** Outcome in one word: `refuted`. */
  readonly word: string;
  readonly blocks: readonly Block[];
}

export type Block = Table | Paragraph | List | Fold | Chart | Tiles | Notice | Cards;

export function paragraph(...text: readonly Inline[]): Paragraph {
  return { kind: "paragraph", text, loud: false };
}

export function loud(...text: readonly Inline[]): Paragraph {
  return { kind: "paragraph", text, loud: true };
}

export function list(items: readonly Text[]): List {
  return { kind: "list", numbered: false, items };
}

export function numberedList(items: readonly Text[]): List {
  return { kind: "list", numbered: true, items };
}

export function fold(title: Text, blocks: readonly Block[]): Fold {
  return { kind: "fold", title, blocks };
}

export function code(text: string): Inline {
  return { code: text };
}

export function strong(text: string): Inline {
  return { strong: text };
}

/** A sentence; text between backticks is code. */
export function sentenceText(text: string): readonly Inline[] {
  return text.split("`").flatMap((part, index, all): readonly Inline[] => {
    // An odd number of backticks leaves the last one without its counterpart.
    if (index % 2 === 1 && index < all.length - 1) return [{ code: part }];
    const shown = index % 2 === 1 ? `\`${part}` : part;
    return shown === "" ? [] : [shown];
  });
}

/** A cell whose value is its text. */
export function words(text: string): Cell {
  return { text, value: text };
}

/** A name, shown as code. */
export function name(text: string): Cell {
  return { text: [{ code: text }], value: text };
}

export function cell(text: Text, value: Value, unit?: string): Cell {
  return unit === undefined ? { text, value } : { text, value, unit };
}

/** A cell that shows a range. */
export function rangeCell(text: Text, low: number, high: number): Cell {
  return { text, value: `${low}..${high}`, range: { low, high } };
}

/** A table for programs: titles are keys, cells show their values. */
export function dataTable(
  id: string,
  keys: readonly string[],
  rows: readonly (readonly Value[])[],
): Table {
  return {
    kind: "table",
    id,
    columns: keys.map((key) => ({ key, title: key, align: "left" })),
    rows: rows.map((row) => row.map((value) => cell(String(value ?? ""), value))),
  };
}

/** Text without markup. */
export function plain(text: Text): string {
  if (typeof text === "string") return text;
  return text.map(plainInline).join("");
}

function plainInline(part: Inline): string {
  if (typeof part === "string") return part;
  if ("link" in part) return part.link;
  return "code" in part ? part.code : part.strong;
}

/** Makes columns from `[key, title, alignment]`. */
export function tableColumns(
  columns: readonly (readonly [key: string, title: string, align: Column["align"]])[],
): readonly Column[] {
  return columns.map(([key, title, align]) => ({ key, title, align }));
}
