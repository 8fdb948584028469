import type { ComparedCell } from "../../metrics/compare/cells.ts";
import { COMPARED, type MetricName } from "../../metrics/compare/metrics.ts";
import type { ComparedRow } from "../../metrics/compare/rows.ts";
import { isThroughput } from "../../metrics/phase-result.ts";
import {
  formatIops,
  formatLatencyIn,
  formatNumber,
  LATENCY_UNITS,
  type Unit,
  unitFor,
} from "../parts/format.ts";

/** A metric that runs are compared by, as a report shows it. */
export interface Metric {
  readonly name: MetricName;
  readonly title: string;
  readonly kind: "iops" | "throughput" | "latency";
  /** Whether it is shown even if no run has a value for it. */
  readonly always: boolean;
}

/** Units of the values in CSV and JSON, whatever unit a table shows. */
export const BASE_UNITS: Readonly<Record<Metric["kind"], string>> = {
  iops: "ops/s",
  throughput: "B/s",
  latency: "ns",
};

const RATES = {
  iops: { name: "operations", title: "operations", kind: "iops", always: true },
  throughput: { name: "bytes", title: "throughput", kind: "throughput", always: false },
} as const satisfies Record<string, Metric>;

export const P99: Metric = { name: "p99", title: "p99", kind: "latency", always: true };

/** All metrics, in the order of the tables. */
const METRICS: readonly Metric[] = [
  RATES.iops,
  RATES.throughput,
  { name: "p50", title: "p50", kind: "latency", always: true },
  P99,
  { name: "p999", title: "p99.9", kind: "latency", always: true },
  { name: "responseP50", title: "response p50", kind: "latency", always: false },
  { name: "responseP99", title: "response p99", kind: "latency", always: false },
  { name: "responseP999", title: "response p99.9", kind: "latency", always: false },
  { name: "firstByteP50", title: "first byte p50", kind: "latency", always: false },
  { name: "firstByteP99", title: "first byte p99", kind: "latency", always: false },
  { name: "syncP50", title: "sync p50", kind: "latency", always: false },
  { name: "syncP99", title: "sync p99", kind: "latency", always: false },
];

/** Returns the rate that describes a workload: MB/s from 128 KiB per operation, else ops/s. */
export function rateOf(row: ComparedRow): Metric {
  const measured = row.cells.find((one) => (medianIn(one, RATES.iops) ?? 0) > 0);
  if (measured === undefined) return RATES.iops;
  const operations = medianIn(measured, RATES.iops) ?? 1;
  const bytes = medianIn(measured, RATES.throughput) ?? 0;
  return isThroughput(bytes, operations) ? RATES.throughput : RATES.iops;
}

/** Returns the metrics that a row has values for, and those that are always shown. */
export function metricsOf(row: ComparedRow): readonly Metric[] {
  const has = (metric: Metric): boolean =>
    row.cells.some((one) => (medianIn(one, metric) ?? 0) > 0);
  const anything = METRICS.some(has);
  return METRICS.filter(
    (metric) => has(metric) || (anything && metric.always) || metric === RATES.iops,
  );
}

/** Whether the larger or the smaller value of a metric is the faster one. */
export function fasterWhen({ name }: Metric): "more" | "less" {
  return COMPARED[name].faster;
}

/** The median over a cell's repetitions; null if it was not measured. */
export function medianIn(cell: ComparedCell, { name }: Metric): number | null {
  return cell.values[name]?.value ?? null;
}

/** Returns one unit for all values of a row: the one that suits the first value. */
export function unitOf(metric: Metric, values: readonly (number | null)[]): Unit {
  if (metric.kind === "iops") return { name: "ops/s", size: 1 };
  if (metric.kind === "throughput") return { name: "MB/s", size: 1e6 };
  const first = values.find((value) => value !== null && value > 0);
  return unitFor(first ?? 1e6, LATENCY_UNITS);
}

/** A value in a unit, without the unit's name. */
export function shownIn(metric: Metric, value: number | null, unit: Unit): string {
  if (metric.kind === "iops") return formatIops(value);
  if (metric.kind === "latency") return formatLatencyIn(value, unit);
  return formatNumber(value === null ? null : value / unit.size);
}
