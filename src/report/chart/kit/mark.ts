import type { Hue } from "../../parts/figure.ts";
import type { Color } from "./palette.ts";
import { fill, px, stroke } from "./svg.ts";

/**
 * A marker whose shape differs by its color: circle, square, diamond, triangle. An open one is a
 * lower bound.
 */
export function marker(x: number, y: number, hue: Hue, isOpen = false): string {
  const [left, base] = [px(x), px(y)];
  const look = isOpen ? stroke({ color: hue, width: 1.5 }) : fill(hue);
  switch (hue) {
    case "latency":
      return `<path d="M${px(x - 4)} ${px(y - 4)}h8v8h-8z" ${look}/>`;
    case "third":
      return `<path d="M${left} ${px(y - 5)}l5 5l-5 5l-5-5z" ${look}/>`;
    case "fourth":
      return `<path d="M${left} ${px(y - 5)}l5 9h-10z" ${look}/>`;
    default:
      return `<circle cx="${left}" cy="${base}" r="4" ${look}/>`;
  }
}

/** Half of the size of a cross and of a square, pixels. */
export const MARK_PX = 3.5;

/** Crosses as one path: errors and missed objectives. */
export function crosses(points: readonly { readonly x: number; readonly y: number }[]): string {
  if (points.length === 0) return "";
  const size = 2 * MARK_PX;
  const path = points.map(
    ({ x, y }) =>
      `M${px(x - MARK_PX)} ${px(y - MARK_PX)}l${size} ${size}m-${size} 0l${size}-${size}`,
  );
  return `<path d="${path.join("")}" ${stroke({ color: "bad", width: 2 })}/>`;
}

/** Squares as one path: throttled requests. */
export function squares(
  points: readonly { readonly x: number; readonly y: number }[],
  color: Color,
): string {
  if (points.length === 0) return "";
  const size = 2 * MARK_PX;
  const path = points.map(
    ({ x, y }) => `M${px(x - MARK_PX)} ${px(y - MARK_PX)}h${size}v${size}h-${size}z`,
  );
  return `<path d="${path.join("")}" ${fill(color)}/>`;
}

export interface Bar {
  readonly left: number;
  readonly right: number;
  readonly height: number;
}

/** Bars on a base line as one path; each is at least half a pixel wide. */
export function bars(list: readonly Bar[], baseY: number, color: Color): string {
  const shown = list.filter(({ height }) => height > 0);
  if (shown.length === 0) return "";
  const path = shown.map(({ left, right, height }) => {
    const width = Math.max(0.5, right - left);
    return `M${px(left)} ${px(baseY)}v${px(-height)}h${px(width)}v${px(height)}z`;
  });
  return `<path d="${path.join("")}" ${fill(color)}/>`;
}
