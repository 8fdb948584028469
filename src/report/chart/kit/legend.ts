import { crosses, MARK_PX, marker, squares } from "./mark.ts";
import { fitTexts, textWidth } from "./measure.ts";
import type { Color } from "./palette.ts";
import { LINE_PX } from "./place.ts";
import { fill, line, px, text } from "./svg.ts";

/** One sign of a chart and its meaning. */
export type LegendItem = SignItem | MarkItem;

interface SignItem {
  readonly sign: "line" | "dashed" | "upright" | "cross" | "square" | "circle" | "diamond" | "area";
  readonly color: Color;
  /** Opacity of an area; default: 1. */
  readonly opacity?: number;
  readonly words: string;
}

/** A sign that is drawn around a place. */
interface MarkItem {
  readonly sign: (x: number, y: number) => string;
  readonly words: string;
}

const SIGN_PX = 24;
const GAP_PX = 16;
/** Height of a row of a legend. */
const ROW_PX = LINE_PX + 4;

/** A legend from the upper left corner, in as many rows as its width needs. */
export function legend(
  items: readonly LegendItem[],
  left: number,
  widthPx: number,
): { readonly svg: string; readonly height: number } {
  let [x, row] = [left, 0];
  const fitted = fitTexts(
    items.map(({ words }) => words),
    widthPx - left - SIGN_PX,
  );
  const parts = items.map((item, at) => {
    const words = fitted[at] ?? "";
    const width = SIGN_PX + textWidth(words);
    if (x > left && x + width > widthPx) [x, row] = [left, row + 1];
    const y = row * ROW_PX + 10;
    const part = signOf(item, x, y) + text(x + SIGN_PX, y + 4, words);
    x += width + GAP_PX;
    return part;
  });
  return { svg: parts.join(""), height: items.length === 0 ? 0 : (row + 1) * ROW_PX };
}

function signOf(item: LegendItem, x: number, y: number): string {
  const middle = x + 9;
  if (!("color" in item)) return item.sign(middle, y);
  const { sign, color, opacity = 1 } = item;
  switch (sign) {
    case "line":
      return line(x, y, x + 18, y, { color, width: 2 });
    case "dashed":
      return line(x, y, x + 18, y, { color, width: 2, dash: "5 3" });
    case "upright":
      return line(middle, y - 6, middle, y + 6, { color, width: 2, dash: "2 2" });
    case "cross":
      return crosses([{ x: middle, y }]);
    case "square":
      return squares([{ x: middle, y }], color);
    case "circle":
      return marker(middle, y, "ink");
    case "diamond":
      return marker(middle, y, "third");
    case "area": {
      const [top, size] = [px(y - MARK_PX - 2), px(2 * MARK_PX + 4)];
      const shade = opacity === 1 ? "" : ` fill-opacity="${opacity}"`;
      return `<rect x="${px(x)}" y="${top}" width="18" height="${size}" ${fill(color)}${shade}/>`;
    }
  }
}
