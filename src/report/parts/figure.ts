/**
 * Content of a chart as plain data in base units. `report/chart` draws it. Each kind of figure is
 * one type here and one file there.
 */

import type { RunsFigure } from "./runs-figure.ts";

/** Base unit of an axis or a value. `share`: 0 to 1. */
export type FigureUnit =
  | "ns"
  | "ops/s"
  | "B/s"
  | "bytes"
  | "count"
  | "share"
  | "ratio"
  | "s"
  | "USD";

/** Meaning of a color; it is never the only sign of it. */
export type Hue = "rate" | "latency" | "third" | "fourth" | "ink" | "muted";

/** Rate over time of each host of a run, next to that of the median host. */
export interface HostsFigure {
  readonly kind: "hosts";
  readonly unit: "ops/s" | "B/s";
  /** Width of a column, seconds. */
  readonly widthS: number;
  /** Median over the hosts, per column; null: no host has a value. */
  readonly median: readonly (number | null)[];
  readonly hosts: readonly HostLine[];
}

export interface HostLine {
  readonly label: string;
  /** Rate: `380 ops/s`; left out without room for it. */
  readonly rate: string;
  /** Rate relative to the median host: `36% of median`; empty without a median. */
  readonly share: string;
  readonly isUneven: boolean;
  /** Per column; null: nothing is stored. */
  readonly values: readonly (number | null)[];
  readonly text: string;
}

/** Latency by percentile. A curve ends where its count of operations ends. */
export interface PercentilesFigure {
  readonly kind: "percentiles";
  readonly curves: readonly PercentileCurve[];
}

export interface PercentileCurve {
  readonly label: string;
  readonly hue: Hue;
  readonly dashed: boolean;
  /** Operations in the histogram. */
  readonly count: number;
  /** Share of operations (0 to below 1) and latency in nanoseconds, increasing. */
  readonly points: readonly { readonly share: number; readonly ns: number }[];
  /** Latencies from this one on are lower bounds; absent if all are exact. */
  readonly atLeastNs?: number;
}

/** Rate, latencies and events of a phase on one axis of time. */
export interface TimelineFigure {
  readonly kind: "timeline";
  readonly rateUnit: "ops/s" | "B/s";
  /** Title of the rate, with its unit: `IOPS`, `ops/s`, `MB/s`. */
  readonly rateTitle: string;
  readonly metric: "response" | "service";
  /** Upper line of the latencies: `max` if most columns have too few operations for p99. */
  readonly tail: "p99" | "max";
  /** In the order of time, without overlaps; a time without a column was not measured. */
  readonly columns: readonly TimelineColumn[];
  readonly bands: readonly TimelineBand[];
  /** Lasting changes of the rate. */
  readonly changes: readonly { readonly atS: number; readonly text: string }[];
}

export interface TimelineColumn {
  /** Seconds from the start of measuring. */
  readonly fromS: number;
  readonly toS: number;
  /** Achieved rate in the unit of the figure. */
  readonly rate: number;
  /** Offered load in the unit of the figure; null in a closed loop. */
  readonly offered: number | null;
  /** Null with too few operations for the percentile. */
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  /** Null without operations. */
  readonly maxNs: number | null;
  /** Latencies from this one on are lower bounds; absent if all are exact. */
  readonly atLeastNs?: number;
  /** Operations by latency: row `r` has latencies from 10^(r/10) ns. */
  readonly cells: readonly (readonly [row: number, operations: number])[];
  readonly errors: number;
  readonly throttled: number;
  /** Scheduled operations that were not issued; null in a closed loop. */
  readonly backlog: number | null;
  /** Shares of 0 to 1; null if not sampled. */
  readonly stealShare: number | null;
  readonly cpuWaitShare: number | null;
  /** Bytes per second of the device below the target, all programs; null if not sampled. */
  readonly deviceReadRate: number | null;
  readonly deviceWriteRate: number | null;
  /** The numbers of the column in one line, for a tip; empty: none. */
  readonly text: string;
}

/** `pause`: the load generator was not scheduled. `excluded`: not in the results of the phase. */
export interface TimelineBand {
  readonly meaning: "pause" | "excluded";
  readonly fromS: number;
  readonly toS: number;
  readonly text: string;
}

/** Latency against load: a matrix of settings, or the points of a search. */
export interface LoadFigure {
  readonly kind: "load";
  readonly rateUnit: "ops/s" | "B/s";
  /** Titles of the axes: `IOPS`, `offered load, ops/s`; `p99`, `response p99`. */
  readonly rateTitle: string;
  readonly latencyTitle: string;
  readonly lines: readonly LoadLine[];
  /** A load that is marked, with its name: the knee, or the result of a search. */
  readonly mark: { readonly rate: number; readonly label: string } | null;
  /** Upper bound of the latency; null without one. */
  readonly objectiveNs: number | null;
}

export interface LoadLine {
  /** Empty if it is the only one. */
  readonly label: string;
  readonly hue: Hue;
  /** In the order of the load. */
  readonly points: readonly LoadPoint[];
  /** Single measurements, shown instead of the points of the line. Absent: those are shown. */
  readonly dots?: readonly LoadPoint[];
}

export interface LoadPoint {
  readonly rate: number;
  readonly latencyNs: number;
  /** Whether the latency is a lower bound; absent: it is exact. */
  readonly isLowerBound?: boolean;
  /** Setting of the point: `16`. */
  readonly label: string;
  /** Whether it has a ring: the knee of one of several lines. Absent: no. */
  readonly hasRing?: boolean;
  /** Whether it met the objective; null without one. */
  readonly met: boolean | null;
  readonly text: string;
}

/** Latencies of many phases, one per row. */
export interface RowsFigure {
  readonly kind: "rows";
  readonly rows: readonly LatencyRow[];
}

export interface LatencyRow {
  readonly label: string;
  /** Rate with its unit. */
  readonly rate: string;
  /** Nanoseconds; null with too few operations. */
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly p999Ns: number | null;
  /** Latencies from this one on are lower bounds; absent if all are exact. */
  readonly atLeastNs?: number;
  readonly text: string;
}

/** Bytes that operations read and bytes that came from the storage, by phase. */
export interface CacheFigure {
  readonly kind: "cache";
  readonly rows: readonly CacheRow[];
}

export interface CacheRow {
  readonly label: string;
  readonly readBytes: number;
  readonly fetchedBytes: number;
  /** Share of the reads that came from a cache, as text. */
  readonly share: string;
  /** Whether the share is high enough to distort the results. */
  readonly isHigh: boolean;
  readonly text: string;
}

/** A figure of any kind. */
export type Figure =
  | PercentilesFigure
  | TimelineFigure
  | LoadFigure
  | RowsFigure
  | CacheFigure
  | HostsFigure
  | RunsFigure;
