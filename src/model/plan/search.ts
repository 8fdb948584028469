import type { Operation } from "./operation.ts";
import type { RatePlan } from "./rate.ts";
import type { MeasureUnit, Threshold } from "./threshold.ts";

/** What a search changes from point to point: an offered load, or operations in flight. */
export const SEARCHED = ["rate", "queueDepth"] as const;
export type Searched = (typeof SEARCHED)[number];

/**
 * A phase that looks for the load at which its objective is only just kept. Rates are of all
 * workers together, queue depths of each of them.
 */
export interface FindPlan {
  /** What has to be kept, all of it. */
  readonly slo: readonly Threshold[];
  readonly by: Searched;
  /** The highest value that keeps the objective, or the lowest: more depth, more throughput. */
  readonly wants: "most" | "least";
  /** Nothing below it is measured; null, of rates alone: as far down as it takes. */
  readonly from: number | null;
  /** Nothing above it is measured; null, of rates alone: what a closed loop carries is the end. */
  readonly to: number | null;
  /** The end point and the next one beyond it are so far apart, a share of the value. */
  readonly precisionShare: number;
  /** Of the end point. */
  readonly repetitions: number;
  /** Of a search by rate. */
  readonly arrivals: RatePlan["arrivals"];
  readonly mostBacklog: number;
}

/** Why a point does not keep the objective. */
export type Miss =
  | {
      readonly kind: "objective";
      readonly text: string;
      /** Null: it could not be measured. */
      readonly measured: number | null;
      readonly unit: MeasureUnit;
      /** Why `measured` does not decide it: not measured, or a lower bound; absent otherwise. */
      readonly reason?: string;
    }
  /** Operations that failed, where the objective allows none by saying nothing of errors. */
  | { readonly kind: "errors"; readonly operations: number }
  | { readonly kind: "dropped"; readonly operations: number }
  | { readonly kind: "unissued"; readonly operations: number }
  /** The backlog grew by this many of the offered operations, which is more than chance. */
  | { readonly kind: "behind"; readonly operations: number; readonly offered: number }
  /** The point is too short to exclude a backlog that grows by more than the precision. */
  | {
      readonly kind: "too-short";
      /** Share of the offered load that may pile up unseen. */
      readonly unseenShare: number;
      /** About how long a point has to be to tell. */
      readonly neededNs: number;
    };

/**
 * What a point was measured for: what a closed loop carries, where the objective ceases to be kept,
 * or whether the end point is one, again and again. `short`: a repetition that was too short to
 * tell and was measured again for longer; it decides nothing.
 */
export type SearchRole = "capacity" | "bracket" | "repeat" | "short";

/** One phase of a search, over all its operations. */
export interface SearchPoint {
  /** The phase in the run that this is a summary of, and which repetition of it. */
  readonly phase: string;
  readonly repetition: number;
  readonly role: SearchRole;
  /** Operations/s or queue depth; null for the closed loop of a search by rate. */
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
  /** Null where nothing is compared with the objective: a closed loop in a search by rate. */
  readonly met: boolean | null;
  readonly misses: readonly Miss[];
}

/** A part of the objective over the repetitions of the end point. */
interface SearchMeasure {
  readonly text: string;
  readonly unit: MeasureUnit;
  readonly median: number | null;
  /** Of the median; null where there are too few repetitions for one. */
  readonly interval: {
    readonly low: number;
    readonly high: number;
    readonly confidence: number;
  } | null;
}

/** The end point: more than half of its repetitions kept the objective, so its median does. */
export interface SearchBest {
  readonly value: number;
  /** Median over the repetitions. */
  readonly achievedPerSecond: number;
  readonly repetitions: number;
  readonly met: number;
  readonly measures: readonly SearchMeasure[];
}

/**
 * - `found`: the best value keeps the objective and the next one beyond it does not, both repeated.
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
  /** Of the whole search. */
  readonly repetition: number;
  readonly operations: readonly Operation[];
  /** As written. */
  readonly slo: readonly string[];
  readonly by: Searched;
  readonly wants: FindPlan["wants"];
  readonly precisionShare: number;
  /** What a closed loop with all slots carried; null where it was not asked. */
  readonly capacityPerSecond: number | null;
  /** In the order they were measured. */
  readonly points: readonly SearchPoint[];
  readonly best: SearchBest | null;
  /** What limits the answer, one sentence each; absent if nothing is known to. */
  readonly caveats?: readonly string[];
  /** Null while it goes on. */
  readonly ended: SearchEnd | null;
  /** What ended it before its end, also as `unsettled`, one sentence; null otherwise. */
  readonly reason: string | null;
}
