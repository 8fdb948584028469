import type { Operation } from "./operation.ts";
import type { RatePlan } from "./rate.ts";
import type { MeasureUnit, Threshold } from "./threshold.ts";

/** Variable of a search: offered load, or queue depth. */
export const SEARCHED = ["rate", "queueDepth"] as const;
export type Searched = (typeof SEARCHED)[number];

/**
 * A search for the highest load at which the objective is met. Rates are totals of all workers;
 * queue depths are per worker.
 */
export interface FindPlan {
  /** The objective; all thresholds must be met. */
  readonly slo: readonly Threshold[];
  readonly by: Searched;
  /** Whether to find the highest value that meets the objective, or the lowest. */
  readonly wants: "most" | "least";
  /** Lower end of the search; null for rates only: no lower end. */
  readonly from: number | null;
  /** Upper end of the search; null for rates only: the achieved rate of a closed loop. */
  readonly to: number | null;
  /** Maximum distance between the result and the next value that misses, a share of the value. */
  readonly precisionShare: number;
  /** Repetitions of the resulting load. */
  readonly repetitions: number;
  /** Arrivals in a search by rate. */
  readonly arrivals: RatePlan["arrivals"];
  readonly mostBacklog: number;
}

/** Reason why a point misses the objective. */
export type Miss =
  | {
      readonly kind: "objective";
      readonly text: string;
      /** Null if not measured. */
      readonly measured: number | null;
      readonly unit: MeasureUnit;
      /** Why `measured` is not conclusive: not measured, or a lower bound; absent otherwise. */
      readonly reason?: string;
    }
  /** Failed operations; an objective without a threshold on errors allows none. */
  | { readonly kind: "errors"; readonly operations: number }
  | { readonly kind: "dropped"; readonly operations: number }
  | { readonly kind: "unissued"; readonly operations: number }
  /** The backlog grew by this number of operations, which is significant. */
  | { readonly kind: "behind"; readonly operations: number; readonly offered: number }
  /** The point is too short to exclude a backlog that grows by more than the precision. */
  | {
      readonly kind: "too-short";
      /** Share of the offered load that could accumulate undetected. */
      readonly unseenShare: number;
      /** Approximate length of a point that would detect it, nanoseconds. */
      readonly neededNs: number;
    };

/**
 * Purpose of a point: the rate of a closed loop, the bracketing of the limit, or a repetition of
 * the result. `short`: a repetition that was too short and was repeated with more time; it is not
 * used.
 */
export type SearchRole = "capacity" | "bracket" | "repeat" | "short";

/** One phase of a search, over all its operations. */
export interface SearchPoint {
  /** Phase and repetition of the run that this point summarizes. */
  readonly phase: string;
  readonly repetition: number;
  readonly role: SearchRole;
  /** Rate in ops/s, or queue depth; null for the closed loop of a search by rate. */
  readonly value: number | null;
  /** Null in a closed loop. */
  readonly offeredPerSecond: number | null;
  readonly achievedPerSecond: number | null;
  readonly responseP50Ns: number | null;
  readonly responseP99Ns: number | null;
  readonly serviceP50Ns: number | null;
  readonly serviceP99Ns: number | null;
  /** The measured value of each part of the objective, in its unit and in the plan's order. */
  readonly measured: readonly (number | null)[];
  /** Null if not compared with the objective: the closed loop of a search by rate. */
  readonly met: boolean | null;
  readonly misses: readonly Miss[];
}

/** One threshold of the objective over the repetitions of the result. */
interface SearchMeasure {
  readonly text: string;
  readonly unit: MeasureUnit;
  readonly median: number | null;
  /** Confidence interval of the median; null with too few repetitions. */
  readonly interval: {
    readonly low: number;
    readonly high: number;
    readonly confidence: number;
  } | null;
}

/** The result: more than half of its repetitions met the objective, so its median does. */
export interface SearchBest {
  readonly value: number;
  /** Median over the repetitions. */
  readonly achievedPerSecond: number;
  readonly repetitions: number;
  readonly met: number;
  readonly measures: readonly SearchMeasure[];
}

/**
 * - `found`: the best value meets the objective and the next one misses it, both repeated.
 * - `never met`: no value does, down to the easiest. `always met`: all do, up to the hardest.
 * - `unsettled`: the repetitions contradict each other too often to tell; the best value, if there
 *   is one, is a bound.
 */
export type SearchEnd =
  | "found"
  | "never met"
  | "always met"
  | "unsettled"
  | "interrupted"
  | "failed";

/** A search as it is stored. */
export interface SearchResult {
  /** The planned phase. */
  readonly phase: string;
  /** Repetition of the whole search. */
  readonly repetition: number;
  readonly operations: readonly Operation[];
  /** As written. */
  readonly slo: readonly string[];
  readonly by: Searched;
  readonly wants: FindPlan["wants"];
  readonly precisionShare: number;
  /** Achieved rate of a closed loop with all slots; null if not measured. */
  readonly capacityPerSecond: number | null;
  /** In the order of measurement. */
  readonly points: readonly SearchPoint[];
  readonly best: SearchBest | null;
  /** Caveats of the result, one sentence each; absent if there are none. */
  readonly caveats?: readonly string[];
  /** Null while the search runs. */
  readonly ended: SearchEnd | null;
  /** Why it ended early or is `unsettled`, one sentence; null otherwise. */
  readonly reason: string | null;
}
