/**
 * Charts of several runs: ratios with intervals (this file), repetitions in their order, a measured
 * value against a claimed figure, workloads by storage, and a metric over runs. Marks differ in
 * shape as well as in color. `axes.ts` has the axes that only these charts need, `labels.ts` fits
 * texts and draws legends.
 */

import { formatNumber } from "../../parts/format.ts";
import type { ForestFigure, ForestRow } from "../../parts/runs-figure.ts";
import { bottomAxis, bottomHeight, type Plot, tickTexts } from "../kit/frame.ts";
import { fitText } from "../kit/measure.ts";
import type { Color } from "../kit/palette.ts";
import type { Scale } from "../kit/scale.ts";
import { type DrawingNames, drawing, fill, line, px, text, withTip } from "../kit/svg.ts";
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
    : { left: 196, right: widthPx - 236, top, bottom };
  const ends = rows.flatMap(({ ratio, low, high }) => [ratio, low ?? ratio, high ?? ratio]);
  const x = ratioAxis(
    ends.filter((one) => one > 0 && Number.isFinite(one)),
    [plot.left, plot.right],
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
    places.groups.map(({ name, y }) => heading(name, y, layout)).join("") +
    rows.map((row, at) => drawRow(row, places.rows[at] ?? top, x, layout)).join("");
  return drawing(names, { width: widthPx, height: bottom + bottomHeight("") }, body);
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

function heading(name: string, y: number, { widthPx, isNarrow, plot }: Layout): string {
  const width = isNarrow ? widthPx - 8 : plot.left - 12;
  const words = fitText(name, width, true);
  const behind = isNarrow
    ? `<rect x="0" y="${px(y - 10)}" width="${px(widthPx)}" height="20" ${fill("ground")}/>`
    : "";
  return behind + text(4, y + 4, words, { color: "ink", strong: true });
}

function drawRow(row: ForestRow, middle: number, x: Scale, layout: Layout): string {
  const { isNarrow, plot, widthPx, rowPx } = layout;
  const { sign, color } = SIGNS[row.outcome];
  const y = barY(middle, isNarrow);
  const textY = isNarrow ? middle - rowPx / 2 + 14 : middle + 4;
  const said = `${sign} ${row.words}`;
  const words = isNarrow
    ? text(widthPx - 4, textY, fitText(said, widthPx * 0.62, true), {
        color,
        anchor: "end",
        strong: true,
      })
    : text(plot.right + 12, textY, fitText(said, widthPx - plot.right - 14, true), {
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
  const { label, group, ratio, low, high, outcome, words } = row;
  const look = fill(SIGNS[outcome].color);
  const at = x.at(ratio);
  const shape =
    outcome === "none"
      ? `<rect x="${px(at - 5)}" y="${px(y - 5)}" width="10" height="10" ${look}/>`
      : `<circle cx="${px(at)}" cy="${px(y)}" r="5.5" ${look}/>`;
  const interval =
    low === null || high === null ? "" : `, interval ${formatNumber(low)}–${formatNumber(high)}`;
  return withTip(shape, `${group === null ? "" : `${group}: `}${label} ${words}${interval}`);
}
