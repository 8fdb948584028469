import type { ComparedCell } from "../../metrics/compare/cells.ts";
import type { MetricName } from "../../metrics/compare/metrics.ts";
import {
  formatIops,
  formatLatencyIn,
  formatNumber,
  LATENCY_UNITS,
  type Unit,
  unitFor,
} from "../parts/format.ts";

/** A number two runs are compared by, as a reader sees it. */
export interface Metric {
  readonly name: MetricName;
  readonly title: string;
  readonly kind: "iops" | "throughput" | "latency";
  /** Shown even where no run has it; others only where one has. */
  readonly always: boolean;
}

/** Units of the values themselves, whatever they are shown in. */
export const BASE_UNITS: Readonly<Record<Metric["kind"], string>> = {
  iops: "op/s",
  throughput: "B/s",
  latency: "ns",
};

export const RATES = {
  iops: { name: "operations", title: "operations", kind: "iops", always: true },
  throughput: { name: "bytes", title: "throughput", kind: "throughput", always: false },
} as const satisfies Record<string, Metric>;

export const P99: Metric = { name: "p99", title: "p99", kind: "latency", always: true };

/** In the order they are shown. */
export const METRICS: readonly Metric[] = [
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

/** The median over a cell's repetitions; null where it has no such number. */
export function medianIn(cell: ComparedCell, { name }: Metric): number | null {
  return cell.values[name]?.value ?? null;
}

/** One unit for all values of a row, so that they can be compared by eye: that of the first. */
export function unitOf(metric: Metric, values: readonly (number | null)[]): Unit {
  if (metric.kind === "iops") return { name: "op/s", size: 1 };
  if (metric.kind === "throughput") return { name: "MB/s", size: 1e6 };
  const first = values.find((value) => value !== null && value > 0);
  return unitFor(first ?? 1e6, LATENCY_UNITS);
}

/** A value in a unit, without its name. */
export function shownIn(metric: Metric, value: number | null, unit: Unit): string {
  if (metric.kind === "iops") return formatIops(value);
  if (metric.kind === "latency") return formatLatencyIn(value, unit);
  return formatNumber(value === null ? null : value / unit.size);
}
