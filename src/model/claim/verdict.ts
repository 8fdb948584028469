import type { Source } from "../target/knowledge.ts";
import type { FigureRelation } from "./claim.ts";

export const OUTCOMES = ["supported", "refuted", "inconclusive"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Reasons of a verdict, or obstacles to one. */
export const REASONS = [
  /** The measurement agrees with the figure, or contradicts it. */
  "agrees",
  "contradicts",
  /** An upper bound that was not reached. */
  "below-ceiling",
  /** The interval contains the figure. */
  "uncertain",
  "no-run",
  /** The two sides of a comparison differ in more than what is compared. */
  "unlike",
  /** A statement that no measurement can decide, or not in this direction. */
  "not-decided",
  "off-aws",
  /** The target contradicts its declared kind. */
  "mismatch",
  "incomplete",
  "errors",
  "undeclared",
  "memory",
  "cache",
  "initialisation",
  "instance-bound",
  "network-bound",
  "client-bound",
  "harness",
  "queue-depth",
  "burst-state",
  "zone",
  "too-short",
  "one-client",
  /** More clients may raise the total. */
  "more-clients",
  /** Other clients loaded the storage during a measurement of one client. */
  "other-clients",
  "repetitions",
  "no-measure",
  "superseded",
] as const;
export type ReasonCode = (typeof REASONS)[number];

/** Inconclusive verdicts without a remedy: an upper bound that was not reached, a former figure. */
export const ASKS_NOTHING: ReadonlySet<ReasonCode> = new Set([
  "below-ceiling",
  "superseded",
  "not-decided",
]);

/** A measured value in base units (1/s, B/s, ns, ratio, share), with its confidence interval. */
export interface Measured {
  readonly value: number;
  /** Null if unknown: too few intervals or operations. */
  readonly low: number | null;
  readonly high: number | null;
  /** Set where the true value may be larger than `value`, without a limit: `high` is null then. */
  readonly isLowerBound?: boolean;
  readonly confidence: number;
  readonly repetitions: number;
  /** Runs an hour or more apart among the repetitions; absent: not counted. */
  readonly separateRuns?: number;
  /**
   * Standard deviation of the logarithms of the repetitions, or of one repetition's rate from
   * second to second; null or absent: unknown.
   */
  readonly spreadShare?: number | null;
  /** How value and interval were determined, one sentence. */
  readonly how: string;
  /** The condition under which the interval holds: "if …"; absent if it needs none. */
  readonly assumes?: string;
  /** Correlation and groups among the repetitions, one sentence each; absent: none was sought. */
  readonly remarks?: readonly string[];
}

/** The smallest of the limits that applied. */
export interface AppliedBound {
  readonly by: "storage" | "instance" | "network" | "client" | "load";
  /** Base units of the claim's measure. */
  readonly value: number;
  readonly from: Source | "measured" | "published";
  readonly words: string;
}

/** Verdict on one claim for one target, or for two. */
export interface Verdict {
  readonly claim: string;
  readonly targets: readonly string[];
  readonly runIds: readonly string[];
  readonly phases: readonly string[];
  /**
   * Clients whose load was measured, of each side; absent for runs without a list of hosts. `host`:
   * name of the one client that stands for the others; null for all together.
   */
  readonly clients?: readonly { readonly count: number; readonly host: string | null }[];
  readonly outcome: Outcome;
  readonly reason: { readonly code: ReasonCode; readonly words: string };
  /** Remedy: the run that would decide it; null if it is decided or no run would. */
  readonly settle: string | null;
  readonly measured: Measured | null;
  /** The figure, in base units; null if it could not be computed. */
  readonly figure: {
    readonly relation: FigureRelation;
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
  /** Reached share of an upper bound; otherwise null. */
  readonly reachedShare: number | null;
  readonly bound: AppliedBound | null;
  /** Caveats that do not disqualify the verdict, one sentence each. */
  readonly caveats: readonly string[];
}

/** Verdict on a statement of the guide. */
export interface StatementVerdict {
  readonly statement: string;
  readonly outcome: Outcome;
  readonly reason: { readonly code: ReasonCode; readonly words: string };
  readonly settle: string | null;
  /** Verdicts on the claims that decide it, in its order. */
  readonly verdicts: readonly Verdict[];
}
