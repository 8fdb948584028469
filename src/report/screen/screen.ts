/**
 * Short answers for a terminal: a headline, one table and labelled lines, at most 25 lines in all.
 * A `Screen` is plain data, as a `Document` is; this file turns it into text. `table-lines.ts`
 * fits the table; other files make the screens of runs.
 */

import { oneLine } from "../../model/printable.ts";
import { wrappedTo } from "../format/format.ts";
import { type ScreenTable, tableLines } from "./table-lines.ts";

/** Maximum lines of a screen: what fits a terminal together with the command itself. */
export const MAX_SCREEN_LINES = 25;

/** Narrowest width that a screen is made for; a narrower terminal breaks the lines itself. */
const MIN_COLUMNS = 80;

/** How a line is colored where color is wanted. */
export type Tone = "plain" | "good" | "warning" | "bad";

/** Sentences behind one label, such as `Caveats`; each begins a new line. */
export interface ScreenLine {
  readonly label: string;
  /** At least one. The first is always shown; others are counted if they do not fit. */
  readonly items: readonly string[];
  readonly tone: Tone;
}

/** A short answer before it is laid out. Text may hold any character: rendering escapes it. */
export interface Screen {
  /** The work and its outcome, in one line. */
  readonly headline: string;
  /** The numbers; null if there are none. */
  readonly table: ScreenTable | null;
  readonly lines: readonly ScreenLine[];
  /** Place of the rows and sentences that do not fit: `see the report`. */
  readonly others: string;
  /** Maximum lines; absent: {@link MAX_SCREEN_LINES}. */
  readonly maxLines?: number;
}

export interface ScreenOptions {
  /** Columns of the terminal. */
  readonly columns: number;
  readonly color: boolean;
}

/** One labelled sentence. */
export function screenLine(label: string, text: string, tone: Tone = "plain"): ScreenLine {
  return { label, items: [text], tone };
}

const SGR = { bold: "1", dim: "2", plain: "0", good: "32", warning: "33", bad: "31" } as const;

type Paint = (style: keyof typeof SGR, text: string) => string;

/**
 * The screen as text of at most `maxLines` lines, each at most `columns` wide (80 if
 * the terminal is narrower), ending in a line feed. Rows and sentences that do not fit are counted.
 */
export function renderScreen(screen: Screen, { columns, color }: ScreenOptions): string {
  const width = Math.max(MIN_COLUMNS, columns);
  const paint: Paint = (style, text) =>
    color && style !== "plain" && text !== "" ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
  const headline = wrappedTo(oneLine(screen.headline), width, MAX_HEADLINE_LINES);
  const rows = screen.table?.rows.length ?? 0;
  const available = (screen.maxLines ?? MAX_SCREEN_LINES) - headline.length;
  const share = shares(screen, rows, width, available);
  const table =
    screen.table === null ? [] : tableLines(screen.table, width, share.rows, screen.others);
  const blocks = [
    headline.map((line) => paint("bold", line)),
    table.map((line, at) => (at === 0 ? paint("dim", line) : line)),
    labelledLines(screen, width, share, paint),
  ].filter((block) => block.length > 0);
  return `${blocks.map((block) => block.join("\n")).join("\n\n")}\n`;
}

const MAX_HEADLINE_LINES = 2;

/** Lines of one sentence, if all fit. */
const MAX_ITEM_LINES = 5;

/** Between a label and its text, and between columns. */
const GAP = 2;

/** How the lines below the headline are divided. */
interface Shares {
  /** Lines for rows of the table, the one that counts the others included. */
  readonly rows: number;
  /** Lines for labelled sentences. */
  readonly sentences: number;
  /** Lines that one sentence may take. */
  readonly each: number;
}

/**
 * Divides the lines: first sentences are kept whole if possible, then rows and further sentences
 * get half of the rest each, and what one does not need goes to the other.
 */
function shares({ lines }: Screen, rows: number, width: number, available: number): Shares {
  const around = (rows > 0 ? 2 : 0) + (lines.length > 0 ? 1 : 0);
  const free = available - around;
  const leastRows = Math.min(rows, MIN_ROWS);
  let each = MAX_ITEM_LINES;
  while (each > 1 && firstLines(lines, width, each) > free - leastRows) each--;
  const first = Math.min(firstLines(lines, width, each), free);
  const wanted = allLines(lines, width, each) - first;
  const rest = Math.max(0, free - first);
  const half = Math.trunc(rest / 2);
  const forRows = Math.min(rows, rest - Math.min(wanted, half));
  return { rows: forRows, sentences: free - forRows, each };
}

/** Rows for which first sentences are shortened. */
const MIN_ROWS = 6;

function textWidth(lines: readonly ScreenLine[], width: number): number {
  return width - labelWidth(lines);
}

function labelWidth(lines: readonly ScreenLine[]): number {
  return Math.max(0, ...lines.map(({ label }) => label.length)) + GAP;
}

function itemLines(lines: readonly ScreenLine[], item: string, width: number, each: number) {
  return wrappedTo(oneLine(item), textWidth(lines, width), each);
}

function firstLines(lines: readonly ScreenLine[], width: number, each: number): number {
  return lines.reduce(
    (sum, { items }) => sum + itemLines(lines, items[0] ?? "", width, each).length,
    0,
  );
}

function allLines(lines: readonly ScreenLine[], width: number, each: number): number {
  return lines
    .flatMap(({ items }) => items)
    .reduce((sum, item) => sum + itemLines(lines, item, width, each).length, 0);
}

function labelledLines(
  screen: Screen,
  width: number,
  share: Shares,
  paint: Paint,
): readonly string[] {
  const { lines } = screen;
  let left = share.sentences - firstLines(lines, width, share.each);
  const label = labelWidth(lines);
  return lines.flatMap((line) => {
    const [first = "", ...others] = line.items;
    const texts = [...itemLines(lines, first, width, share.each)];
    for (const [at, item] of others.entries()) {
      const more = itemLines(lines, item, width, share.each);
      const isLast = at === others.length - 1;
      // One line stays for the count of those that do not fit.
      if (more.length > left - (isLast ? 0 : 1)) {
        const count = others.length - at;
        if (left > 0) texts.push(`and ${count} more, ${screen.others}`);
        left = Math.max(0, left - 1);
        break;
      }
      texts.push(...more);
      left -= more.length;
    }
    return texts.map((text, at) => {
      const name = (at === 0 ? line.label : "").padEnd(label);
      return (at === 0 ? paint("bold", name) : name) + paint(line.tone, text);
    });
  });
}
