/**
 * Content of a chart as plain data in base units. `report/chart` draws it. Each kind of figure is
 * one type here and one file there.
 */

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

/** A figure of any kind. */
export type Figure = PercentilesFigure;
