import type { BarsFigure } from "../../parts/runs-figure.ts";
import { fitTexts, textWidth } from "../kit/measure.ts";
import { linearFromZero } from "../kit/scale.ts";
import { type DrawingNames, drawing, fill, line, px, text, withTip } from "../kit/svg.ts";

const NARROW_BELOW_PX = 560;

/** Draws amounts as bars from 0, each with its text at the end. */
export function drawBars(figure: BarsFigure, widthPx: number, names: DrawingNames): string {
  const { bars } = figure;
  const isNarrow = widthPx < NARROW_BELOW_PX;
  const rowPx = isNarrow ? 40 : 26;
  const left = isNarrow ? 4 : 280;
  const room = Math.max(40, ...bars.map(({ text: words }) => textWidth(words, true))) + 12;
  const right = widthPx - room;
  const x = linearFromZero(Math.max(0, ...bars.map(({ value }) => value)), [left, right]);
  const bottom = 4 + bars.length * rowPx;
  const labels = fitTexts(
    bars.map(({ label }) => label),
    isNarrow ? widthPx - 8 : left - 14,
  );
  const rows = bars.map(({ label, value, text: words }, at) => {
    const middle = 4 + (at + 0.5) * rowPx;
    const y = isNarrow ? middle + 8 : middle;
    const name = isNarrow
      ? text(4, middle - 6, labels[at] ?? "", { color: "ink" })
      : text(left - 10, middle + 4, labels[at] ?? "", { color: "ink", anchor: "end" });
    const end = x.at(value);
    const size = `x="${px(left)}" y="${px(y - 6)}" width="${px(end - left)}" height="12"`;
    const bar = withTip(`<rect ${size} ${fill("rate")}/>`, `${label}: ${words}`);
    return name + bar + text(end + 6, y + 4, words, { color: "ink", strong: true });
  });
  const zero = isNarrow ? "" : line(left, 4, left, bottom, { color: "muted", width: 1 });
  const body = zero + rows.join("");
  return drawing(names, { width: widthPx, height: bottom + 6 }, body);
}
