import { latencyFigure } from "../../metrics/histogram/latency-figure.ts";
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
  return statistics.map((statistic) =>
    cell(statisticText(latency, statistic), latencyFigure(latency, statistic).ns),
  );
}

/** A statistic: `1.27 ms`, `≥ 13 s` for a lower bound, `–` if it is unknown. */
export function statisticText(
  latency: LatencySummary | null | undefined,
  statistic: Statistic,
): string {
  const { ns, isLowerBound } = latencyFigure(latency, statistic);
  if (ns === null) return MISSING;
  return isLowerBound ? `≥ ${formatLatency(ns)}` : formatLatency(ns);
}
