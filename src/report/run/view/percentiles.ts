import type { LatencyCurve, PhaseSeries } from "../../../metrics/series/series.ts";
import type { PhaseResult } from "../../../model/run/run.ts";
import { type Chart, cell, code, tableColumns, words } from "../../parts/document.ts";
import type { PercentilesFigure } from "../../parts/figure.ts";
import { formatLatency, formatShare } from "../../parts/format.ts";

/** At most this many curves in one chart. */
const MAX_CURVES = 4;

/** Latency by percentile of a phase; null without latencies. */
export function percentilesChart(result: PhaseResult, series: PhaseSeries): Chart | null {
  const curves = series.curves.filter(({ count }) => count > 1).slice(0, MAX_CURVES);
  if (curves.length === 0) return null;
  const isOpen = series.metric === "response";
  const figure: PercentilesFigure = {
    kind: "percentiles",
    curves: curves.map((curve, index) => ({
      label: labelOf(curve, curves),
      hue:
        curve.metric === "response"
          ? "latency"
          : ((["rate", "third", "fourth"] as const)[index % 3] ?? "rate"),
      dashed: isOpen && curve.metric === "service",
      count: curve.count,
      points: curve.points,
    })),
  };
  return {
    kind: "chart",
    id: `percentiles-${result.phase.name}-${result.repetition}`,
    title: ["Latency by percentile: ", code(result.phase.name)],
    reading: isOpen
      ? "Response time includes the wait for earlier operations, service time does not. Where " +
        "the curves differ, operations waited."
      : "99% means that one of 100 operations took longer.",
    figure,
    numbers: {
      kind: "table",
      id: `percentiles-${result.phase.name}-${result.repetition}-numbers`,
      columns: tableColumns([
        ["series", "Latency", "left"],
        ["share", "Percentile", "right"],
        ["ns", "At most", "right"],
      ]),
      rows: curves.flatMap((curve) =>
        curve.points.map(({ share, ns }) => [
          words(labelOf(curve, curves)),
          cell(formatShare(share), share),
          cell(formatLatency(ns), ns),
        ]),
      ),
    },
  };
}

function labelOf({ operation, metric }: LatencyCurve, all: readonly LatencyCurve[]): string {
  const isMixed = new Set(all.map((curve) => curve.operation)).size > 1;
  return isMixed ? `${operation} ${metric}` : metric;
}
