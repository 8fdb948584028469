/**
 * Preconditions of a verdict. A failed one is a caveat, with the direction in which it can have
 * moved the measured value. Read `Caveat` and `Question` first, then `preconditions.ts`, the list
 * of all preconditions. None sees the outcome, so none can favor one.
 */

import type { Claim, ClaimMeasure } from "../../model/claim/claim.ts";
import type { ReasonCode } from "../../model/claim/verdict.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { RateKind } from "./bounds.ts";

/**
 * In which direction a failed precondition can have moved the measured value. A value that may be
 * too low cannot show that a figure is not reached; it still shows that it is.
 */
export type Effect = "too-low" | "too-high" | "either";

/** A precondition that a measurement fails, and what it can have done. */
export interface Caveat {
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
  /** Whether it is the second side of a comparison; absent: no. */
  readonly isDivisor?: true;
  /** Other phases of the target, of which a shallower one can show saturation; absent: none. */
  readonly others?: readonly Evidence[];
  /**
   * The rate or value that is claimed, in base units: of shares of seconds what each second is held
   * against. Null for comparisons and where it is not one number.
   */
  readonly figure: number | null;
  /** The value that was measured; null where none was. */
  readonly value: number | null;
}

/** Where a value can be wrong: after something slowed the operations down, or answered for them. */
interface Bias {
  /** The way to the storage, its first touch or the load generator was slow. */
  readonly slowed: Effect | null;
  /** Something else than the storage answered, a cache for example. */
  readonly hastened: Effect;
  /** There was less load than the figure is about. */
  readonly lessLoad: Effect;
}

const RATE: Bias = { slowed: "too-low", hastened: "too-high", lessLoad: "too-low" };
const TIME: Bias = { slowed: "too-high", hastened: "too-low", lessLoad: "too-low" };

/** What can move each measure, and where to; null: it does not. */
const BIAS: Readonly<Record<ClaimMeasure["kind"], Bias>> = {
  iops: RATE,
  throughput: RATE,
  burst: RATE,
  "share-of-seconds": RATE,
  time: TIME,
  "share-slower": TIME,
  // Credits last longer where fewer operations ask for them.
  "burst-duration": { slowed: "too-high", hastened: "too-high", lessLoad: "too-high" },
  // No operation fails because the client is busy; with less load fewer may.
  errors: { slowed: null, hastened: "too-low", lessLoad: "too-low" },
};

/**
 * Caveats in what anything that slows the storage down, or the client, does to the value of a
 * measure; none where it does not move it.
 */
export function slowed({ measure }: Claim, doubt: Omit<Caveat, "effect">): readonly Caveat[] {
  const { slowed: effect } = BIAS[measure.kind];
  return effect === null ? [] : [{ ...doubt, effect }];
}

/** What less load than the figure is about does: too few operations in flight, or one client. */
export function underLoad({ measure }: Claim): Effect {
  return BIAS[measure.kind].lessLoad;
}

/** What anything that makes it look faster does, a cache for example. */
export function hastened({ measure }: Claim): Effect {
  return BIAS[measure.kind].hastened;
}

/** What limits are counted in for a claim's measure. */
export function rateKindOf(measure: ClaimMeasure): RateKind {
  if (measure.kind === "throughput") return "throughput";
  if (measure.kind === "burst" || measure.kind === "share-of-seconds") return measure.of;
  return "iops";
}

/** Whether a claim's own figure is a rate, which limits can be set against; or its seconds' are. */
export function isRate({ kind }: ClaimMeasure): boolean {
  return ["iops", "throughput", "burst", "share-of-seconds"].includes(kind);
}
