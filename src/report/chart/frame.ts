import type { FigureUnit } from "../parts/figure.ts";
import { formatLatency, formatNumber, formatShare, MEGABYTE } from "../parts/format.ts";
import type { Scale } from "./scale.ts";
import { line, text } from "./svg.ts";

/** The rectangle in which marks are drawn, in pixels of the drawing. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Text of a tick, with its unit. */
export function tickText(value: number, unit: FigureUnit): string {
  switch (unit) {
    case "ns":
      return value === 0 ? "0" : formatLatency(value).replace(/\.0+ /, " ");
    case "share":
      return formatShare(value);
    case "B/s":
      return `${shortNumber(value / MEGABYTE)} MB/s`;
    case "ratio":
      return `${shortNumber(value)}x`;
    default:
      return shortNumber(value);
  }
}

function shortNumber(value: number): string {
  return formatNumber(value)
    .replace(/\.0+$/, "")
    .replace(/(\.\d*?)0+$/, "$1");
}

/** Horizontal grid lines with their values left of the plot. */
export function verticalAxis(scale: Scale, plot: Plot, unit: FigureUnit): string {
  return scale.ticks
    .map((tick) => {
      const y = scale.at(tick);
      return (
        line(plot.left, y, plot.right, y, { color: "grid", width: 1 }) +
        text(plot.left - 6, y + 4, tickText(tick, unit), { anchor: "end" })
      );
    })
    .join("");
}
