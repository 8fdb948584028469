import { line as shapeLine } from "d3-shape";
import type { PercentilesFigure } from "../parts/figure.ts";
import { formatLatency } from "../parts/format.ts";
import { type Plot, verticalAxis } from "./frame.ts";
import { logarithmic, type Scale } from "./scale.ts";
import { type DrawingNames, drawing, fill, line, px, stroke, text, withTip } from "./svg.ts";

/** Shares with a tick and a marker, and their names. */
const MARKS: readonly (readonly [share: number, label: string])[] = [
  [0, "0%"],
  [0.5, "50%"],
  [0.9, "90%"],
  [0.99, "99%"],
  [0.999, "99.9%"],
  [0.9999, "99.99%"],
  [0.99999, "99.999%"],
];

/**
 * Latency by percentile: the horizontal axis is logarithmic in 1/(1 - share), so that each further
 * nine has the same width (as the plotter of HdrHistogram does).
 */
export function drawPercentiles(
  figure: PercentilesFigure,
  widthPx: number,
  names: DrawingNames,
): string {
  const height = 300;
  const plot: Plot = { left: 64, right: widthPx - 84, top: 16, bottom: height - 44 };
  const all = figure.curves.flatMap(({ points }) => points.map(({ ns }) => ns));
  const count = Math.max(2, ...figure.curves.map((curve) => curve.count));
  const y = logarithmic(Math.min(...all), Math.max(...all), [plot.bottom, plot.top]);
  const x = logarithmic(1, count, [plot.left, plot.right]);
  const shown = MARKS.filter(([share]) => rarity(share) <= count);
  const body =
    verticalAxis(y, plot, "ns") +
    shown.map(([share, label]) => percentTick(x.at(rarity(share)), label, plot)).join("") +
    text((plot.left + plot.right) / 2, height - 8, "percentile of operations", {
      anchor: "middle",
    }) +
    figure.curves.map((curve) => drawCurve(curve, x, y)).join("") +
    endLabels(figure, plot, x, y);
  return drawing(names, { width: widthPx, height }, body);
}

/** One of how many operations is slower. */
function rarity(share: number): number {
  return 1 / (1 - share);
}

function percentTick(x: number, label: string, plot: Plot): string {
  return (
    line(x, plot.top, x, plot.bottom, { color: "grid", width: 1 }) +
    text(x, plot.bottom + 16, label, { anchor: "middle" })
  );
}

function drawCurve(curve: PercentilesFigure["curves"][number], x: Scale, y: Scale): string {
  const path = shapeLine<{ readonly share: number; readonly ns: number }>()
    .x(({ share }) => Number(px(x.at(rarity(share)))))
    .y(({ ns }) => Number(px(y.at(ns))))(curve.points);
  const dash = curve.dashed ? "5 3" : undefined;
  const look = stroke({ color: curve.hue, width: 2, dash });
  const markers = MARKS.flatMap(([share, label]) => {
    const point = curve.points.find((one) => Math.abs(one.share - share) < 1e-9);
    if (point === undefined || share === 0) return [];
    const at = `cx="${px(x.at(rarity(share)))}" cy="${px(y.at(point.ns))}"`;
    const dot = `<circle ${at} r="4" ${fill(curve.hue)}/>`;
    return [withTip(dot, `${curve.label}: ${label} took at most ${formatLatency(point.ns)}`)];
  });
  return `<path d="${path ?? ""}" ${look}/>${markers.join("")}`;
}

/** Names of the curves at their ends; close ones are moved apart. */
function endLabels(figure: PercentilesFigure, plot: Plot, x: Scale, y: Scale): string {
  const ends = figure.curves
    .map((curve) => {
      const last = curve.points.at(-1);
      return { curve, x: x.at(rarity(last?.share ?? 0)), y: y.at(last?.ns ?? 1) };
    })
    .toSorted((one, other) => one.y - other.y);
  let next = plot.top;
  return ends
    .map(({ curve, y: at }) => {
      const placed = Math.max(next, at + 4);
      next = placed + 14;
      return text(plot.right + 6, placed, curve.label, { color: curve.hue, strong: true });
    })
    .join("");
}
