import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from "d3-shape";
import type { Hue } from "../../parts/figure.ts";
import type { RunsUnit } from "../../parts/runs-figure.ts";
import type { LegendItem } from "../kit/legend.ts";
import { fill, px } from "../kit/svg.ts";

/** Colors of series in their order; series with the same color differ in shape. */
const HUES: readonly Hue[] = ["rate", "latency", "third", "fourth"];

const SHAPES = [
  ...[symbolCircle, symbolSquare, symbolTriangle, symbolDiamond],
  ...[symbolCross, symbolStar, symbolWye],
];

export function hueOf(series: number): Hue {
  return HUES[series % HUES.length] ?? "rate";
}

/** The mark of a series at a place: its shape and color. */
export function mark(series: number, x: number, y: number, look = fill(hueOf(series))): string {
  const at = series % SHAPES.length;
  // The shortest form of the usual shapes: a page has many marks.
  if (at === 0) return `<circle cx="${px(x)}" cy="${px(y)}" r="4.5" ${look}/>`;
  if (at === 1) return `<rect x="${px(x - 4)}" y="${px(y - 4)}" width="8" height="8" ${look}/>`;
  const shape = SHAPES[at] ?? symbolDiamond;
  const path = symbol().type(shape).size(64).digits(1)() ?? "";
  return `<path transform="translate(${px(x)},${px(y)})" d="${path}" ${look}/>`;
}

/** Items of a legend: the mark of each series with its name. */
export function seriesItems(names: readonly string[]): readonly LegendItem[] {
  return names.map((words, series) => ({ sign: (x, y) => mark(series, x, y), words }));
}

/** Titles of axes by the unit of their values; ticks of a time have their unit. */
export const AXIS_TITLES: Readonly<Record<RunsUnit, string>> = {
  "ops/s": "ops/s",
  "B/s": "MB/s",
  ns: "",
  USD: "USD",
};
