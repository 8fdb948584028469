import type { Claim, Side } from "../model/claim.ts";
import type { Evidence } from "./evidence.ts";
import { holds } from "./figure.ts";
import { inFlight, operationBytes, operationsOf, variablesOf } from "./phase-variables.ts";
import { kindOf, moreInFlight, speaking } from "./select.ts";
import { isAbout } from "./verdict.ts";

/** What is compared: the first is divided by the second. */
export interface Pair {
  readonly of: Evidence;
  readonly over: Evidence;
}

/**
 * What of the evidence a claim compares: on one target two phases, or phases of two targets. One
 * pair for each target, or each two of them: of those that its condition lets through the two that
 * are most alike in all but what it is about.
 */
export function pairsFor(claim: Claim, evidence: readonly Evidence[]): readonly Pair[] {
  const { over, side, between } = claim;
  if (over === null) return [];
  const about = evidence.filter((one) => isAbout(claim, one));
  const fits = ({ kinds }: Side, one: Evidence): boolean =>
    between === "phases" || kinds.includes(kindOf(one));
  const first = speaking(side, about).filter((one) => fits(side, one));
  const second = speaking(over, about).filter((one) => fits(over, one));
  const best = new Map<string, Pair>();
  for (const of of first) {
    for (const other of second) {
      if ((of.target.name === other.target.name) !== (between === "phases")) continue;
      const pair = { of, over: other };
      if (claim.when !== null && isRuledOut(claim.when, pair)) continue;
      const key = JSON.stringify([of.target.name, other.target.name]);
      const known = best.get(key);
      if (known === undefined || isBetter(claim, pair, known)) best.set(key, pair);
    }
  }
  return [...best.values()];
}

function isRuledOut(condition: string, pair: Pair): boolean {
  return holds(condition, valuesOf(pair)) === false;
}

/** Variables of both sides, as expressions name them. */
export function valuesOf({ of, over }: Pair) {
  return { of: variablesOf(of), over: variablesOf(over) };
}

/** Equal pairs are told apart by the load, as for claims about one phase. */
function isBetter({ measure, when }: Claim, one: Pair, other: Pair): boolean {
  const known = (pair: Pair): number =>
    when === null || holds(when, valuesOf(pair)) === true ? 8 : 0;
  const [a, b] = [known(one) + likeness(one), known(other) + likeness(other)];
  if (a !== b) return a > b;
  const [more, less] = [inFlight(one.of), inFlight(other.of)];
  return moreInFlight(measure) ? more > less : more < less;
}

function likeness({ of, over }: Pair): number {
  const same = (equal: boolean, weight: number): number => (equal ? weight : 0);
  return (
    same(of.planHash === over.planHash, 4) +
    same(operationsOf(of) === operationsOf(over), 2) +
    same(operationBytes(of) === operationBytes(over), 1)
  );
}
