import type { HostLine, HostsFigure } from "../parts/figure.ts";
import { tickTexts } from "./kit/frame.ts";
import { legend } from "./kit/legend.ts";
import { fitText, fitTexts, textWidth } from "./kit/measure.ts";
import { type BoundedPlace, boundedLine } from "./kit/path.ts";
import { linear, linearFromZero, type Scale } from "./kit/scale.ts";
import { type DrawingNames, drawing, line, px, text, withTip } from "./kit/svg.ts";

const NARROW_BELOW_PX = 560;

/** Height of a picture of one host, its name included. */
const CELL_PX = 96;
const NAME_PX = 18;
const GAP_PX = 16;

/** Place of the picture of one host. */
interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Draws a small picture per host: its rate over time as a line, and the median of all hosts as a
 * dashed one. All pictures have the same axes.
 */
export function drawHosts(figure: HostsFigure, widthPx: number, names: DrawingNames): string {
  const { hosts, median, unit, widthS } = figure;
  const perRow = Math.min(widthPx < NARROW_BELOW_PX ? 2 : 4, Math.max(1, hosts.length));
  const cellPx = (widthPx - GAP_PX * (perRow - 1)) / perRow;
  const signs = legend(
    [
      { sign: "line", color: "rate", words: "host" },
      { sign: "dashed", color: "muted", words: "median host" },
    ],
    0,
    widthPx,
  );
  const top = signs.height + 8;
  const all = [...median, ...hosts.flatMap(({ values }) => values)];
  const largest = Math.max(0, ...all.flatMap((value) => value ?? []));
  const labels = fitTexts(
    hosts.map(({ label }) => label),
    cellPx,
    true,
  );
  const scale = linearFromZero(largest, [0, 1], 2);
  const most = `${tickTexts(scale, unit).at(-1) ?? ""} ${unit === "B/s" ? "MB/s" : unit}`;
  const parts = hosts.map((host, at) => {
    const [column, row] = [at % perRow, Math.floor(at / perRow)];
    const left = column * (cellPx + GAP_PX);
    const y = top + row * CELL_PX;
    const cell = { left, right: left + cellPx, top: y + NAME_PX + 14, bottom: y + CELL_PX - 14 };
    return drawHost({ ...host, label: labels[at] ?? "" }, median, cell, scale);
  });
  const bottom = top + Math.ceil(hosts.length / perRow) * CELL_PX;
  const seconds = Number((median.length * widthS).toPrecision(3));
  const axes = `each from 0 to ${most}, over ${seconds} s`;
  const body = signs.svg + parts.join("") + text(0, bottom + 10, fitText(axes, widthPx));
  return drawing(names, { width: widthPx, height: bottom + 18 }, body);
}

function drawHost(
  host: HostLine,
  median: HostsFigure["median"],
  { left, right, top, bottom }: Cell,
  scale: Scale,
): string {
  const x = linear([0, Math.max(1, median.length)], [left, right]);
  const places = (values: readonly (number | null)[]): readonly (BoundedPlace | null)[] =>
    values.map((value, at) =>
      value === null
        ? null
        : { x: x.at(at + 0.5), y: bottom - scale.at(value) * (bottom - top), isBound: false },
    );
  const sign = host.isUneven ? "✕ " : "";
  const full = `${sign}${host.rate}${host.share === "" ? "" : `, ${host.share}`}`;
  const isRoomy = textWidth(full) <= right - left;
  const words = isRoomy ? full : fitText(`${sign}${host.share || host.rate}`, right - left);
  const size = `width="${px(right - left)}" height="${px(bottom - top)}"`;
  const area = `<rect x="${px(left)}" y="${px(top)}" ${size} fill="none" pointer-events="all"/>`;
  return (
    text(left, top - 18, host.label, { color: "ink", strong: true }) +
    text(left, top - 4, words, { color: host.isUneven ? "bad" : "muted" }) +
    line(left, bottom, right, bottom, { color: "grid", width: 1 }) +
    boundedLine(places(median), { color: "muted", width: 1.5, dash: "5 3" }) +
    boundedLine(places(host.values), { color: "rate", width: 2 }) +
    withTip(area, host.text)
  );
}
