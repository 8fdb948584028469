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

/** Ends of a shared prefix: the largest tick is at most this many times the smallest one. */
const MAX_SHARED_RATIO = 20;

const PREFIXES = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** From this largest tick on, numbers have a prefix. */
const PREFIX_FROM = 1e5;
/** The same on an axis over several decades. */
const PREFIX_FROM_DECADES = 1e4;

/**
 * Texts of the ticks of an axis in one notation. Numbers have the unit of the axis' title and one
 * prefix for all, or over several decades each its own from 1,000 on: `500`, `1k`, `10M`.
 */
export function tickTexts(scale: Scale, unit: FigureUnit): readonly string[] {
  switch (unit) {
    case "ns":
      return scale.ticks.map((ns) => (ns === 0 ? "0" : formatLatency(ns).replace(/\.0+ /, " ")));
    case "share":
      return scale.ticks.map(formatShare);
    case "ratio":
      return scale.ticks.map((ratio) => `${shortNumber(ratio)}x`);
    case "B/s":
    case "bytes":
      return numberTexts(scale.ticks.map((bytes) => bytes / MEGABYTE));
    default:
      return numberTexts(scale.ticks);
  }
}

function numberTexts(values: readonly number[]): readonly string[] {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const [lowest, highest] = [Math.min(...sizes), Math.max(...sizes)];
  const isShared = sizes.length === 0 || highest / lowest <= MAX_SHARED_RATIO;
  if (!(highest >= (isShared ? PREFIX_FROM : PREFIX_FROM_DECADES))) return values.map(shortNumber);
  return values.map((value) => {
    const prefix = PREFIXES.find(([from]) => (isShared ? highest : Math.abs(value)) >= from);
    if (value === 0 || prefix === undefined) return shortNumber(value);
    return shortNumber(value / prefix[0]) + prefix[1];
  });
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
