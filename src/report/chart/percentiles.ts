import type { PercentileCurve, PercentilesFigure } from "../parts/figure.ts";
import { formatLatency } from "../parts/format.ts";
import { bottomAxis, bottomHeight, GUTTER_PX, type Plot, verticalAxis } from "./kit/frame.ts";
import { marker } from "./kit/mark.ts";
import { textWidth } from "./kit/measure.ts";
import { boundedLine } from "./kit/path.ts";
import { endLabels } from "./kit/place.ts";
import { logarithmic, type Scale, withTicks } from "./kit/scale.ts";
import { type DrawingNames, drawing, withTip } from "./kit/svg.ts";

/** Shares with a tick and a marker, and their names. */
const MARKS: readonly (readonly [share: number, label: string])[] = [
  [0, "0%"],
  [0.5, "50%"],
  [0.9, "90%"],
  [0.99, "99%"],
  [0.999, "99.9%"],
  [0.9999, "99.99%"],
  [0.99999, "99.999%"],
  [0.999999, "99.9999%"],
];

const PLOT_PX = 240;
const TITLE = "percentile of operations";

/**
 * Latency by percentile: the horizontal axis is logarithmic in 1/(1 - share), so that each further
 * nine has the same width (as the plotter of HdrHistogram does).
 */
export function drawPercentiles(
  figure: PercentilesFigure,
  widthPx: number,
  names: DrawingNames,
): string {
  const namesPx = roomForNames(figure, widthPx);
  const plot = { left: GUTTER_PX, right: widthPx - namesPx, top: 14, bottom: 14 + PLOT_PX };
  const all = figure.curves.flatMap(({ points }) => points.map(({ ns }) => ns));
  const y = logarithmic(Math.min(...all), Math.max(...all), [plot.bottom, plot.top]);
  const count = Math.max(10, ...figure.curves.map((curve) => curve.count));
  const marks = MARKS.filter(([share]) => rarity(share) <= count * 1.000001);
  const x = withTicks(
    [1, count],
    [plot.left, plot.right],
    marks.map(([share]) => rarity(share)),
  );
  const texts = marks.map(([, label]) => label);
  const body =
    verticalAxis(y, plot, "ns") +
    bottomAxis({ scale: x, plot, widthPx, texts, title: TITLE, hasGrid: true }) +
    figure.curves.map((curve) => drawCurve(curve, x, y)).join("") +
    curveNames(figure, plot, y, namesPx);
  return drawing(names, { width: widthPx, height: plot.bottom + bottomHeight(TITLE) }, body);
}

/** Room right of the plot for the names of the curves, at most 30% of the drawing. */
function roomForNames({ curves }: PercentilesFigure, widthPx: number): number {
  const widest = Math.max(0, ...curves.map(({ label }) => textWidth(label, true)));
  return Math.min(widthPx * 0.3, widest + 10);
}

/** One of how many operations is slower. */
function rarity(share: number): number {
  return 1 / (1 - share);
}

function drawCurve(curve: PercentileCurve, x: Scale, y: Scale): string {
  const { hue, dashed, label, points, atLeastNs = Number.POSITIVE_INFINITY } = curve;
  const places = points.map(({ share, ns }) => ({
    x: x.at(rarity(share)),
    y: y.at(ns),
    isBound: ns >= atLeastNs,
  }));
  const markers = MARKS.flatMap(([share, name]) => {
    const point = points.find((one) => Math.abs(one.share - share) < 1e-9);
    if (point === undefined || share === 0) return [];
    const dot = marker(x.at(rarity(share)), y.at(point.ns), hue, point.ns >= atLeastNs);
    return [withTip(dot, `${label}: ${name} took ${limitText(point.ns, curve)}`)];
  });
  const dash = dashed ? "5 3" : undefined;
  return boundedLine(places, { color: hue, width: 2, dash }) + markers.join("");
}

/** A percentile is an upper limit, or a lower one if operations did not complete. */
function limitText(ns: number, { atLeastNs = Number.POSITIVE_INFINITY }: PercentileCurve): string {
  return `${ns >= atLeastNs ? "at least" : "at most"} ${formatLatency(ns)}`;
}

/** Names of the curves at the height of their ends. */
function curveNames({ curves }: PercentilesFigure, plot: Plot, y: Scale, roomPx: number): string {
  const labels = curves.flatMap(({ label, hue, points }) => {
    const last = points.at(-1);
    return last === undefined ? [] : [{ words: label, color: hue, y: y.at(last.ns) }];
  });
  return endLabels(labels, plot.right + 6, roomPx - 6, [plot.top, plot.bottom]);
}
