import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import type { Statistic } from "../../../model/plan/threshold.ts";
import type { LatencySummary } from "../../../model/run/run.ts";
import type { ValueColumn } from "../../parts/value-columns.ts";

const PERCENTILES: readonly (readonly [end: string, statistic: Statistic])[] = [
  ["p50", "p50"],
  ["p90", "p90"],
  ["p95", "p95"],
  ["p99", "p99"],
  ["p999", "p99.9"],
  ["p9999", "p99.99"],
];

/**
 * The eleven columns of a latency distribution: `<prefix>_count`, `<prefix>_min_ns` and so on.
 * `what` is what the distribution measures, a noun phrase for the data dictionary.
 */
export function latencyColumns<Row>(
  prefix: string,
  what: string,
  of: (row: Row) => LatencySummary | null | undefined,
): readonly ValueColumn<Row>[] {
  // A run stored by an older version may lack a distribution.
  const recorded = (row: Row): LatencySummary | null => {
    const latency = of(row) ?? null;
    return latency === null || latency.count === 0 ? null : latency;
  };
  const times: ValueColumn<Row>[] = PERCENTILES.map(([end, statistic]) => ({
    key: `${prefix}_${end}_ns`,
    unit: "ns",
    meaning: `${statistic} of the ${what}; empty with too few values for this percentile`,
    read: (row) => latencyFigure(recorded(row), statistic).ns,
  }));
  return [
    {
      key: `${prefix}_count`,
      unit: "count",
      meaning: `values in the distribution of the ${what}; empty without any`,
      read: (row) => recorded(row)?.count ?? null,
    },
    {
      key: `${prefix}_min_ns`,
      unit: "ns",
      meaning: `minimum of the ${what}`,
      read: (row) => recorded(row)?.minNs ?? null,
    },
    {
      key: `${prefix}_mean_ns`,
      unit: "ns",
      meaning: `arithmetic mean of the ${what}`,
      read: (row) => recorded(row)?.meanNs ?? null,
    },
    {
      key: `${prefix}_standard_deviation_ns`,
      unit: "ns",
      meaning: `standard deviation of the ${what}; empty with fewer than two values`,
      read: (row) => deviationOf(recorded(row)),
    },
    ...times,
    {
      key: `${prefix}_max_ns`,
      unit: "ns",
      meaning: `maximum of the ${what}`,
      read: (row) => recorded(row)?.maxNs ?? null,
    },
  ];
}

function deviationOf(latency: LatencySummary | null): number | null {
  return latency === null || latency.count < 2 ? null : latency.standardDeviationNs;
}
