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

/** A point of a curve; `text` describes it in full for a tooltip. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly text?: string;
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
}

/** Rate, latencies and events of a phase on one axis of time. */
export interface TimelineFigure {
  readonly kind: "timeline";
  readonly rateUnit: "ops/s" | "B/s";
  /** Title of the rate, with its unit: `IOPS`, `ops/s`, `MB/s`. */
  readonly rateTitle: string;
  readonly metric: "response" | "service";
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
  /** Operations by latency: row `r` has latencies from 10^(r/10) ns. */
  readonly cells: readonly (readonly [row: number, operations: number])[];
  readonly errors: number;
  readonly throttled: number;
  /** Scheduled operations that were not issued; null in a closed loop. */
  readonly backlog: number | null;
  /** Shares of 0 to 1; null if not sampled. */
  readonly stealShare: number | null;
  readonly cpuWaitShare: number | null;
  /** The numbers of the column in one line, for a tip. */
  readonly text: string;
}

/** `pause`: the load generator was not scheduled. `excluded`: not in the results of the phase. */
export interface TimelineBand {
  readonly meaning: "pause" | "excluded";
  readonly fromS: number;
  readonly toS: number;
  readonly text: string;
}

/** A figure of any kind. */
export type Figure = PercentilesFigure | TimelineFigure | RunsFigure;
