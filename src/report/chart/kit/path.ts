import { line } from "d3-shape";
import { px, type Stroke, stroke } from "./svg.ts";

/** A place in the drawing, in pixels. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** A line through places; it is interrupted at each null. A place between two nulls is a dot. */
function polyline(places: readonly (Place | null)[], look: Stroke): string {
  const path = line<Place | null>()
    .defined((place) => place !== null)
    .x((place) => place?.x ?? 0)
    .y((place) => place?.y ?? 0)
    .digits(1)([...places]);
  if (path === null) return "";
  return `<path d="${path}" ${stroke(look)} stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** A place of a line whose value may be a lower bound. */
export interface BoundedPlace extends Place {
  readonly isBound: boolean;
}

/** Dots: the part of a line that is a lower bound. */
const DOTTED = "0.1 4.5";

/** As {@link polyline}; the parts next to lower bounds are dotted. */
export function boundedLine(places: readonly (BoundedPlace | null)[], look: Stroke): string {
  if (!places.some((place) => place?.isBound)) return polyline(places, look);
  const isNear = (at: number): boolean =>
    [at - 1, at, at + 1].some((one) => places[one]?.isBound === true);
  const exact = places.map((place) => (place === null || place.isBound ? null : place));
  const bound = places.map((place, at) => (isNear(at) ? place : null));
  return polyline(exact, look) + polyline(bound, { ...look, dash: DOTTED });
}

/** One level of a line of steps. */
export interface Step {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Levels joined by upright lines; it is interrupted where a step does not follow its neighbor. */
export function steps(list: readonly Step[], look: Stroke): string {
  let path = "";
  let last: Step | null = null;
  for (const step of list) {
    const end = last === null ? "" : `H${px(last.right)}`;
    const joined = last !== null && Math.abs(last.right - step.left) < 0.1;
    // Equal neighbors are one level.
    if (!joined) path += `${end}M${px(step.left)} ${px(step.y)}`;
    else if (px(last?.y ?? 0) !== px(step.y)) path += `${end}V${px(step.y)}`;
    last = step;
  }
  return last === null ? "" : `<path d="${path}H${px(last.right)}" ${stroke(look)}/>`;
}
