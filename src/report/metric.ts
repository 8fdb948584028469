import type { ComparedCell } from "../metrics/compare-rows.ts";
import type { Unit } from "./format.ts";
import { formatIops, formatLatencyIn, formatNumber, LATENCY_UNITS, unitFor } from "./format.ts";

/** A number two runs are compared by. */
export interface Metric {
  readonly title: string;
  readonly kind: "iops" | "throughput" | "latency";
  /** Shown even where no run has it; others only where one has. */
  readonly always: boolean;
  readonly read: (cell: ComparedCell) => number | null;
}

const iops: Metric = {
  title: "operations",
  kind: "iops",
  always: true,
  read: (cell) => cell.operationsPerSecond,
};

const throughput: Metric = {
  title: "throughput",
  kind: "throughput",
  always: false,
  read: (cell) => cell.bytesPerSecond,
};

export const RATES = { iops, throughput } as const;

/** In the order they are shown. */
export const METRICS: readonly Metric[] = [
  iops,
  throughput,
  latency("p50", true, (cell) => cell.latency?.p50Ns),
  latency("p99", true, (cell) => cell.latency?.p99Ns),
  latency("p99.9", true, (cell) => cell.latency?.p999Ns),
  latency("first byte p50", false, (cell) => cell.firstByte?.p50Ns),
  latency("first byte p99", false, (cell) => cell.firstByte?.p99Ns),
  latency("sync p50", false, (cell) => cell.sync?.p50Ns),
  latency("sync p99", false, (cell) => cell.sync?.p99Ns),
];

function latency(
  title: string,
  always: boolean,
  read: (cell: ComparedCell) => number | undefined,
): Metric {
  return { title, kind: "latency", always, read: (cell) => read(cell) ?? null };
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
