import type { TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
import { formatCount, formatShare } from "../../parts/format.ts";
import { bars, crosses, squares } from "../kit/mark.ts";
import { fitText } from "../kit/measure.ts";
import type { Color } from "../kit/palette.ts";
import type { Scale } from "../kit/scale.ts";
import { line, text } from "../kit/svg.ts";

const MARKS_PX = 22;
const BARS_PX = 30;
const ROW_GAP_PX = 4;

/** Shares of CPU time below this are not drawn. */
const MIN_SHARE = 0.01;

interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** Rows below the strips, each only where something happened; `bottom` is their lower end. */
export function eventRows(
  { columns }: TimelineFigure,
  x: Scale,
  place: Place,
): { readonly svg: string; readonly bottom: number } {
  let top = place.top;
  const parts: string[] = [];
  const add = (height: number, svg: string): void => {
    if (svg === "") return;
    parts.push(svg);
    top += height + ROW_GAP_PX;
  };
  add(MARKS_PX, markRow(columns, "errors", x, { ...place, top }));
  add(MARKS_PX, markRow(columns, "throttled", x, { ...place, top }));
  add(BARS_PX, barRow({ of: "backlog", color: "fourth", columns, x, place: { ...place, top } }));
  add(BARS_PX, barRow({ of: "stealShare", color: "muted", columns, x, place: { ...place, top } }));
  add(BARS_PX, barRow({ of: "cpuWaitShare", color: "ink", columns, x, place: { ...place, top } }));
  return { svg: parts.join(""), bottom: top };
}

/** Errors as crosses, throttled requests as squares: one mark for each column with any. */
function markRow(
  columns: readonly TimelineColumn[],
  of: "errors" | "throttled",
  x: Scale,
  { left, right, top }: Place,
): string {
  const middle = top + MARKS_PX / 2;
  const places = columns
    .filter((column) => column[of] > 0)
    .map(({ fromS, toS }) => ({
      x: Math.min(right - 4, Math.max(left + 4, x.at((fromS + toS) / 2))),
      y: middle,
    }));
  if (places.length === 0) return "";
  return (
    line(left, middle, right, middle, { color: "grid", width: 1 }) +
    text(left - 6, middle + 4, of, { anchor: "end" }) +
    (of === "errors" ? crosses(places) : squares(places, "latency"))
  );
}

interface BarRow {
  readonly of: "backlog" | "stealShare" | "cpuWaitShare";
  readonly color: Color;
  readonly columns: readonly TimelineColumn[];
  readonly x: Scale;
  readonly place: Place;
}

const BAR_NAMES = {
  backlog: "backlog",
  stealShare: "CPU steal",
  cpuWaitShare: "CPU wait",
} as const;

/** Bars from 0 to the highest value, which is written next to them. */
function barRow({ of, color, columns, x, place }: BarRow): string {
  const highest = Math.max(0, ...columns.map((column) => column[of] ?? 0));
  if (highest <= (of === "backlog" ? 0 : MIN_SHARE)) return "";
  const base = place.top + BARS_PX;
  const list = columns.map((column) => ({
    left: x.at(column.fromS),
    right: x.at(column.toS),
    height: ((column[of] ?? 0) / highest) * BARS_PX,
  }));
  const most = of === "backlog" ? formatCount(highest) : formatShare(highest);
  return (
    line(place.left, base, place.right, base, { color: "grid", width: 1 }) +
    text(place.left - 6, base - 13, fitText(`≤ ${most}`, 58), { anchor: "end" }) +
    text(place.left - 6, base, BAR_NAMES[of], { anchor: "end" }) +
    bars(list, base, color)
  );
}
