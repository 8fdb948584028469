import type { Claim } from "../../model/claim/claim.ts";
import type { Statement } from "../../model/claim/statement.ts";
import type { StatementVerdict, Verdict } from "../../model/claim/verdict.ts";
import type { StorageCost } from "../../model/run/cost.ts";
import type { Run } from "../../model/run/run.ts";

/** All that the guide's report is made of. */
export interface GuideInput {
  readonly statements: readonly Statement[];
  /** Those that the statements name. */
  readonly claims: readonly Claim[];
  /** One for each statement, in their order. */
  readonly verdicts: readonly StatementVerdict[];
  readonly runs: readonly Run[];
  /** Of the targets, as far as there are prices. */
  readonly costs: readonly StorageCost[];
  /** The guide's workloads. */
  readonly scenarios: readonly GuideScenario[];
}

/** A workload of the guide: statements it speaks to, and kinds it is meant for (none: any). */
export interface GuideScenario {
  readonly name: string;
  readonly guide: readonly string[];
  readonly targets: readonly string[];
}

/** A statement, what its claims come to, and the verdict that stands for it. */
export interface JudgedStatement {
  readonly statement: Statement;
  readonly judged: StatementVerdict;
  /** Null where no run spoke to any of its claims. */
  readonly leading: { readonly claim: Claim; readonly verdict: Verdict } | null;
}

export function judgedStatements(input: GuideInput): readonly JudgedStatement[] {
  return input.statements.flatMap((statement): JudgedStatement[] => {
    const judged = input.verdicts.find((one) => one.statement === statement.id);
    if (judged === undefined) return [];
    const { verdicts, outcome, reason } = judged;
    const leading =
      verdicts.find((one) => one.outcome === outcome && one.reason.code === reason.code) ??
      verdicts.find((one) => one.outcome === outcome) ??
      null;
    const claim = input.claims.find(({ id }) => id === leading?.claim);
    const both = leading === null || claim === undefined ? null : { claim, verdict: leading };
    return [{ statement, judged, leading: both }];
  });
}

/** Names of the guide's workloads that speak to a statement on a kind that can test it. */
export function scenariosFor(
  { id, kinds }: Statement,
  scenarios: readonly GuideScenario[],
): readonly string[] {
  return scenarios.flatMap(({ name, guide, targets }) => {
    const suits = targets.length === 0 || kinds.some((kind) => targets.includes(kind));
    return suits && guide.includes(id) ? [name] : [];
  });
}
