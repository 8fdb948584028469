/**
 * Charts of several runs: ratios with intervals (this file), repetitions in their order, a measured
 * value against a claimed figure, workloads by storage, and a metric over runs. Marks differ in
 * shape as well as in color. `axes.ts` has the axes that only these charts need, `labels.ts` fits
 * texts and draws legends.
 */

import { formatNumber } from "../../parts/format.ts";
import type { ForestFigure, ForestRow } from "../../parts/runs-figure.ts";
import { bottomAxis, bottomHeight, type Plot, tickTexts } from "../kit/frame.ts";
import { fitText, fitTexts, textWidth } from "../kit/measure.ts";
import type { Color } from "../kit/palette.ts";
import type { Scale } from "../kit/scale.ts";
import { type DrawingNames, drawing, fill, line, px, stroke, text, withTip } from "../kit/svg.ts";
import { ratioAxis } from "./axes.ts";

/** Below this width, names are above their marks instead of left of them. */
const NARROW_BELOW_PX = 560;

/** Places of the parts of a row. */
interface Layout {
  readonly widthPx: number;
  readonly plot: Plot;
  readonly isNarrow: boolean;
  readonly rowPx: number;
}

const SIGNS: Readonly<Record<ForestRow["outcome"], { sign: string; color: Color }>> = {
  faster: { sign: "▲", color: "good" },
  slower: { sign: "▼", color: "bad" },
  none: { sign: "~", color: "muted" },
  undecided: { sign: "?", color: "muted" },
};

const GROUP_PX = 26;

/** Draws ratios on a logarithmic axis, with 1x as a line. */
export function drawForest(figure: ForestFigure, widthPx: number, names: DrawingNames): string {
  const { rows } = figure;
  const isNarrow = widthPx < NARROW_BELOW_PX;
  const rowPx = isNarrow ? 40 : 28;
  const top = 26;
  const places = placesOf(rows, top, rowPx);
  const bottom = places.bottom;
  const plot: Plot = isNarrow
    ? { left: 14, right: widthPx - 14, top, bottom }
    : { ...sidesOf(rows, widthPx), top, bottom };
  const ends = rows.flatMap(({ ratio, low, high }) => [ratio, low ?? ratio, high ?? ratio]);
  const x = ratioAxis(
    ends.filter((one) => one > 0 && Number.isFinite(one)),
    [plot.left, plot.right],
  );
  const headings = fitTexts(
    places.groups.map(({ name }) => name),
    widthPx - 8,
    true,
  );
  const layout: Layout = { widthPx, plot, isNarrow, rowPx };
  const body =
    bottomAxis({
      scale: x,
      plot,
      widthPx,
      texts: tickTexts(x, "ratio"),
      title: "",
      hasGrid: true,
    }) +
    noDifference(x.at(1), places.rows, layout) +
    text(x.at(1), 14, "no difference", { anchor: anchorAt(x.at(1), widthPx) }) +
    places.groups.map(({ y }, at) => heading(headings[at] ?? "", y, layout)).join("") +
    rows.map((row, at) => drawRow(row, places.rows[at] ?? top, x, layout)).join("");
  return drawing(names, { width: widthPx, height: bottom + bottomHeight("") }, body);
}

/** Largest parts of a wide drawing for labels and for outcomes. */
const LABEL_SHARE = 0.24;
const WORDS_SHARE = 0.4;

/** Ends of the plot in a wide drawing: labels are left of it, outcomes right of it. */
function sidesOf(rows: readonly ForestRow[], widthPx: number): Pick<Plot, "left" | "right"> {
  const widest = (texts: readonly string[], isBold: boolean): number =>
    Math.max(0, ...texts.map((one) => textWidth(one, isBold)));
  const labels =
    widest(
      rows.map(({ label }) => label),
      false,
    ) + 18;
  const words = widest(rows.map(fullWords), true) + 18;
  return {
    left: Math.max(90, Math.min(labels, widthPx * LABEL_SHARE)),
    right: widthPx - Math.min(words, widthPx * WORDS_SHARE),
  };
}

/** `? 1.30x slower, too few repetitions` or `▼ 258x slower †`. */
function fullWords({ outcome, words, note }: ForestRow): string {
  const between = note === "" ? "" : note.length === 1 ? " " : ", ";
  return `${SIGNS[outcome].sign} ${words}${between}${note}`;
}

/** Words of a row that fit in a width: without the note if it has no room. */
function wordsIn(row: ForestRow, widthPx: number): string {
  const full = fullWords(row);
  if (textWidth(full, true) <= widthPx) return full;
  return fitText(`${SIGNS[row.outcome].sign} ${row.words}`, widthPx, true);
}

