import type { ScenarioComparison } from "../../metrics/compare/compare.ts";
import type { PooledCurve } from "../../metrics/series/pooled.ts";
import { type Chart, cell, code, type Table, tableColumns } from "../parts/document.ts";
import type { Hue, PercentileCurve } from "../parts/figure.ts";
import { formatLatency, formatShare, MISSING } from "../parts/format.ts";
import type { ColumnNames } from "./names.ts";

/** At most this many curves in one chart. */
const MAX_CURVES = 4;

const HUES: readonly Hue[] = ["rate", "latency", "third", "fourth"];

/** Percentiles of the table below a chart. */
const SHARES = [0.5, 0.9, 0.99, 0.999, 0.9999];

/** Latency by percentile of all columns, one chart per workload. */
export function curveCharts(
  { scenario, runs }: ScenarioComparison,
  curves: readonly PooledCurve[],
  names: ColumnNames,
): readonly Chart[] {
  const own = Map.groupBy(
    curves.filter((one) => one.scenario === scenario),
    ({ phase }) => phase,
  );
  return [...own].map(([phase, all]): Chart => {
    const shown = all.slice(0, MAX_CURVES);
    const labelOf = ({ column }: PooledCurve): string => {
      const label = runs[column]?.label ?? "";
      return names.get(label) ?? label;
    };
    const id = `latency-${scenario}-${phase}`;
    const metric = all[0]?.metric ?? "service";
    const merged = all.some(({ repetitions }) => repetitions > 1)
      ? " Each curve comes from the merged histograms of all repetitions, so its percentiles " +
        "differ from the medians over repetitions in the tables."
      : "";
    return {
      kind: "chart",
      id,
      title: [code(phase), `: ${metric} time by percentile`],
      reading: `${atShare(shown, 0.99, labelOf)} A lower curve has lower latencies.${merged}`,
      figure: {
        kind: "percentiles",
        curves: shown.map(
          (curve, index): PercentileCurve => ({
            label: labelOf(curve),
            hue: HUES[index] ?? "muted",
            dashed: index % 2 === 1,
            count: curve.count,
            points: curve.points,
          }),
        ),
      },
      numbers: numbersOf(id, shown, labelOf),
    };
  });
}

/** `p99: a 1.33 ms, b 1.74 ms.`, with the highest of the usual percentiles that all curves have. */
function atShare(
  curves: readonly PooledCurve[],
  share: number,
  labelOf: (one: PooledCurve) => string,
): string {
  const values = curves.map((curve) => ({ label: labelOf(curve), ns: nsAt(curve, share) }));
  const known = values.every(({ ns }) => ns !== null);
  if (!known) return share > 0.5 ? atShare(curves, share === 0.99 ? 0.9 : 0.5, labelOf) : "";
  const words = values.map(({ label, ns }) => `${label} ${formatLatency(ns)}`).join(", ");
  return `p${share * 100}: ${words}.`;
}

/** Latency at a share that the curve has as a point; null if it ends before. */
function nsAt({ points }: PooledCurve, share: number): number | null {
  return points.find((point) => Math.abs(point.share - share) < 1e-9)?.ns ?? null;
}

function numbersOf(
  id: string,
  curves: readonly PooledCurve[],
  labelOf: (one: PooledCurve) => string,
): Table {
  return {
    kind: "table",
    id: `${id}-numbers`,
    columns: tableColumns([
      ["share", "Percentile", "right"],
      ...curves.map((curve) => [labelOf(curve), labelOf(curve), "right"] as const),
    ]),
    rows: SHARES.map((share) => [
      cell(formatShare(share).replace("> ", ""), share),
      ...curves.map((curve) => {
        const ns = nsAt(curve, share);
        return cell(ns === null ? MISSING : formatLatency(ns), ns);
      }),
    ]),
  };
}
