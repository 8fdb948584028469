import type { Claim } from "../../model/claim/claim.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { StorageKnowledge } from "../../model/target/knowledge.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { fits } from "../evidence/select.ts";
import { isAbout, unknownFacts } from "../verdict/verdict.ts";
import { factNames } from "../verdict/verdict-words.ts";

/** Claims that a run would test, and those without a verdict because of undeclared facts. */
export interface UndeclaredClaims {
  /** Number of claims about the target's kind that the phases of the plan match. */
  readonly claims: number;
  /** Ids of the claims that depend on undeclared facts, in the order of the catalogue. */
  readonly undecided: readonly string[];
  /** The undeclared facts, as a targets file names them: `provisioned.iops`, `instance`. */
  readonly facts: readonly string[];
}

/**
 * Finds, before a run, the claims about single targets that its phases match, and which of them get
 * no verdict because a fact of the target is unknown. Former figures do not count.
 */
export function undeclaredClaims(
  claims: readonly Claim[],
  plan: Plan,
  target: TargetSpec,
  knowledge: StorageKnowledge,
): UndeclaredClaims {
  const evidence = plan.phases.map(
    (phase): Evidence => ({
      ...{ target, knowledge, phase, planned: plan },
      ...{ planHash: "", storageIds: null, surroundings: "", repetitions: [] },
      ...{ clients: 1, processes: 1 },
    }),
  );
  const facts = new Set<string>();
  const undecided: string[] = [];
  let count = 0;
  for (const claim of claims.filter(({ over, until }) => over === null && until === null)) {
    const matching = evidence.filter(
      (one) => isAbout(claim, one) && fits(claim.side.workload, one),
    );
    if (matching.length === 0) continue;
    count++;
    const unknown = matching.map((one) => unknownFacts(claim, one));
    // One phase with all facts is enough for a verdict.
    if (unknown.some((names) => names.length === 0)) continue;
    undecided.push(claim.id);
    for (const name of factNames(unknown.flat())) facts.add(name);
  }
  return { claims: count, undecided, facts: [...facts].sort() };
}
