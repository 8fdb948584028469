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
import { formatNumber, MEGABYTE } from "../../parts/format.ts";
import type { RunsUnit } from "../../parts/runs-figure.ts";
import { tickTexts } from "../kit/frame.ts";
import { fitText, textWidth } from "../kit/measure.ts";
import type { Scale } from "../kit/scale.ts";
import { fill, px, text } from "../kit/svg.ts";

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

/** A legend of marks, from the top left; as many lines as it needs. */
export function legend(
  names: readonly string[],
  widthPx: number,
): { readonly body: string; readonly heightPx: number } {
  let x = 8;
  let y = 14;
  const parts: string[] = [];
  for (const [series, name] of names.entries()) {
    const words = fitText(name, widthPx - 32);
    const width = 20 + textWidth(words);
    if (x > 8 && x + width > widthPx - 4) {
      x = 8;
      y += 20;
    }
    parts.push(mark(series, x, y - 4), text(x + 10, y, words, { color: "ink" }));
    x += width + 12;
  }
  return { body: parts.join(""), heightPx: y + 10 };
}

/** Texts of the ticks of a logarithmic axis, each with the prefix that suits it: `500`, `10k`. */
export function logTickTexts(scale: Scale, unit: RunsUnit): readonly string[] {
  if (unit === "ns" || unit === "USD") return tickTexts(scale, unit);
  const size = unit === "B/s" ? MEGABYTE : 1;
  return scale.ticks.map((tick) => {
    const value = tick / size;
    const [by, prefix] = value >= 1e6 ? [1e6, "M"] : value >= 1e4 ? [1e3, "k"] : [1, ""];
    return formatNumber(value / by).replace(/\.0+$/, "") + prefix;
  });
}

/** Titles of axes by the unit of their values; ticks of a time have their unit. */
export const AXIS_TITLES: Readonly<Record<RunsUnit, string>> = {
  "ops/s": "ops/s",
  "B/s": "MB/s",
  ns: "",
  USD: "USD",
};
