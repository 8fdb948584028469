import { oneLine } from "../../../model/printable.ts";
import { textWidth as columnsOf } from "../../../model/text-width.ts";
import { distinctTexts } from "../../parts/distinct.ts";

/** Font size of charts in pixels. */
const FONT_PX = 12;

/** Widths in parts of the font size, of the widest usual system font (DejaVu Sans), rounded up. */
const WIDTHS: ReadonlyMap<string, number> = new Map(
  (
    [
      ["ijlIJ'", 0.31],
      [" ,.:;/\\|!ft()[]-", 0.42],
      ['r"', 0.47],
      ["cszL?*_`", 0.57],
      ["0123456789abdeghknopquvxyEFPSTY}{$", 0.65],
      ["ABCKRVXZ", 0.71],
      ["DGHNOQU&w", 0.83],
    ] as const
  ).flatMap(([letters, width]) => [...letters].map((letter) => [letter, width] as const)),
);

/** The widest ASCII letters: `W`, `m`, `%`. */
const WIDEST = 1;
/** Letters of other scripts by the columns that they take in a fixed-width font. */
const OTHER = 0.8;
const BROAD = 1.35;
/** Ligatures that show a whole sentence as one character. */
const SENTENCES = /[\ufdf0-\ufdff]/;
const SENTENCE = 12;

/** Bold letters are wider. */
const BOLD = 1.15;

/**
 * Width of a text in pixels, estimated without a font: at least the width in the fonts that pages
 * name.
 */
export function textWidth(words: string, isBold = false): number {
  const shown = oneLine(words);
  const parts = isAscii(shown) ? [...shown] : graphemes(shown);
  const ems = parts.reduce((sum, part) => sum + widthOf(part), 0);
  return ems * FONT_PX * (isBold ? BOLD : 1);
}

/** A text of at most this width; the middle of a longer one becomes `…`, empty without room. */
export function fitText(words: string, widthPx: number, isBold = false): string {
  const shown = oneLine(words);
  if (textWidth(shown, isBold) <= widthPx) return shown;
  const parts = isAscii(shown) ? [...shown] : graphemes(shown);
  let [low, high] = [0, parts.length - 1];
  while (low < high) {
    const kept = Math.ceil((low + high) / 2);
    if (textWidth(withoutMiddle(parts, kept), isBold) <= widthPx) low = kept;
    else high = kept - 1;
  }
  return low === 0 ? "" : withoutMiddle(parts, low);
}

/** Texts of at most this width; different ones stay different. */
export function fitTexts(
  texts: readonly string[],
  widthPx: number,
  isBold = false,
): readonly string[] {
  return distinctTexts(
    texts,
    (words, end) => fitText(words, widthPx - textWidth(end, isBold), isBold) + end,
  );
}

function withoutMiddle(parts: readonly string[], kept: number): string {
  const end = Math.floor(kept / 2);
  const tail = end === 0 ? [] : parts.slice(-end);
  return `${parts.slice(0, kept - end).join("")}…${tail.join("")}`;
}

function widthOf(part: string): number {
  if (isAscii(part)) return WIDTHS.get(part) ?? WIDEST;
  if (SENTENCES.test(part)) return SENTENCE;
  const columns = columnsOf(part);
  return columns > 1 ? (columns / 2) * BROAD : Math.max(columns, 1) * OTHER;
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

const segmenter = new Intl.Segmenter();

function graphemes(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}
