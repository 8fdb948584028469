/**
 * The time line of a phase: rate, latencies and events in strips on one axis of time. This file
 * places the strips; `heat.ts` draws the distribution of latencies by column, `events.ts` the rows
 * of events, `bands.ts` the bands behind all strips.
 */

import type { TimelineFigure } from "../../parts/figure.ts";
import {
  bottomAxis,
  bottomHeight,
  GUTTER_PX,
  type Plot,
  plotTitle,
  tickTexts,
  verticalAxis,
} from "../kit/frame.ts";
import { legend } from "../kit/legend.ts";
import { boundedLine, steps } from "../kit/path.ts";
import { endLabels } from "../kit/place.ts";
import { linear, linearFromZero, logarithmic, type Scale } from "../kit/scale.ts";
import { type DrawingNames, drawing } from "../kit/svg.ts";
import { bandsBehind, changeLines, columnTips, legendItems } from "./bands.ts";
import { eventRows } from "./events.ts";
import { heatMap, heatRange } from "./heat.ts";

const RATE_PX = 76;
const LATENCY_PX = 170;
/** Space above a strip for its title. */
const TITLE_PX = 26;
/** Space right of the strips for the names of the percentiles. */
const NAMES_PX = 40;
/** Drawings from this width have tips; a narrower one is for phones, which have no pointer. */
const TIPS_FROM_PX = 640;
/** Cells of the heat map are at least this wide. */
const MIN_CELL_PX = 2.5;
const TIME_TITLE = "seconds from the start of measuring";

export function drawTimeline(figure: TimelineFigure, widthPx: number, names: DrawingNames): string {
  const signs = legend(legendItems(figure), 0, widthPx);
  const side = { left: GUTTER_PX, right: widthPx - NAMES_PX };
  const rate = { ...side, ...below(signs.height + TITLE_PX, RATE_PX) };
  const hasLatency = heatRange(figure.columns) !== null;
  const latency = { ...side, ...below(rate.bottom + TITLE_PX, hasLatency ? LATENCY_PX : 0) };
  const isWide = widthPx >= TIPS_FROM_PX;
  const x = linear([0, endOf(figure)], [side.left, side.right], isWide ? 10 : 4);
  const rows = eventRows(figure, x, { ...side, top: latency.bottom + 6 });
  const whole = { ...side, top: rate.top, bottom: rows.bottom };
  const axis = {
    scale: x,
    plot: whole,
    widthPx,
    texts: tickTexts(x, "s"),
    title: TIME_TITLE,
    hasGrid: false,
  };
  const body =
    signs.svg +
    bandsBehind(figure.bands, x, whole) +
    rateStrip(figure, x, rate) +
    (hasLatency ? latencyStrip(figure, x, latency) : "") +
    rows.svg +
    changeLines(figure.changes, x, whole) +
    bottomAxis(axis) +
    (isWide ? columnTips(figure.columns, x, whole) : "");
  const height = whole.bottom + bottomHeight(TIME_TITLE);
  return drawing(names, { width: widthPx, height }, body);
}

function below(top: number, height: number): { readonly top: number; readonly bottom: number } {
  return { top, bottom: top + height };
}

/** End of the last column, seconds. */
function endOf({ columns }: TimelineFigure): number {
  return Math.max(0, ...columns.map(({ toS }) => toS));
}

function rateStrip(figure: TimelineFigure, x: Scale, plot: Plot): string {
  const { columns, rateUnit, rateTitle } = figure;
  const highest = Math.max(0, ...columns.flatMap(({ rate, offered }) => [rate, offered ?? 0]));
  const y = linearFromZero(highest, [plot.bottom, plot.top], 3);
  const line = (of: "rate" | "offered") =>
    columns.flatMap((column) => {
      const value = column[of];
      return value === null
        ? []
        : [{ left: x.at(column.fromS), right: x.at(column.toS), y: y.at(value) }];
    });
  return (
    plotTitle(rateTitle, plot) +
    verticalAxis(y, plot, rateUnit) +
    steps(line("offered"), { color: "muted", width: 1.5, dash: "4 3" }) +
    steps(line("rate"), { color: "rate", width: 1.8 })
  );
}

function latencyStrip(figure: TimelineFigure, x: Scale, plot: Plot): string {
  const { columns, metric, tail } = figure;
  const [low, high] = heatRange(columns) ?? [1, 10];
  const y = logarithmic(low, high, [plot.bottom, plot.top]);
  const line = (of: "p50Ns" | "p99Ns" | "maxNs") =>
    columns.flatMap((column, at) => {
      const { [of]: ns, atLeastNs = Number.POSITIVE_INFINITY } = column;
      const middle = x.at((column.fromS + column.toS) / 2);
      const place = ns === null ? null : { x: middle, y: y.at(ns), isBound: ns >= atLeastNs };
      // A time that was not measured interrupts the line, as a column without operations does.
      const gap = column.fromS - (columns[at - 1]?.toS ?? column.fromS);
      return gap > (column.toS - column.fromS) / 2 ? [null, place] : [place];
    });
  const [p50, upper] = [line("p50Ns"), line(tail === "p99" ? "p99Ns" : "maxNs")];
  const ends = [
    { words: tail, color: "latency" as const, last: upper.findLast((place) => place !== null) },
    { words: "p50", color: "ink" as const, last: p50.findLast((place) => place !== null) },
  ].flatMap(({ words, color, last }) => (last == null ? [] : [{ words, color, y: last.y }]));
  return (
    plotTitle(metric === "response" ? "response time" : "service time", plot) +
    verticalAxis(y, plot, "ns") +
    heatMap(columns, x, y, (plot.right - plot.left) / MIN_CELL_PX) +
    boundedLine(p50, { color: "ink", width: 1.6 }) +
    boundedLine(upper, { color: "latency", width: 1.8 }) +
    endLabels(ends, plot.right + 6, NAMES_PX - 6, [plot.top, plot.bottom])
  );
}
