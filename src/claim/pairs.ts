import type { Claim, Side } from "../model/claim.ts";
import type { Evidence } from "./evidence.ts";
import type { Values } from "./expression.ts";
import { holds } from "./figure.ts";
import { operationBytes, operationsOf, variablesOf } from "./phase-variables.ts";
import { kindOf, representatives, speaking } from "./select.ts";
import { isAbout } from "./verdict.ts";

/** What is compared: the first is divided by the second. */
export interface Pair {
  readonly of: Evidence;
  readonly over: Evidence;
}

/** What is known of both, for the figure and the condition of a comparison. */
export function variablesOfPair({ of, over }: Pair): Values {
  return { of: variablesOf(of), over: variablesOf(over) };
}

/**
 * What of the evidence a claim compares: on one target two phases; of two targets the same phase of
 * the same plan. One pair for each target, or each two of them.
 */
export function pairsFor(claim: Claim, evidence: readonly Evidence[]): readonly Pair[] {
  const { over, side, between } = claim;
  if (over === null) return [];
  const about = evidence.filter((one) => isAbout(claim, one));
  if (between === "targets") return acrossTargets(claim, side, over, about);
  const names = [...new Set(about.map(({ target }) => target.name))];
  return names.flatMap((name) => {
    const own = about.filter(({ target }) => target.name === name);
    return likest(
      claim,
      representatives(claim.measure, speaking(side, own)),
      representatives(claim.measure, speaking(over, own)),
    );
  });
}

/** Whether a claim is about two phases; what nobody said does not rule it out. */
function compares({ when }: Claim, pair: Pair): boolean {
  return when === null || holds(when, variablesOfPair(pair)) !== false;
}

/** The two phases that are most alike in all but what the claim is about. */
function likest(
  claim: Claim,
  first: readonly Evidence[],
  second: readonly Evidence[],
): readonly Pair[] {
  const pairs = first.flatMap((of) => second.map((over) => ({ of, over })));
  const [best] = pairs
    .filter((pair) => compares(claim, pair))
    .sort((a, b) => likeness(b) - likeness(a));
  return best === undefined ? [] : [best];
}

function likeness({ of, over }: Pair): number {
  const same = (equal: boolean, weight: number): number => (equal ? weight : 0);
  return (
    same(of.planHash === over.planHash, 4) +
    same(operationsOf(of) === operationsOf(over), 2) +
    same(operationBytes(of) === operationBytes(over), 1)
  );
}

/** The same phase of the same plan, on a target for either side; the one with most in flight. */
function acrossTargets(
  claim: Claim,
  side: Side,
  over: Side,
  evidence: readonly Evidence[],
): readonly Pair[] {
  const ofKind = ({ kinds }: Side, one: Evidence): boolean => kinds.includes(kindOf(one));
  const first = speaking(side, evidence).filter((one) => ofKind(side, one));
  const second = speaking(over, evidence).filter((one) => ofKind(over, one));
  const pairs = first.flatMap((of) =>
    second
      .filter((one) => one.target.name !== of.target.name)
      .filter((one) => one.planHash === of.planHash && one.phase.name === of.phase.name)
      .map((one) => ({ of, over: one }))
      .filter((pair) => compares(claim, pair)),
  );
  const best = new Map<string, Pair>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.of.target.name, pair.over.target.name]);
    const known = best.get(key);
    if (known === undefined || flight(pair) > flight(known)) best.set(key, pair);
  }
  return [...best.values()];
}

function flight({ of }: Pair): number {
  return of.phase.workers * of.phase.queueDepth;
}
