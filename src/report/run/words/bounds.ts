import type { LatencyCurve } from "../../../metrics/series/series.ts";
import type { PercentileCurve, PercentilesFigure } from "../../parts/figure.ts";

/** How a chart shows single latencies that are lower bounds. */
export const OPEN_SIGNS = "Open signs are lower bounds (≥): operations had not completed.";

/** The lower bound of a curve as a field, if it has one. */
export function boundOf({ atLeastNs }: Pick<LatencyCurve, "atLeastNs">) {
  return atLeastNs === undefined ? {} : { atLeastNs };
}

/** The first share of a curve whose latency is a lower bound; null if all are exact. */
function firstBound({ points, atLeastNs }: PercentileCurve): number | null {
  if (atLeastNs === undefined) return null;
  return points.find(({ ns }) => ns >= atLeastNs)?.share ?? null;
}

/** Whether no curve has an exact latency. */
export function isAllBound({ curves }: PercentilesFigure): boolean {
  return curves.every((curve) => firstBound(curve) === curve.points[0]?.share);
}

/** A sentence on the parts of curves that are lower bounds, after a space; empty without any. */
export function boundReading(figure: PercentilesFigure): string {
  if (isAllBound(figure)) {
    return (
      " All latencies here are lower bounds (≥): operations had not completed, and the true " +
      "curve is higher."
    );
  }
  const isBound = figure.curves.some((curve) => firstBound(curve) !== null);
  if (!isBound) return "";
  return (
    " Dotted parts with open signs are lower bounds (≥): operations had not completed, and the " +
    "true curve is higher there."
  );
}

/** Whether a latency is a lower bound, where those from `atLeastNs` on are; null is none. */
export function isLowerBound(ns: number | null, atLeastNs = Number.POSITIVE_INFINITY): boolean {
  return ns !== null && ns >= atLeastNs;
}
