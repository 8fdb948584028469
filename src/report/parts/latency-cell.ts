import { type LatencyFigure, latencyFigure } from "../../metrics/histogram/latency-figure.ts";
import type { Statistic } from "../../model/plan/threshold.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import { type Cell, cell } from "./document.ts";
import { formatLatency, MISSING } from "./format.ts";

/** A latency with its unit, in nanoseconds for programs; `–` without a value. */
export function latencyCell(ns: number | null | undefined): Cell {
  return cell(formatLatency(ns), ns ?? null);
}

/** Statistics of a distribution; `–` for one with too few operations. */
export function statisticCells(
  latency: LatencySummary | null | undefined,
  ...statistics: readonly Statistic[]
): readonly Cell[] {
  return statistics.map((statistic) => figureCell(latencyFigure(latency, statistic)));
}

/** A statistic: `1.27 ms`, `≥ 13 s` for a lower bound, `–` if it is unknown. */
export function statisticText(
  latency: LatencySummary | null | undefined,
  statistic: Statistic,
): string {
  return figureText(latencyFigure(latency, statistic));
}

/** The value of a statistic, as what it is known: exact, or as a lower bound. */
type Known = Pick<LatencyFigure, "ns" | "isLowerBound">;

export function figureText({ ns, isLowerBound }: Known): string {
  return boundText(ns, isLowerBound ? 0 : undefined);
}

export function figureCell(figure: Known): Cell {
  return cell(figureText(figure), figure.ns);
}

/** A latency of a picture: `≥ 13 s` from `atLeastNs` on, where latencies are lower bounds. */
export function boundText(ns: number | null, atLeastNs = Number.POSITIVE_INFINITY): string {
  if (ns === null) return MISSING;
  return `${ns >= atLeastNs ? "≥ " : ""}${formatLatency(ns)}`;
}
