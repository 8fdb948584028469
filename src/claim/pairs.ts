import type { Claim, Side } from "../model/claim.ts";
import type { Evidence } from "./evidence.ts";
import { operationBytes, operationsOf } from "./phase-variables.ts";
import { kindOf, representatives, speaking } from "./select.ts";
import { isAbout } from "./verdict.ts";

/** What is compared: the first is divided by the second. */
export interface Pair {
  readonly of: Evidence;
  readonly over: Evidence;
}

/**
 * What of the evidence a claim compares: on one target two phases; of two targets the same phase of
 * the same plan. One pair for each target, or each two of them.
 */
export function pairsFor(claim: Claim, evidence: readonly Evidence[]): readonly Pair[] {
  const { over, side, between } = claim;
  if (over === null) return [];
  const about = evidence.filter((one) => isAbout(claim, one));
  if (between === "targets") return acrossTargets(side, over, about);
  const names = [...new Set(about.map(({ target }) => target.name))];
  return names.flatMap((name) => {
    const own = about.filter(({ target }) => target.name === name);
    return likest(
      representatives(claim.measure, speaking(side, own)),
      representatives(claim.measure, speaking(over, own)),
    );
  });
}

/** The two phases that are most alike in all but what the claim is about. */
function likest(first: readonly Evidence[], second: readonly Evidence[]): readonly Pair[] {
  const pairs = first.flatMap((of) => second.map((over) => ({ of, over })));
  const [best] = pairs.sort((a, b) => likeness(b) - likeness(a));
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
function acrossTargets(side: Side, over: Side, evidence: readonly Evidence[]): readonly Pair[] {
  const ofKind = ({ kinds }: Side, one: Evidence): boolean => kinds.includes(kindOf(one));
  const first = speaking(side, evidence).filter((one) => ofKind(side, one));
  const second = speaking(over, evidence).filter((one) => ofKind(over, one));
  const pairs = first.flatMap((of) =>
    second
      .filter((one) => one.target.name !== of.target.name)
      .filter((one) => one.planHash === of.planHash && one.phase.name === of.phase.name)
      .map((one) => ({ of, over: one })),
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
