/**
 * Formats of a report: one file and one function each for markdown, CSV, JSON and a terminal. All
 * turn the same `Document` into text and add nothing to it. Escaping is done here and nowhere else:
 * a name from a stored run is never taken for markup. This file fits text to display widths.
 */

import { createRequire } from "node:module";
import type wrapAnsi from "wrap-ansi";
import { isPlain, textWidth } from "../../model/text-width.ts";

const ELLIPSIS = "…";

/** Columns that a text takes in a fixed-width font: wide East Asian characters take two. */
export function displayWidth(text: string): number {
  return textWidth(text);
}

/** Fills a text with spaces to a display width, on the side that its alignment leaves free. */
export function padded(text: string, width: number, align: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "right" ? spaces + text : text + spaces;
}

/**
 * Wraps plain words with single spaces, without wrap-ansi, which takes longer to load than a report
 * to print. Null: the text has others.
 */
function wrappedPlain(text: string, width: number): readonly string[] | null {
  const words = text.split(" ");
  const isSimple = words.every((word) => word.length > 0 && word.length <= width);
  if (!(isSimple && isPlain(text))) return null;
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Lines of at most `width` columns, broken between words, and within a word that is wider. */
function wrapped(text: string, width: number): readonly string[] {
  const lines = wrappedPlain(text, width);
  if (lines !== null) return lines;
  const { default: wrap } = createRequire(import.meta.url)("wrap-ansi") as {
    default: typeof wrapAnsi;
  };
  return wrap(text, width, { hard: true }).split("\n");
}

/** The same, but at most `max` lines; the last line of a text that was cut ends in `…`. */
export function wrappedTo(text: string, width: number, max: number): readonly string[] {
  const lines = wrapped(text, width);
  if (lines.length <= max) return lines;
  const last = lines[max - 1] ?? "";
  return [...lines.slice(0, max - 1), startOf(last, width - 1) + ELLIPSIS];
}

/** A text of at most `width` columns; the middle of a longer one is replaced by `…`. */
export function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const end = Math.trunc((width - 1) / 2);
  return startOf(text, width - 1 - end) + ELLIPSIS + endOf(text, end);
}

/** The longest start of a text that takes at most `width` columns. */
function startOf(text: string, width: number): string {
  return graphemes(text).reduce<{ readonly text: string; readonly full: boolean }>(
    (start, next) => {
      const full = start.full || displayWidth(start.text + next) > width;
      return { text: full ? start.text : start.text + next, full };
    },
    { text: "", full: false },
  ).text;
}

function endOf(text: string, width: number): string {
  const reversed = graphemes(text).reverse();
  let end = "";
  for (const next of reversed) {
    if (displayWidth(next + end) > width) break;
    end = next + end;
  }
  return end;
}

/** Characters as a reader counts them: a letter with its accents is one. */
function graphemes(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}
