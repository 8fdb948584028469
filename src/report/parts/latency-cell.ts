import { latencyFigure } from "../../metrics/histogram/latency-figure.ts";
import type { Statistic } from "../../model/plan/threshold.ts";
import type { LatencySummary } from "../../model/run/run.ts";
import { type Cell, cell } from "./document.ts";
import { formatLatency, MISSING } from "./format.ts";

/** A latency in a unit that a reader knows, in nanoseconds for a program; `–` for none. */
export function latencyCell(ns: number | null | undefined): Cell {
  return cell(formatLatency(ns), ns ?? null);
}

/** Statistics of a distribution; `–` for one that its operations are too few for. */
export function statisticCells(
  latency: LatencySummary | null | undefined,
  ...statistics: readonly Statistic[]
): readonly Cell[] {
  return statistics.map((statistic) =>
    cell(statisticText(latency, statistic), latencyFigure(latency, statistic).ns),
  );
}

/** A statistic as it is shown: `1.27 ms`, `≥ 13 s` for a lower bound, `–` where it is not known. */
function statisticText(latency: LatencySummary | null | undefined, statistic: Statistic): string {
  const { ns, isLowerBound } = latencyFigure(latency, statistic);
  if (ns === null) return MISSING;
  return isLowerBound ? `≥ ${formatLatency(ns)}` : formatLatency(ns);
}
