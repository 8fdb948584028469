import type { LatencyRow, RowsFigure } from "../parts/figure.ts";
import { bottomAxis, bottomHeight, type Plot, tickTexts } from "./kit/frame.ts";
import { legend } from "./kit/legend.ts";
import { marker } from "./kit/mark.ts";
import { fitText, fitTexts, textWidth } from "./kit/measure.ts";
import { logarithmic, type Scale } from "./kit/scale.ts";
import { type DrawingNames, drawing, line, px, text, withTip } from "./kit/svg.ts";

const ROW_PX = 22;
const WIDE_FROM_PX = 640;
const TITLE = "latency";

/** Percentiles with their markers. */
const DOTS = [
  { of: "p50Ns", hue: "ink", sign: "circle", words: "p50" },
  { of: "p99Ns", hue: "latency", sign: "square", words: "p99" },
  { of: "p999Ns", hue: "third", sign: "diamond", words: "p99.9" },
] as const;

/** One row per phase: p50, p99 and p99.9 as dots on one logarithmic axis. */
export function drawRows({ rows }: RowsFigure, widthPx: number, names: DrawingNames): string {
  const signs = legend(
    DOTS.map(({ hue, sign, words }) => ({ sign, color: hue, words })),
    0,
    widthPx,
  );
  const isWide = widthPx >= WIDE_FROM_PX;
  const rateRoom = isWide
    ? roomFor(
        rows.map(({ rate }) => rate),
        widthPx / 6,
      )
    : 12;
  const labelRoom = roomFor(
    rows.map(({ label }) => label),
    widthPx / 3,
  );
  const top = signs.height + 8;
  const bottom = top + Math.max(1, rows.length) * ROW_PX;
  const plot = { left: labelRoom, right: widthPx - rateRoom, top, bottom };
  const all = rows.flatMap((row) => DOTS.flatMap(({ of }) => row[of] ?? []));
  const x = logarithmic(Math.min(...all), Math.max(...all), [plot.left, plot.right]);
  const axis = { scale: x, plot, widthPx, texts: tickTexts(x, "ns"), title: TITLE, hasGrid: true };
  const labels = fitTexts(
    rows.map(({ label }) => label),
    plot.left - 10,
  );
  const body =
    signs.svg +
    bottomAxis(axis) +
    rows
      .map((row, at) => {
        const y = top + (at + 0.5) * ROW_PX;
        return drawRow({ ...row, label: labels[at] ?? "" }, x, plot, y, isWide ? rateRoom : 0);
      })
      .join("");
  return drawing(names, { width: widthPx, height: bottom + bottomHeight(TITLE) }, body);
}

/** Room for the widest of some texts, at most `maxPx`. */
function roomFor(words: readonly string[], maxPx: number): number {
  return Math.min(maxPx, Math.max(0, ...words.map((one) => textWidth(one))) + 14);
}

function drawRow(row: LatencyRow, x: Scale, plot: Plot, y: number, rateRoom: number): string {
  const { atLeastNs = Number.POSITIVE_INFINITY } = row;
  const known = DOTS.flatMap(({ of, hue }) => {
    const ns = row[of];
    return ns === null ? [] : [{ at: x.at(ns), hue, isOpen: ns >= atLeastNs }];
  });
  const [first, last] = [known[0], known.at(-1)];
  const range =
    first === undefined || last === undefined
      ? ""
      : line(first.at, y, last.at, y, { color: "muted", width: 2 });
  // The median is drawn last, so that it is seen where the percentiles are equal.
  const dots = known.toReversed().map(({ at, hue, isOpen }) => marker(at, y, hue, isOpen));
  const rate = fitText(row.rate, rateRoom - 10);
  return (
    text(plot.left - 8, y + 4, row.label, { anchor: "end", color: "ink" }) +
    range +
    dots.join("") +
    (rateRoom === 0 ? "" : text(plot.right + 10, y + 4, rate) + rowTip(row, plot, y))
  );
}

/** An invisible area over a row with its numbers. */
function rowTip({ text: words }: LatencyRow, { left, right }: Plot, y: number): string {
  const place = `x="${px(left)}" y="${px(y - ROW_PX / 2)}" width="${px(right - left)}"`;
  return withTip(`<rect ${place} height="${ROW_PX}" fill="none" pointer-events="all"/>`, words);
}
