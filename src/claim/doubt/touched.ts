import type { Claim } from "../../model/claim/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { initialisationDoubts } from "./storage.ts";

/**
 * Where it matters that blocks were touched before and nobody said that they were, only what
 * touched them again, if anything did: after a second pass, the first one is no reason for doubt.
 */
export function touchedBefore(claim: Claim, evidence: readonly Evidence[]): readonly Evidence[] {
  const sure = evidence.flatMap((one) => {
    const doubts = initialisationDoubts({ claim, evidence: one, figure: null, value: null });
    if (doubts.length === 0) return [one];
    const repetitions = one.repetitions.filter(({ touch }) => touch === "again");
    return repetitions.length === 0 ? [] : [{ ...one, repetitions }];
  });
  return sure.length > 0 ? sure : evidence;
}

/** Whether what is compared happens once: data is accessed for the first time in one repetition. */
export function isOnce({ side, over }: Claim): boolean {
  return side.workload.touch === "first" || over?.workload.touch === "first";
}
