import type { Outcome, ReasonCode } from "../../../src/model/claim/verdict.ts";
import type { Random } from "../../../src/model/random/random.ts";
import type { MadeRun } from "../made-storage.ts";

/** Storage whose truth is known, and the verdict it must get. */
export interface Case {
  readonly name: string;
  readonly claim: string;
  readonly outcome: Outcome;
  /** Why it is inconclusive, where that is the truth. */
  readonly code?: ReasonCode;
  /** Runs of it; everything that was provisioned is drawn. */
  readonly runs: (random: Random, seed: number) => readonly MadeRun[];
}
