import type { Problem } from "../fault/errors.ts";
import type { Operation } from "./operation.ts";

/**
 * Latency distributions of thresholds. `latency` is `response` in an open loop and `service` in a
 * closed loop.
 */
export const DISTRIBUTIONS = ["latency", "service", "response", "firstByte", "sync"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Statistics of a distribution, by their names in scenarios. */
export const STATISTICS = [
  "min",
  "mean",
  "p50",
  "p90",
  "p95",
  "p99",
  "p99.9",
  "p99.99",
  "max",
] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Numbers of a phase that are not statistics of a distribution. */
export type Amount =
  | "rate"
  | "throughput"
  | "errors"
  | "errorShare"
  | "unfinished"
  | "throttled"
  | "late"
  | "dropped"
  | "unissued"
  | "backlog";

/** Measures of open loops only; all except `response` cover the whole phase. */
export const OPEN_LOOP: ReadonlySet<Amount | Distribution> = new Set([
  "response",
  "late",
  "dropped",
  "unissued",
  "backlog",
]);

/** Measure of a threshold. */
export type Measure =
  | { readonly kind: "time"; readonly of: Distribution; readonly statistic: Statistic }
  | { readonly kind: "amount"; readonly of: Amount };

/** Base unit of a measure's values: nanoseconds, operations/s, bytes/s, a number, 0 to 1. */
export type MeasureUnit = "ns" | "operations/s" | "bytes/s" | "count" | "share";

const AMOUNT_UNITS: Readonly<Record<Amount, MeasureUnit>> = {
  rate: "operations/s",
  throughput: "bytes/s",
  errors: "count",
  errorShare: "share",
  unfinished: "count",
  throttled: "count",
  late: "count",
  dropped: "count",
  unissued: "count",
  backlog: "count",
};

export function unitOfMeasure(measure: Measure): MeasureUnit {
  return measure.kind === "time" ? "ns" : AMOUNT_UNITS[measure.of];
}

/** Direction in which a measure is worse: lower for rates, higher for all others. */
export function worseWhen(measure: Measure): "lower" | "higher" {
  const unit = unitOfMeasure(measure);
  return unit === "operations/s" || unit === "bytes/s" ? "lower" : "higher";
}

export const RELATIONS = ["<", "<=", ">", ">=", "=="] as const;
export type Relation = (typeof RELATIONS)[number];

/** Criterion of a threshold. */
export type Criterion =
  | { readonly kind: "bound"; readonly relation: Relation; readonly value: number }
  /** Not significantly worse than this share of the baseline: 1, or 0.95 for `than 95%`. */
  | { readonly kind: "baseline"; readonly share: number };

/** A threshold of a phase. It does not change the workload. */
export interface Threshold {
  /** As written in the scenario. */
  readonly text: string;
  /** Operation of the phase, or all. */
  readonly operation: Operation | "all";
  readonly measure: Measure;
  readonly criterion: Criterion;
  /** Position in the scenario; null for default thresholds. */
  readonly place: Omit<Problem, "message"> | null;
}

/**
 * `broken`: failed, or not measurable; `unjudged`: not evaluated, because the run has no baseline
 * run to compare with.
 */
type ThresholdState = "met" | "broken" | "unjudged";

/** Comparison of a measure with a baseline run, tested over the repetitions of both. */
export interface BaselineOutcome {
  readonly runId: string;
  /** Median over the baseline's repetitions, in the measure's unit. */
  readonly median: number | null;
  readonly repetitions: number;
  readonly baselineRepetitions: number;
  /** p-value of a two-sided rank test, and with Holm's correction over the run's thresholds. */
  readonly p: number | null;
  readonly adjustedP: number | null;
  /** Result of the test; `nothing` does not prove that both are equal. */
  readonly shows: "worse" | "better" | "nothing";
  /**
   * Smallest difference, as a share of the bound and in the measured direction, that is not within
   * what such storage may change between the baseline and the run; set where the rank test shows a
   * smaller one; absent: no difference was held back.
   */
  readonly driftShare?: number;
  /**
   * Facts of storage, host and software in which the run differs from its baseline, as the end of a
   * sentence; absent: in none.
   */
  readonly differs?: string;
  /** The run did not measure the baseline's storage, so nothing was compared; absent: it did. */
  readonly isOtherStorage?: boolean;
}

/** Outcome of a threshold; values are in base units. */
export interface ThresholdOutcome {
  readonly text: string;
  readonly phase: string;
  readonly state: ThresholdState;
  readonly unit: MeasureUnit;
  /** Measured value; null if there is none. */
  readonly measured: number | null;
  /** Set if the true value may be larger than `measured`. */
  readonly isLowerBound?: boolean;
  /** Repetition of the measured value; null if it covers all repetitions. */
  readonly repetition: number | null;
  /** Bound: the value of the threshold, or the share of the baseline's median. */
  readonly bound: number | null;
  /** Why it failed or was not evaluated, if the numbers do not show it; one sentence or null. */
  readonly reason: string | null;
  readonly baseline: BaselineOutcome | null;
  readonly place: Threshold["place"];
}
