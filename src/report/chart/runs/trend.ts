import type { TrendFigure } from "../../parts/runs-figure.ts";
import { GUTTER_PX, type Plot, plotTitle, verticalAxis } from "../kit/frame.ts";
import { fitText, textWidth } from "../kit/measure.ts";
import { linear, type Scale } from "../kit/scale.ts";
import { type DrawingNames, drawing, fill, line, px, text, withTip } from "../kit/svg.ts";
import { aroundAxis } from "./axes.ts";
import { AXIS_TITLES } from "./labels.ts";

/**
 * Draws a metric of runs in their order, with the range of the intervals of each. Runs that no
 * statistic includes are gray squares.
 */
export function drawTrend(figure: TrendFigure, widthPx: number, names: DrawingNames): string {
  const { points, levels, change, unit } = figure;
  const top = 46;
  const plot: Plot = { left: GUTTER_PX, right: widthPx - 16, top, bottom: top + 180 };
  const ends = points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const y = aroundAxis(Math.min(...ends), Math.max(...ends), [plot.bottom, plot.top]);
  const x = linear([-0.5, Math.max(1, points.length) - 0.5], [plot.left, plot.right]);
  const body =
    plotTitle(AXIS_TITLES[unit], plot) +
    verticalAxis(y, plot, unit) +
    levels
      .map(({ from, to, median }) =>
        line(x.at(from - 0.4), y.at(median), x.at(to + 0.4), y.at(median), {
          color: "third",
          width: 2,
          dash: "2 3",
        }),
      )
      .join("") +
    (change === null ? "" : changeLine(change, x, plot)) +
    points.map((point, at) => drawPoint(point, x.at(at), y)).join("") +
    text(plot.left, plot.bottom + 18, fitText(figure.from, (plot.right - plot.left) / 2 - 8)) +
    text(plot.right, plot.bottom + 18, fitText(figure.to, (plot.right - plot.left) / 2 - 8), {
      anchor: "end",
    }) +
    text((plot.left + plot.right) / 2, plot.bottom + 36, "runs, oldest first", {
      anchor: "middle",
    });
  return drawing(names, { width: widthPx, height: plot.bottom + 44 }, body);
}

/** A dashed line between two runs, with what changed there. */
function changeLine(
  { before, words, worse }: NonNullable<TrendFigure["change"]>,
  x: Scale,
  plot: Plot,
): string {
  const at = x.at(before - 0.5);
  const color = worse ? "bad" : "good";
  const half = textWidth(words, true) / 2;
  const place = Math.min(Math.max(at, half + 2), plot.right - half);
  return (
    line(at, plot.top - 22, at, plot.bottom, { color, width: 2, dash: "6 4" }) +
    text(place, plot.top - 28, words, { color, anchor: "middle", strong: true })
  );
}

function drawPoint(point: TrendFigure["points"][number], x: number, y: Scale): string {
  const { value, low, high, excluded } = point;
  const color = excluded ? "muted" : "rate";
  const range =
    low === null || high === null
      ? ""
      : line(x, y.at(low), x, y.at(high), { color, width: excluded ? 1 : 2 });
  const at = y.at(value);
  const shape = excluded
    ? `<rect x="${px(x - 4.5)}" y="${px(at - 4.5)}" width="9" height="9" ${fill(color)}/>`
    : `<circle cx="${px(x)}" cy="${px(at)}" r="5" ${fill(color)}/>`;
  return range + withTip(shape, point.text);
}
