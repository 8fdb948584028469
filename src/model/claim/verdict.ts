import type { Source } from "../target/knowledge.ts";
import type { FigureRelation } from "./claim.ts";

export const OUTCOMES = ["supported", "refuted", "inconclusive"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What stood in the way of a verdict, or what decided it. */
export const REASONS = [
  /** The measurement agrees with the figure, or contradicts it. */
  "agrees",
  "contradicts",
  /** A ceiling that was not reached. */
  "below-ceiling",
  /** The interval lies on both sides of the figure. */
  "uncertain",
  "no-run",
  /** The two sides of a comparison differ in more than what is compared. */
  "unlike",
  /** A statement that no measurement can decide, or not in this direction. */
  "not-decided",
  "off-aws",
  /** The target is not what it was declared to be. */
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
  "repetitions",
  "no-measure",
  "superseded",
] as const;
export type ReasonCode = (typeof REASONS)[number];

/** Open verdicts that ask for nothing: a ceiling that was not reached, a figure of the past. */
export const ASKS_NOTHING: ReadonlySet<ReasonCode> = new Set([
  "below-ceiling",
  "superseded",
  "not-decided",
]);

/** A measured value in base units (1/s, B/s, ns, ratio, share) and how surely it is that. */
export interface Measured {
  readonly value: number;
  /** Null where the run cannot say: too few intervals, too few operations. */
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
  /** How value and interval were found, one sentence. */
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

/** What runs say about one claim on one target, or on two of them. */
export interface Verdict {
  readonly claim: string;
  readonly targets: readonly string[];
  readonly runIds: readonly string[];
  readonly phases: readonly string[];
  readonly outcome: Outcome;
  readonly reason: { readonly code: ReasonCode; readonly words: string };
  /** What run would settle it; null where it is settled or none would. */
  readonly settle: string | null;
  readonly measured: Measured | null;
  /** The figure it was held against, in base units; null where it could not be worked out. */
  readonly figure: {
    readonly relation: FigureRelation;
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
  /** Of a ceiling: the share of it that was reached. */
  readonly reachedShare: number | null;
  readonly bound: AppliedBound | null;
  /** Caveats that do not forbid a verdict, one sentence each. */
  readonly caveats: readonly string[];
}

/** What the claims about a statement of the guide come to. */
export interface StatementVerdict {
  readonly statement: string;
  readonly outcome: Outcome;
  readonly reason: { readonly code: ReasonCode; readonly words: string };
  readonly settle: string | null;
  /** Of the claims that decide it, in its order. */
  readonly verdicts: readonly Verdict[];
}
