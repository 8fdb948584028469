import { reportedRates } from "../../metrics/phase-result.ts";
import type { Claim } from "../../model/claim/claim.ts";
import { fourDigits } from "../../model/claim/figure-words.ts";
import { fitOf } from "../../model/target/backing-fit.ts";
import { cacheCaveats } from "./cache.ts";
import type { Caveat, Question } from "./caveat.ts";
import { clientCaveats, instanceCaveats } from "./client.ts";
import { loadCaveats } from "./load.ts";
import { clientsCaveats } from "./many-clients.ts";
import {
  burstCaveats,
  completenessCaveats,
  durationCaveats,
  initialisationCaveats,
  misfitCaveats,
  zoneCaveats,
} from "./storage.ts";

/** All preconditions, in the order in which the first failed one is the reason. */
const ALL = [
  misfitCaveats,
  clientsCaveats,
  completenessCaveats,
  instanceCaveats,
  clientCaveats,
  burstCaveats,
  initialisationCaveats,
  cacheCaveats,
  loadCaveats,
  durationCaveats,
  zoneCaveats,
] as const;

/** Returns the caveat of every precondition that a measurement fails. */
export function caveatsAbout(question: Question): readonly Caveat[] {
  return ALL.flatMap((ask) => ask(question));
}

const INVERSE = { "too-low": "too-high", "too-high": "too-low", either: "either" } as const;

/** Returns the caveats of a divisor: if it is too low, the ratio is too high. */
export function ofDivisor(doubts: readonly Caveat[]): readonly Caveat[] {
  return doubts.map((doubt) => ({ ...doubt, effect: INVERSE[doubt.effect] }));
}

/** Returns the caveats of a verdict that do not prevent it, and unverified declarations. */
export function caveatsOf(
  claim: Claim,
  questions: readonly Question[],
  doubts: readonly Caveat[],
): readonly string[] {
  const evidence = questions.map((question) => question.evidence);
  const mismatches = evidence.flatMap(({ knowledge }) => knowledge.mismatches);
  // The host neither confirms nor contradicts the declaration.
  const unseen = evidence.flatMap(({ target, knowledge: { backing, describedKind } }) => {
    if (backing === null || describedKind !== undefined) return [];
    return fitOf(target, backing).unknown ?? [];
  });
  const changes = evidence.flatMap(({ repetitions }) =>
    repetitions.flatMap(({ result }) => {
      const rates = reportedRates(result);
      if (rates.length === 0 || claim.measure.kind.startsWith("burst")) return [];
      const steps = rates.map(fourDigits).join(" to ");
      return [`the rate changed during the phase, from ${steps} operations per second`];
    }),
  );
  return [...new Set([...doubts.map(({ words }) => words), ...mismatches, ...unseen, ...changes])];
}
