import { fitTexts, textWidth } from "./measure.ts";
import type { Color } from "./palette.ts";
import { text } from "./svg.ts";

/** Height of a line of text in pixels. */
export const LINE_PX = 15;

/**
 * Moves positions apart so that neighbors differ by at least `gap` and all are from `low` to
 * `high`, in the order of the input. Without enough room for the gap, they are spaced equally.
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  [low, high]: readonly [number, number],
): readonly number[] {
  const order = wanted.map((_, at) => at).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const room = Math.max(0, high - low);
  const apart = wanted.length < 2 ? gap : Math.min(gap, room / (wanted.length - 1));
  const placed: number[] = [];
  let next = low;
  for (const at of order) {
    next = Math.max(next, Math.min(high, wanted[at] ?? low));
    placed[at] = next;
    next += apart;
  }
  let last = high;
  for (const at of order.toReversed()) {
    last = Math.min(last, placed[at] ?? high);
    placed[at] = last;
    last -= apart;
  }
  return placed;
}

/** Name of a line, to be written at its end. */
export interface EndLabel {
  readonly words: string;
  readonly color: Color;
  /** End of the line. */
  readonly y: number;
}

/** Names of lines right of the plot, moved apart and cut to `roomPx`. */
export function endLabels(
  labels: readonly EndLabel[],
  x: number,
  roomPx: number,
  [top, bottom]: readonly [number, number],
): string {
  const places = spread(
    labels.map(({ y }) => y + 4),
    LINE_PX,
    [top + 4, Math.max(top + 4, bottom)],
  );
  const fitted = fitTexts(
    labels.map(({ words }) => words),
    roomPx,
    true,
  );
  return labels
    .map(({ color }, at) => {
      const shown = fitted[at] ?? "";
      return shown === "" ? "" : text(x, places[at] ?? top, shown, { color, strong: true });
    })
    .join("");
}

/** A rectangle in pixels that a label must not cover. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function overlaps(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

/** Box of a text; `x` and `y` as in {@link text}. */
export function textBox(
  x: number,
  y: number,
  words: string,
  look: { readonly anchor?: "start" | "middle" | "end"; readonly strong?: boolean } = {},
): Box {
  const width = textWidth(words, look.strong);
  const left = x - (look.anchor === "end" ? width : look.anchor === "middle" ? width / 2 : 0);
  return { left, right: left + width, top: y - 11, bottom: y + 3 };
}

/**
 * Names of points next to them: right, left, above or below, whichever is free. A name without a
 * free place is left out; the tip of the point and the table below have it.
 */
export function pointLabels(
  points: readonly { readonly x: number; readonly y: number; readonly words: string }[],
  within: Box,
  obstacles: readonly Box[] = [],
): string {
  const taken: Box[] = [
    ...obstacles,
    ...points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 })),
  ];
  const shown: string[] = [];
  for (const { x, y, words } of points) {
    const places = [
      [x + 8, y + 14, "start"],
      [x + 8, y - 6, "start"],
      [x - 8, y - 6, "end"],
      [x - 8, y + 14, "end"],
      [x, y - 10, "middle"],
      [x, y + 18, "middle"],
    ] as const;
    for (const [left, base, anchor] of places) {
      const box = textBox(left, base, words, { anchor });
      if (!isInside(box, within) || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      shown.push(text(left, base, words, { anchor, color: "ink" }));
      break;
    }
  }
  return shown.join("");
}

function isInside(box: Box, outer: Box): boolean {
  return (
    box.left >= outer.left &&
    box.right <= outer.right &&
    box.top >= outer.top &&
    box.bottom <= outer.bottom
  );
}
