/**
 * Figures of several runs, and of verdicts on claims: plain data in base units. `figure.ts` has
 * those of a single run.
 */

/** Base unit of an axis. */
export type RunsUnit = "ops/s" | "B/s" | "ns" | "USD";

/** A figure of several runs, of any kind. */
export type RunsFigure =
  | ForestFigure
  | RepetitionsFigure
  | BulletFigure
  | DotsFigure
  | BarsFigure
  | TrendFigure;

/** Ratios to a reference on a logarithmic axis, one per row, with their intervals. */
export interface ForestFigure {
  readonly kind: "forest";
  readonly rows: readonly ForestRow[];
}

export interface ForestRow {
  /** Heading above the first of several rows that have it; null: none. */
  readonly group: string | null;
  readonly label: string;
  readonly ratio: number;
  /** Null without an interval. */
  readonly low: number | null;
  readonly high: number | null;
  readonly outcome: "faster" | "slower" | "none" | "undecided";
  /** Ratio with its direction: `1.30x slower`. */
  readonly words: string;
  /** Limit of the outcome: `not significant`; empty: none. Left out without room for it. */
  readonly note: string;
}

/** Values of repetitions in the order in which they ran, one series per column. */
export interface RepetitionsFigure {
  readonly kind: "repetitions";
  readonly unit: RunsUnit;
  readonly series: readonly RepetitionSeries[];
}

export interface RepetitionSeries {
  readonly label: string;
  readonly median: number;
  /** Position among the repetitions of all series, from 1, and the value. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly text: string }[];
}

/** Measured value on an axis from 0, with the claimed figure and the values that agree with it. */
export interface BulletFigure {
  readonly kind: "bullet";
  readonly tone: "good" | "bad" | "neutral";
  readonly value: number;
  /** Interval of the measured value; null: unknown on this side. */
  readonly low: number | null;
  readonly high: number | null;
  /** The claimed figure; two values for a range. */
  readonly figures: readonly number[];
  /** Limits of the values that agree, tolerance included; null: none on this side. */
  readonly least: number | null;
  readonly most: number | null;
  /** Limit of the instance, the client or the storage; null: unknown. */
  readonly bound: number | null;
  readonly measuredWords: string;
  readonly figureWords: string;
  readonly boundWords: string | null;
}

/** Values of rows on a logarithmic axis; each series has a shape. */
export interface DotsFigure {
  readonly kind: "dots";
  readonly unit: RunsUnit;
  readonly series: readonly string[];
  readonly rows: readonly DotsRow[];
}

export interface DotsRow {
  readonly label: string;
  /** Index of the series, the value (above 0) and its text. */
  readonly points: readonly {
    readonly series: number;
    readonly value: number;
    /** Whether the value may not be that of the storage; it is drawn hollow. */
    readonly hasCaveat: boolean;
    readonly text: string;
  }[];
}

/** Amounts as bars from 0, one per row. */
export interface BarsFigure {
  readonly kind: "bars";
  readonly unit: RunsUnit;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly text: string;
  }[];
}

/** One metric of runs of one plan, in their order. */
export interface TrendFigure {
  readonly kind: "trend";
  readonly unit: RunsUnit;
  readonly points: readonly TrendPoint[];
  /** Medians over runs, from and to an index of `points`, both included. */
  readonly levels: readonly {
    readonly from: number;
    readonly to: number;
    readonly median: number;
  }[];
  /** Change between two levels, before the point of this index; null: none. */
  readonly change: {
    readonly before: number;
    readonly words: string;
    readonly worse: boolean;
  } | null;
  /** Start of the first and the last run. */
  readonly from: string;
  readonly to: string;
}

interface TrendPoint {
  readonly value: number;
  /** Slowest and fastest interval of the run; null: unknown. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether the run has a caveat of the load generator, so that no statistic includes it. */
  readonly excluded: boolean;
  readonly text: string;
}
