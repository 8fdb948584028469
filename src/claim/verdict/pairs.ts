import type { Claim, Side } from "../../model/claim/claim.ts";
import { type Difference, differencesOf } from "../evidence/alike.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { holds } from "../evidence/figure.ts";
import { inFlight, variablesOf } from "../evidence/phase-variables.ts";
import { kindOf, moreInFlight, reportedNs, speaking } from "../evidence/select.ts";
import { isAbout } from "./verdict.ts";

/** What is compared: the first is divided by the second. */
export interface EvidencePair {
  readonly of: Evidence;
  readonly over: Evidence;
  /** Properties in which they differ though the claim does not vary them; empty: they are alike. */
  readonly differences: readonly Difference[];
}

/**
 * The phases that a claim compares: two phases of one target, or phases of two targets. One pair
 * per target, or per two targets, and per client. Only an alike pair can be judged; where there is
 * none, the pair that differs least stands for what is missing. Of several alike pairs the plan
 * decides, never what was measured: those whose condition is known to hold, those of one client,
 * the first step in a number of clients, the load that suits the measure, the longest, the
 * earliest.
 */
export function pairsFor(claim: Claim, evidence: readonly Evidence[]): readonly EvidencePair[] {
  const { over, side, between } = claim;
  if (over === null) return [];
  const about = evidence.filter((one) => isAbout(claim, one));
  const fits = ({ kinds }: Side, one: Evidence): boolean =>
    between === "phases" || kinds.includes(kindOf(one));
  const first = speaking(side, about, claim.measure).filter((one) => fits(side, one));
  const second = speaking(over, about, claim.measure).filter((one) => fits(over, one));
  const best = new Map<string, EvidencePair>();
  for (const of of first) {
    for (const other of second) {
      if ((of.target.name === other.target.name) !== (between === "phases")) continue;
      // A target's name and path stay when another volume takes the place of one.
      if (between === "phases" && of.storageIds !== other.storageIds) continue;
      if (between === "phases" && of.client !== other.client) continue;
      if (isSame(of, other)) continue;
      if (claim.when !== null && isRuledOut(claim.when, { of, over: other })) continue;
      const pair = { of, over: other, differences: differencesOf(claim, of, other) };
      const key = JSON.stringify([of.target.name, other.target.name, of.client ?? ""]);
      const known = best.get(key);
      if (known === undefined || isBetter(claim, pair, known)) best.set(key, pair);
    }
  }
  return [...best.values()];
}

/** A repetition on both sides would be compared with itself. */
function isSame(of: Evidence, over: Evidence): boolean {
  return of.repetitions.some(({ result }) => over.repetitions.some((one) => one.result === result));
}

type Sides = Pick<EvidencePair, "of" | "over">;

function isRuledOut(condition: string, sides: Sides): boolean {
  return holds(condition, valuesOf(sides)) === false;
}

/** Variables of both sides, as expressions name them. */
export function valuesOf({ of, over }: Sides) {
  return { of: variablesOf(of), over: variablesOf(over) };
}

/** Whether one pair is to be judged rather than another; equal pairs leave the earlier one. */
function isBetter(
  { measure, when, varies }: Claim,
  one: EvidencePair,
  other: EvidencePair,
): boolean {
  const load = moreInFlight(measure) ? 1 : -1;
  const isOfClients = varies.includes("clients");
  const ranked = (pair: EvidencePair): readonly number[] => [
    -pair.differences.length,
    when === null || holds(when, valuesOf(pair)) === true ? 1 : 0,
    pair.of.client === pair.over.client ? 1 : 0,
    // The first step of a sweep: the last one is at the limit of any system.
    isOfClients ? -pair.over.clients : 0,
    isOfClients ? -pair.of.clients : 0,
    load * Math.min(inFlight(pair.of), inFlight(pair.over)),
    Math.min(reportedNs(pair.of), reportedNs(pair.over)),
  ];
  const [a, b] = [ranked(one), ranked(other)];
  const at = a.findIndex((rank, index) => rank !== b[index]);
  return at !== -1 && (a[at] ?? 0) > (b[at] ?? 0);
}
