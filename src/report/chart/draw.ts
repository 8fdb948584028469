/**
 * Charts as SVG strings: pure functions without a DOM, from figures in base units. Each kind of
 * figure has one file. A drawing has a given width; pages show a wide and a narrow one, so that
 * text keeps its size on a phone. `kit/` has what all of them share.
 */

import type { Figure } from "../parts/figure.ts";
import { drawCache } from "./cache.ts";
import { drawHosts } from "./hosts.ts";
import type { DrawingNames } from "./kit/svg.ts";
import { drawLoad } from "./load.ts";
import { drawPercentiles } from "./percentiles.ts";
import { drawRows } from "./rows.ts";
import { drawBars } from "./runs/bars.ts";
import { drawBullet } from "./runs/bullet.ts";
import { drawDots } from "./runs/dots.ts";
import { drawForest } from "./runs/forest.ts";
import { drawRepetitions } from "./runs/repetitions.ts";
import { drawTrend } from "./runs/trend.ts";
import { drawTimeline } from "./timeline/timeline.ts";

/** Widths in pixels at which a page shows a chart. */
export const WIDE_PX = 880;
export const NARROW_PX = 380;

/** Width of a chart in a card. */
export const CARD_PX = 300;

/** Draws a figure. Pure: the same figure gives the same text. */
export function draw(figure: Figure, widthPx: number, names: DrawingNames): string {
  switch (figure.kind) {
    case "percentiles":
      return drawPercentiles(figure, widthPx, names);
    case "forest":
      return drawForest(figure, widthPx, names);
    case "repetitions":
      return drawRepetitions(figure, widthPx, names);
    case "bullet":
      return drawBullet(figure, widthPx, names);
    case "dots":
      return drawDots(figure, widthPx, names);
    case "bars":
      return drawBars(figure, widthPx, names);
    case "trend":
      return drawTrend(figure, widthPx, names);
    case "timeline":
      return drawTimeline(figure, widthPx, names);
    case "load":
      return drawLoad(figure, widthPx, names);
    case "rows":
      return drawRows(figure, widthPx, names);
    case "cache":
      return drawCache(figure, widthPx, names);
    case "hosts":
      return drawHosts(figure, widthPx, names);
  }
}
