import type { BulletFigure } from "../../parts/runs-figure.ts";
import { fitText, textWidth } from "../kit/measure.ts";
import type { Color } from "../kit/palette.ts";
import { linear } from "../kit/scale.ts";
import {
  type DrawingNames,
  drawing,
  fill,
  line,
  px,
  type Stroke,
  stroke,
  text,
  withTip,
} from "../kit/svg.ts";

/** A limit further away than this many times the other values would hide them. */
const FAR = 3;

const COLORS: Readonly<Record<BulletFigure["tone"], Color>> = {
  good: "good",
  bad: "bad",
  neutral: "muted",
};

/** Top and height of the track, and of the bar on it. */
const TRACK = { top: 8, height: 16 };
const BAR = { top: 12, height: 8 };

/**
 * Draws a measured value as a bar from 0 with its interval, the claimed figure as a thick line, and
 * the values that agree with it as a shaded part of the track.
 */
export function drawBullet(figure: BulletFigure, widthPx: number, names: DrawingNames): string {
  const { value, low, high, figures, least, most, bound, tone } = figure;
  const own = [value, high ?? value, ...figures, least ?? 0, most ?? 0];
  const largest = Math.max(...own.filter(Number.isFinite));
  const nearBound = bound !== null && bound > 0 && bound <= FAR * largest ? bound : null;
  const end = Math.max(largest, nearBound ?? 0) * 1.08;
  const x = linear([0, end > 0 ? end : 1], [2, widthPx - 2]);
  const color = COLORS[tone];
  const middle = BAR.top + BAR.height / 2;
  const body =
    box(2, widthPx - 2, TRACK, fill("grid")) +
    withTip(
      box(x.at(least ?? 0), most === null ? widthPx - 2 : x.at(most), TRACK, agreeing()),
      `values that agree with ${figure.figureWords}`,
    ) +
    withTip(box(2, x.at(value), BAR, fill(color)), figure.measuredWords) +
    (low === null || high === null ? "" : interval(x.at(low), x.at(high), middle)) +
    (nearBound === null ? "" : limit(x.at(nearBound), figure.boundWords ?? "limit")) +
    figures.map((one) => tick(x.at(one), figure.figureWords)).join("") +
    figureLabel(x.at(figures[0] ?? 0), widthPx, figure.figureWords);
  return drawing(names, { width: widthPx, height: 48 }, body);
}

function box(from: number, to: number, { top, height }: typeof TRACK, look: string): string {
  const width = Math.max(0, to - from);
  return `<rect x="${px(from)}" y="${top}" width="${px(width)}" height="${height}" ${look}/>`;
}

/** Look of the part of the track with values that agree: a tint of the good color. */
function agreeing(): string {
  return `${fill("good")} fill-opacity="0.25"`;
}

function interval(from: number, to: number, y: number): string {
  const path = `M${px(from)},${y}H${px(to)}M${px(from)},${y - 5}v10M${px(to)},${y - 5}v10`;
  const drawn = (look: Stroke): string => `<path d="${path}" ${stroke(look)}/>`;
  // A lighter line below keeps the interval visible on the bar.
  return drawn({ color: "ground", width: 4 }) + drawn({ color: "ink", width: 1.5 });
}

function tick(x: number, words: string): string {
  return withTip(
    `<rect x="${px(x - 2)}" y="4" width="4" height="24" ${fill("ink")}/>`,
    `claimed: ${words}`,
  );
}

function limit(x: number, words: string): string {
  return withTip(line(x, 4, x, 28, { color: "fourth", width: 2, dash: "3 2" }), words);
}

/** The figure below its line, moved to stay inside the drawing. */
function figureLabel(x: number, widthPx: number, words: string): string {
  const label = fitText(words, widthPx - 4);
  const half = textWidth(label) / 2;
  const at = Math.min(Math.max(x, half + 2), widthPx - half - 2);
  return text(at, 42, label, { anchor: "middle" });
}
