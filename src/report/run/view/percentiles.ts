import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { overall } from "../../../metrics/phase-result.ts";
import type { LatencyCurve, PhaseSeries } from "../../../metrics/series/series.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import { type Chart, cell, code, type Table, tableColumns, words } from "../../parts/document.ts";
import type { PercentilesFigure } from "../../parts/figure.ts";
import { formatRatio } from "../../parts/format.ts";
import { boundText, figureText } from "../../parts/latency-cell.ts";
import { boundOf, boundReading, isAllBound } from "../words/bounds.ts";
import { phaseId, phaseTitle } from "./names.ts";

/** Orange is response time, as in the time line. */
const OPEN_HUES = ["latency", "rate", "fourth", "third"] as const;
const CLOSED_HUES = ["rate", "latency", "third", "fourth"] as const;

/** At most this many curves in one chart. */
const MAX_CURVES = 4;

/** Shares in the table of numbers; a curve has more points. */
const NAMED = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

/** Latency by percentile of a phase; null without latencies. */
export function percentilesChart(run: Run, result: PhaseResult, series: PhaseSeries): Chart | null {
  const curves = shownCurves(series);
  if (curves.length === 0) return null;
  const isOpen = series.metric === "response";
  const hues = isOpen ? OPEN_HUES : CLOSED_HUES;
  const figure: PercentilesFigure = {
    kind: "percentiles",
    curves: curves.map((curve, index) => ({
      label: labelOf(curve, curves),
      hue: hues[index] ?? "ink",
      dashed: isOpen && curve.metric === "service",
      count: curve.count,
      points: curve.points,
      ...boundOf(curve),
    })),
  };
  const id = `percentiles-${phaseId(run, result)}`;
  return {
    kind: "chart",
    id,
    title: ["Latency by percentile: ", code(phaseTitle(run, result))],
    reading: percentilesReading(result, figure, isOpen),
    figure,
    numbers: percentileNumbers(`${id}-numbers`, figure),
  };
}

const OPEN_READING =
  "Response time includes the wait for earlier operations, service time does not: where the " +
  "curves differ, operations waited.";
const OWN_READING =
  "Response time includes delays before the issue, service time does not: no operation waited " +
  "for a slot, so a difference between the curves is the pacing error of the load generator.";
const CLOSED_READING = "99% means that one of 100 operations took longer.";

/** Finding, then how to read the curves: not as measured where they are lower bounds. */
function percentilesReading(
  result: PhaseResult,
  figure: PercentilesFigure,
  isOpen: boolean,
): string {
  if (isAllBound(figure)) return boundReading(figure).trim();
  // Without a late operation, only the load generator delayed any.
  const isOwn = result.openLoop?.late === 0 && result.openLoop.dropped === 0;
  const how = !isOpen ? CLOSED_READING : isOwn ? OWN_READING : OPEN_READING;
  return `${tailSentence(result)}${how}${boundReading(figure)}`;
}

/** The curve to compare with other phases: response time of an open loop; null without one. */
export function curveFor(
  { phase, repetition }: PhaseResult,
  series: readonly PhaseSeries[],
): LatencyCurve | null {
  const found = series.find((one) => one.phase === phase.name && one.repetition === repetition);
  const curves = found?.curves.filter(({ metric }) => metric === found.metric) ?? [];
  // Curves of several operations are not one distribution.
  return curves.length === 1 ? (curves[0] ?? null) : null;
}

/** Service and response time of each operation, in the order of the mix. */
function shownCurves({ curves }: PhaseSeries): readonly LatencyCurve[] {
  const operations = curves.map(({ operation }) => operation);
  return curves
    .filter(({ count, metric }) => count > 1 && ["service", "response"].includes(metric))
    .toSorted(
      (one, other) =>
        operations.indexOf(one.operation) - operations.indexOf(other.operation) ||
        one.metric.localeCompare(other.metric),
    )
    .slice(0, MAX_CURVES);
}

/** The tail, compared with the median. */
function tailSentence(result: PhaseResult): string {
  const all = overall(result);
  const latency = all?.response ?? all?.latency;
  const [p50, p99] = [latencyFigure(latency, "p50"), latencyFigure(latency, "p99")];
  if (p50.ns === null || p99.ns === null || p50.ns <= 0) return "";
  if (p50.isLowerBound) return `p99 is ${figureText(p99)}, the median ${figureText(p50)}. `;
  const ratio = `${p99.isLowerBound ? "at least " : ""}${formatRatio(p99.ns / p50.ns)}`;
  return `p99 is ${figureText(p99)}, ${ratio} the median of ${figureText(p50)}. `;
}

/** The named percentiles of each curve, and its last one. */
export function percentileNumbers(id: string, { curves }: PercentilesFigure): Table {
  return {
    kind: "table",
    id,
    columns: tableColumns([
      ["series", "Curve", "left"],
      ["percentile_share", "Percentile", "right"],
      ["latency_ns", "Latency", "right"],
    ]),
    rows: curves.flatMap(({ label, points, atLeastNs }) =>
      points
        .filter(({ share }, at) => NAMED.includes(share) || at === points.length - 1)
        .map(({ share, ns }) => [
          words(label),
          cell(`${Number((share * 100).toPrecision(8))}%`, share),
          cell(boundText(ns, atLeastNs), ns),
        ]),
    ),
  };
}

function labelOf({ operation, metric }: LatencyCurve, all: readonly LatencyCurve[]): string {
  const isMixed = new Set(all.map((curve) => curve.operation)).size > 1;
  return isMixed ? `${operation} ${metric}` : metric;
}