/** Height of the line at 1x in a narrow row, below the texts. */
const NARROW_LINE_PX = 20;

/** The line at 1x; in a narrow drawing it leaves out the texts above the marks. */
function noDifference(
  x: number,
  middles: readonly number[],
  { isNarrow, plot: { top, bottom } }: Layout,
): string {
  const look = { color: "ink", width: 1.5 } as const;
  if (!isNarrow) return line(x, top - 6, x, bottom, look);
  return middles
    .map((middle) =>
      line(x, barY(middle, true) - 9, x, barY(middle, true) - 9 + NARROW_LINE_PX, look),
    )
    .join("");
}

/** Vertical place of the mark of a row. */
function barY(middle: number, isNarrow: boolean): number {
  return isNarrow ? middle + 9 : middle;
}

/** Middle of each row and of each heading, and the end of the last row. */
function placesOf(rows: readonly ForestRow[], top: number, rowPx: number) {
  const groups: { readonly name: string; readonly y: number }[] = [];
  const middles: number[] = [];
  let y = top;
  for (const [at, { group }] of rows.entries()) {
    if (group !== null && group !== rows[at - 1]?.group) {
      groups.push({ name: group, y: y + GROUP_PX / 2 });
      y += GROUP_PX;
    }
    middles.push(y + rowPx / 2);
    y += rowPx;
  }
  return { groups, rows: middles, bottom: y };
}

function anchorAt(x: number, widthPx: number): "start" | "middle" | "end" {
  if (x < 50) return "start";
  return x > widthPx - 50 ? "end" : "middle";
}

/** A heading over the whole width, on a ground that hides the lines behind it. */
function heading(name: string, y: number, { widthPx, isNarrow, plot }: Layout): string {
  const ground = isNarrow
    ? { x: 0, width: widthPx }
    : { x: plot.left, width: Math.min(plot.right, textWidth(name, true) + 8) - plot.left };
  const behind =
    ground.width <= 0
      ? ""
      : `<rect x="${px(ground.x)}" y="${px(y - 10)}" width="${px(ground.width)}" height="20" ` +
        `${fill("ground")}/>`;
  return behind + text(4, y + 4, name, { color: "ink", strong: true });
}

function drawRow(row: ForestRow, middle: number, x: Scale, layout: Layout): string {
  const { isNarrow, plot, widthPx, rowPx } = layout;
  const { color } = SIGNS[row.outcome];
  const y = barY(middle, isNarrow);
  const textY = isNarrow ? middle - rowPx / 2 + 14 : middle + 4;
  const words = isNarrow
    ? text(widthPx - 4, textY, wordsIn(row, widthPx * 0.62), { color, anchor: "end", strong: true })
    : text(plot.right + 12, textY, wordsIn(row, widthPx - plot.right - 14), {
        color,
        strong: true,
      });
  const label = isNarrow
    ? text(4, textY, fitText(row.label, widthPx * 0.36), { color: "ink" })
    : text(plot.left - 10, textY, fitText(row.label, plot.left - 14), {
        color: "ink",
        anchor: "end",
      });
  return label + words + whisker(row, x, y) + dot(row, x, y);
}

function whisker({ low, high, outcome }: ForestRow, x: Scale, y: number): string {
  if (low === null || high === null) return "";
  const { color } = SIGNS[outcome];
  const [from, to] = [x.at(low), x.at(high)];
  const cap = (at: number) => line(at, y - 5, at, y + 5, { color, width: 2 });
  // An interval that reaches 0 has no end on a logarithmic axis.
  return line(from, y, to, y, { color, width: 2.5 }) + (low > 0 ? cap(from) : "") + cap(to);
}

function dot(row: ForestRow, x: Scale, y: number): string {
  const { label, group, ratio, low, high } = row;
  const interval =
    low === null || high === null ? "" : `, interval ${formatNumber(low)}–${formatNumber(high)}`;
  const name = `${group === null ? "" : `${group}: `}${label}`;
  return withTip(shapeOf(row, x.at(ratio), y), `${name} ${fullWords(row)}${interval}`);
}

/** A circle for a difference, a square without one, a hollow square if undecided. */
function shapeOf({ outcome }: ForestRow, x: number, y: number): string {
  const { color } = SIGNS[outcome];
  if (outcome === "faster" || outcome === "slower") {
    return `<circle cx="${px(x)}" cy="${px(y)}" r="5.5" ${fill(color)}/>`;
  }
  const look =
    outcome === "none" ? fill(color) : `${fill("ground")} ${stroke({ color, width: 2 })}`;
  return `<rect x="${px(x - 5)}" y="${px(y - 5)}" width="10" height="10" ${look}/>`;
}
