import type { RepetitionsFigure } from "../../parts/runs-figure.ts";
import { GUTTER_PX, type Plot, plotTitle, verticalAxis } from "../kit/frame.ts";
import { legend } from "../kit/legend.ts";
import { linear } from "../kit/scale.ts";
import { type DrawingNames, drawing, line, text, withTip } from "../kit/svg.ts";
import { aroundAxis } from "./axes.ts";
import { AXIS_TITLES, hueOf, mark, seriesItems } from "./labels.ts";

/** Draws each repetition where it came in the order, and the median of each series. */
export function drawRepetitions(
  figure: RepetitionsFigure,
  widthPx: number,
  names: DrawingNames,
): string {
  const { series, unit } = figure;
  const shapes = legend(seriesItems(series.map(({ label }) => label)), 0, widthPx);
  const top = shapes.height + 22;
  const plot: Plot = { left: GUTTER_PX, right: widthPx - 16, top, bottom: top + 170 };
  const values = series.flatMap(({ points, median }) => [median, ...points.map(({ y }) => y)]);
  const last = Math.max(2, ...series.flatMap(({ points }) => points.map(({ x }) => x)));
  const y = aroundAxis(Math.min(...values), Math.max(...values), [plot.bottom, plot.top]);
  const x = linear([0.5, last + 0.5], [plot.left, plot.right]);
  const body =
    shapes.svg +
    plotTitle(AXIS_TITLES[unit], plot) +
    verticalAxis(y, plot, unit) +
    series
      .map(({ median }, at) =>
        line(plot.left, y.at(median), plot.right, y.at(median), {
          color: hueOf(at),
          width: 1.5,
          dash: DASHES[at % DASHES.length],
        }),
      )
      .join("") +
    series
      .flatMap(({ points }, at) =>
        points.map((point) => {
          return withTip(mark(at, x.at(point.x), y.at(point.y)), point.text);
        }),
      )
      .join("") +
    text(x.at(1), plot.bottom + 16, "1", { anchor: "middle" }) +
    text(x.at(last), plot.bottom + 16, String(last), { anchor: "middle" }) +
    text((plot.left + plot.right) / 2, plot.bottom + 32, "repetitions in the order they ran", {
      anchor: "middle",
    });
  return drawing(names, { width: widthPx, height: plot.bottom + 40 }, body);
}

/** Dashes of the medians, so that they differ without color. */
const DASHES = ["2 3", "8 4", "8 3 2 3", "14 4"];
