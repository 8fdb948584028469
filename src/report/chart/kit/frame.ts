import type { FigureUnit } from "../../parts/figure.ts";
import { formatLatency, formatNumber, formatShare, MEGABYTE } from "../../parts/format.ts";
import { fitText, textWidth } from "./measure.ts";
import type { Scale } from "./scale.ts";
import { bareText, px, stroke, text, textGroup } from "./svg.ts";

/** The rectangle in which marks are drawn, in pixels of the drawing. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels left of a plot for the values of its vertical axis. */
export const GUTTER_PX = 64;

/** Space between a plot and the text of its ticks. */
const TICK_GAP_PX = 6;

/** Minimum distance of two grid lines with a value. */
const MIN_TICK_PX = 15;

/** Text of a tick of a logarithmic axis, with its unit. */
function tickText(value: number, unit: FigureUnit): string {
  switch (unit) {
    case "ns":
      return value === 0 ? "0" : formatLatency(value).replace(/\.0+ /, " ");
    case "share":
      return formatShare(value);
    case "B/s":
      return `${shortNumber(value / MEGABYTE)} MB/s`;
    case "bytes":
      return `${shortNumber(value / MEGABYTE)} MB`;
    case "ratio":
      return `${shortNumber(value)}x`;
    default:
      return scaledText(value, value);
  }
}

/** Texts of the ticks of an axis that all have the unit of its title. */
export function tickTexts(scale: Scale, unit: FigureUnit): readonly string[] {
  const highest = Math.max(...scale.ticks.map(Math.abs), 0);
  const size = unit === "B/s" || unit === "bytes" ? MEGABYTE : 1;
  const isScaled = ["B/s", "bytes", "ops/s", "count", "s", "USD"].includes(unit);
  return scale.ticks.map((tick) =>
    isScaled ? scaledText(tick / size, highest / size) : tickText(tick, unit),
  );
}

/** Numbers of an axis share a suffix, by the largest of them: `200k`. */
function scaledText(value: number, highest: number): string {
  if (highest >= 1e9) return value === 0 ? "0" : `${shortNumber(value / 1e9)}G`;
  if (highest >= 1e8) return value === 0 ? "0" : `${shortNumber(value / 1e6)}M`;
  if (highest >= 1e5) return value === 0 ? "0" : `${shortNumber(value / 1e3)}k`;
  return shortNumber(value);
}

function shortNumber(value: number): string {
  return formatNumber(Number(value.toPrecision(3)))
    .replace(/\.0+$/, "")
    .replace(/(\.\d*?)0+$/, "$1");
}

/** Horizontal grid lines with their values left of the plot; values without room are left out. */
export function verticalAxis(scale: Scale, plot: Plot, unit: FigureUnit): string {
  const texts = tickTexts(scale, unit);
  let last = Number.POSITIVE_INFINITY;
  const shown = scale.ticks.flatMap((tick, at) => {
    const y = scale.at(tick);
    if (Math.abs(last - y) < MIN_TICK_PX) return [];
    last = y;
    return [{ y, words: fitText(texts[at] ?? "", GUTTER_PX - TICK_GAP_PX) }];
  });
  const grid = shown.map(({ y }) => `M${px(plot.left)} ${px(y)}H${px(plot.right)}`);
  const labels = shown.map(({ y, words }) => bareText(plot.left - TICK_GAP_PX, y + 4, words));
  return gridPath(grid) + textGroup(labels, { anchor: "end" });
}

function gridPath(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return `<path d="${lines.join("")}" ${stroke({ color: "grid", width: 1 })}/>`;
}

export interface BottomAxis {
  readonly scale: Scale;
  readonly plot: Plot;
  /** Width of the drawing: no text leaves it. */
  readonly widthPx: number;
  /** Texts of the ticks. */
  readonly texts: readonly string[];
  /** Term and unit, below the ticks; empty: none. */
  readonly title: string;
  /** Whether vertical grid lines are drawn. */
  readonly hasGrid: boolean;
}

/** Pixels that {@link bottomAxis} takes below a plot. */
export function bottomHeight(title: string): number {
  return title === "" ? 24 : 42;
}

/** Values below the plot; the text of a tick that would touch another one is left out. */
export function bottomAxis({ scale, plot, widthPx, texts, title, hasGrid }: BottomAxis): string {
  let free = Number.NEGATIVE_INFINITY;
  const labels = scale.ticks.flatMap((tick, at) => {
    const words = texts[at] ?? "";
    const half = textWidth(words) / 2;
    const middle = Math.max(half, Math.min(widthPx - half, scale.at(tick)));
    if (middle - half < free) return [];
    free = middle + half + TICK_GAP_PX;
    return [bareText(middle, plot.bottom + 16, words)];
  });
  const grid = scale.ticks.map(
    (tick) => `M${px(scale.at(tick))} ${px(plot.top)}V${px(plot.bottom)}`,
  );
  const name = bareText((plot.left + plot.right) / 2, plot.bottom + 36, fitText(title, widthPx));
  return gridPath(hasGrid ? grid : []) + textGroup([...labels, name], { anchor: "middle" });
}

/** Title of a plot or a strip, above its upper left corner. */
export function plotTitle(words: string, plot: Plot): string {
  const shown = fitText(words, plot.right - plot.left, true);
  return text(plot.left, plot.top - 8, shown, { color: "ink", strong: true });
}
