/**
 * The time line of a phase: rate, latencies and events in strips on one axis of time. This file
 * places the strips; `heat.ts` draws the distribution of latencies by column, `events.ts` the rows
 * of events, `bands.ts` the bands behind all strips.
 */

import type { TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
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
import { boundedLine, type Step, steps } from "../kit/path.ts";
import { endLabels } from "../kit/place.ts";
import { linear, linearFromZero, logarithmic, type Scale } from "../kit/scale.ts";
import { type DrawingNames, drawing } from "../kit/svg.ts";
import { bandsBehind, changeLines, columnTips, legendItems } from "./bands.ts";
import { eventRows } from "./events.ts";
import { heatMap, heatRange } from "./heat.ts";

const RATE_PX = 76;
const LATENCY_PX = 170;
const DEVICE_PX = 48;
/** Space above a strip for its title. */
const TITLE_PX = 26;
/** Space right of the strips for the names of the percentiles. */
const NAMES_PX = 40;
/** The same with the names of a device's bytes. */
const LONG_NAMES_PX = 52;
/** Drawings from this width have tips; a narrower one is for phones, which have no pointer. */
const TIPS_FROM_PX = 640;
/** Cells of the heat map are at least this wide. */
const MIN_CELL_PX = 2.5;
const TIME_TITLE = "seconds from the start of measuring";

export function drawTimeline(figure: TimelineFigure, widthPx: number, names: DrawingNames): string {
  const signs = legend(legendItems(figure), 0, widthPx);
  const hasDevice = figure.columns.some(
    ({ deviceReadRate, deviceWriteRate }) => deviceReadRate !== null || deviceWriteRate !== null,
  );
  const side = { left: GUTTER_PX, right: widthPx - (hasDevice ? LONG_NAMES_PX : NAMES_PX) };
  const rate = { ...side, ...below(signs.height + TITLE_PX, RATE_PX) };
  const hasLatency = heatRange(figure.columns) !== null;
  const latency = { ...side, ...below(rate.bottom + TITLE_PX, hasLatency ? LATENCY_PX : 0) };
  const isWide = widthPx >= TIPS_FROM_PX;
  const x = linear([0, endOf(figure)], [side.left, side.right], isWide ? 10 : 4);
  const device = hasDevice
    ? { ...side, ...below(latency.bottom + TITLE_PX, DEVICE_PX) }
    : { ...side, top: latency.bottom, bottom: latency.bottom };
  const rows = eventRows(figure, x, { ...side, top: device.bottom + 6 });
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
    (hasDevice ? deviceStrip(figure, x, device) : "") +
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
  return (
    plotTitle(rateTitle, plot) +
    verticalAxis(y, plot, rateUnit) +
    steps(stepsOf(columns, "offered", x, y), { color: "muted", width: 1.5, dash: "4 3" }) +
    steps(stepsOf(columns, "rate", x, y), { color: "rate", width: 1.8 })
  );
}

/** The known levels of a value. */
function stepsOf(
  columns: readonly TimelineColumn[],
  of: "rate" | "offered" | "deviceReadRate" | "deviceWriteRate",
  x: Scale,
  y: Scale,
): readonly Step[] {
  return columns.flatMap((column) => {
    const value = column[of];
    if (value === null) return [];
    return [{ left: x.at(column.fromS), right: x.at(column.toS), y: y.at(value) }];
  });
}

/** Bytes that the device below the target read and wrote, for all programs. */
function deviceStrip({ columns }: TimelineFigure, x: Scale, plot: Plot): string {
  const rates = columns.flatMap(({ deviceReadRate, deviceWriteRate }) => [
    deviceReadRate ?? 0,
    deviceWriteRate ?? 0,
  ]);
  const y = linearFromZero(Math.max(0, ...rates), [plot.bottom, plot.top], 2);
  const reads = stepsOf(columns, "deviceReadRate", x, y);
  const writes = stepsOf(columns, "deviceWriteRate", x, y);
  const ends = [
    { words: "reads", color: "third" as const, last: reads.at(-1) },
    { words: "writes", color: "fourth" as const, last: writes.at(-1) },
  ].flatMap(({ words, color, last }) => (last === undefined ? [] : [{ words, color, y: last.y }]));
  return (
    plotTitle("device, MB/s", plot) +
    verticalAxis(y, plot, "B/s") +
    steps(writes, { color: "fourth", width: 1.5, dash: "4 3" }) +
    steps(reads, { color: "third", width: 1.5 }) +
    endLabels(ends, plot.right + 6, LONG_NAMES_PX - 6, [plot.top, plot.bottom])
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
