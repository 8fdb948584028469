import { latencyFigure, operationsFor } from "../../../metrics/histogram/latency-figure.ts";
import type { Statistic } from "../../../model/plan/threshold.ts";
import type { LatencySummary } from "../../../model/run/latency.ts";
import type { ValueColumn } from "../../parts/value-columns.ts";

const PERCENTILES: readonly (readonly [end: string, statistic: Statistic, share: number])[] = [
  ["p50", "p50", 0.5],
  ["p90", "p90", 0.9],
  ["p95", "p95", 0.95],
  ["p99", "p99", 0.99],
  ["p999", "p99.9", 0.999],
  ["p9999", "p99.99", 0.9999],
];

/**
 * The eleven columns of a latency distribution: `<prefix>_count`, `<prefix>_min_ns` and so on.
 * `time` names what is measured and `span` says from when to when, for the data dictionary.
 */
export function latencyColumns<Row>(
  prefix: string,
  time: string,
  span: string,
  of: (row: Row) => LatencySummary | null | undefined,
): readonly ValueColumn<Row>[] {
  // A run stored by an older version may lack a distribution.
  const recorded = (row: Row): LatencySummary | null => {
    const latency = of(row) ?? null;
    return latency === null || latency.count === 0 ? null : latency;
  };
  const times: ValueColumn<Row>[] = PERCENTILES.map(([end, statistic, share]) => ({
    key: `${prefix}_${end}_ns`,
    unit: "ns",
    meaning: `${statistic} of the ${time}; empty with fewer than ${enough(share)} values`,
    read: (row) => latencyFigure(recorded(row), statistic).ns,
  }));
  return [
    {
      key: `${prefix}_count`,
      unit: "count",
      meaning: `number of values of the ${time} (${span}); empty without any`,
      read: (row) => recorded(row)?.count ?? null,
    },
    {
      key: `${prefix}_min_ns`,
      unit: "ns",
      meaning: `minimum of the ${time}`,
      read: (row) => recorded(row)?.minNs ?? null,
    },
    {
      key: `${prefix}_mean_ns`,
      unit: "ns",
      meaning: `arithmetic mean of the ${time}`,
      read: (row) => recorded(row)?.meanNs ?? null,
    },
    {
      key: `${prefix}_standard_deviation_ns`,
      unit: "ns",
      meaning: `standard deviation of the ${time}; empty with fewer than two values`,
      read: (row) => deviationOf(recorded(row)),
    },
    ...times,
    {
      key: `${prefix}_max_ns`,
      unit: "ns",
      meaning: `maximum of the ${time}`,
      read: (row) => recorded(row)?.maxNs ?? null,
    },
  ];
}

function enough(share: number): string {
  return operationsFor(share).toLocaleString("en-US");
}

function deviationOf(latency: LatencySummary | null): number | null {
  return latency === null || latency.count < 2 ? null : latency.standardDeviationNs;
}
