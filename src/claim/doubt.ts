import type { Claim, ClaimMeasure } from "../model/claim.ts";
import type { ReasonCode } from "../model/verdict.ts";
import type { Counted } from "./bounds.ts";
import type { Evidence } from "./evidence.ts";

/**
 * In which direction a failed precondition can have moved the measured value. A value that may be
 * too low cannot show that a figure is not reached; it still shows that it is.
 */
export type Effect = "too-low" | "too-high" | "either";

/** A precondition that a measurement fails, and what it can have done. */
export interface Doubt {
  readonly code: ReasonCode;
  readonly words: string;
  /** What run would settle it; null: none would. */
  readonly settle: string | null;
  readonly effect: Effect;
}

/** What preconditions are asked about: one side of a claim and the phase that speaks to it. */
export interface Question {
  readonly claim: Claim;
  readonly evidence: Evidence;
  /**
   * The rate or value that is claimed, in base units: of shares of seconds what each second is held
   * against. Null for comparisons and where it is not one number.
   */
  readonly figure: number | null;
  /** The value that was measured; null where none was. */
  readonly value: number | null;
}

/** Whether more of a measure is what its user wants. */
function moreIsBetter({ kind }: ClaimMeasure): boolean {
  return kind !== "time" && kind !== "share-slower" && kind !== "errors";
}

/** What anything that slows the storage down, or the client, does to the value of a measure. */
export function slowed(claim: Claim): Effect {
  return moreIsBetter(claim.measure) ? "too-low" : "too-high";
}

/** What anything that makes it look faster does, a cache for example. */
export function hastened(claim: Claim): Effect {
  return moreIsBetter(claim.measure) ? "too-high" : "too-low";
}

/** What limits are counted in for a claim's measure. */
export function countedOf(measure: ClaimMeasure): Counted {
  if (measure.kind === "throughput") return "throughput";
  if (measure.kind === "burst" || measure.kind === "share-of-seconds") return measure.of;
  return "iops";
}

/** Whether a claim's own figure is a rate, which limits can be set against; or its seconds' are. */
export function isRate({ kind }: ClaimMeasure): boolean {
  return ["iops", "throughput", "burst", "share-of-seconds"].includes(kind);
}
