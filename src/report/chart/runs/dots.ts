import type { DotsFigure, DotsRow } from "../../parts/runs-figure.ts";
import { bottomAxis, bottomHeight, type Plot, tickTexts } from "../kit/frame.ts";
import { legend } from "../kit/legend.ts";
import { fitTexts } from "../kit/measure.ts";
import { logarithmic, type Scale } from "../kit/scale.ts";
import { type DrawingNames, drawing, fill, px, stroke, text, withTip } from "../kit/svg.ts";
import { AXIS_TITLES, hueOf, mark, seriesItems } from "./labels.ts";

const NARROW_BELOW_PX = 560;

/** Draws one row per workload and one shape per series on a logarithmic axis. */
export function drawDots(figure: DotsFigure, widthPx: number, names: DrawingNames): string {
  const { rows, series, unit } = figure;
  const isNarrow = widthPx < NARROW_BELOW_PX;
  const rowPx = isNarrow ? 36 : 22;
  const shapes = legend(seriesItems(series), 0, widthPx);
  const top = shapes.height + 6;
  const bottom = top + rows.length * rowPx;
  const plot: Plot = { left: isNarrow ? 36 : 280, right: widthPx - 40, top, bottom };
  const values = rows.flatMap(({ points }) => points.map(({ value }) => value));
  const x = logarithmic(Math.min(...values), Math.max(...values), [plot.left, plot.right]);
  const title = AXIS_TITLES[unit];
  const middle = (row: number): number => top + (row + 0.5) * rowPx;
  const markY = (row: number): number => middle(row) + (isNarrow ? 9 : 0);
  const labels = fitTexts(
    rows.map(({ label }) => label),
    isNarrow ? widthPx - 8 : plot.left - 14,
  );
  const drawLabel = (label: string, at: number): string =>
    isNarrow
      ? text(4, middle(at) - 4, label, { color: "ink" })
      : text(plot.left - 10, middle(at) + 4, label, { color: "ink", anchor: "end" });
  const body =
    shapes.svg +
    bottomAxis({ scale: x, plot, widthPx, texts: tickTexts(x, unit), title, hasGrid: true }) +
    labels.map(drawLabel).join("") +
    ranges(rows, x, markY) +
    series.map((_, one) => marksOf(rows, one, x, markY)).join("");
  return drawing(names, { width: widthPx, height: bottom + bottomHeight(title) }, body);
}

/** Lines between the outer marks of each row, as one path. */
function ranges(rows: readonly DotsRow[], x: Scale, markY: (row: number) => number): string {
  const parts = rows.flatMap(({ points }, at) => {
    if (points.length < 2) return [];
    const places = points.map(({ value }) => x.at(value));
    return [`M${px(Math.min(...places))},${px(markY(at))}H${px(Math.max(...places))}`];
  });
  return parts.length === 0
    ? ""
    : `<path d="${parts.join("")}" ${stroke({ color: "muted", width: 1 })}/>`;
}

/** The marks of one series in all rows. */
function marksOf(
  rows: readonly DotsRow[],
  series: number,
  x: Scale,
  markY: (row: number) => number,
): string {
  const marks = rows.flatMap((row, at) =>
    row.points
      .filter((point) => point.series === series)
      .map((point) => {
        const y = markY(at) + shiftOf(point, row, x);
        const look = point.hasCaveat ? hollow(series) : "";
        return withTip(mark(series, x.at(point.value), y, look), point.text);
      }),
  );
  return marks.length === 0 ? "" : `<g ${fill(hueOf(series))}>${marks.join("")}</g>`;
}

/** Look of a mark with a caveat: only its outline has the color of its series. */
function hollow(series: number): string {
  return `${fill("ground")} ${stroke({ color: hueOf(series), width: 1.5 })}`;
}

/** Marks closer than this are moved up and down, so that none hides another. */
const CLOSE_PX = 7;
const SHIFTS = [0, -5, 5];

/** Vertical shift of a mark by the marks of earlier series next to it. */
function shiftOf(point: DotsRow["points"][number], { points }: DotsRow, x: Scale): number {
  const hidden = points.filter(
    ({ series, value }) =>
      series < point.series && Math.abs(x.at(value) - x.at(point.value)) < CLOSE_PX,
  );
  return SHIFTS[hidden.length % SHIFTS.length] ?? 0;
}
