import type { Claim } from "../../model/claim/claim.ts";
import { scopeWords } from "../../model/claim/figure-words.ts";
import type { Verdict } from "../../model/claim/verdict.ts";

/**
 * The verdict that represents several ones on one claim: of operations, of states of what is
 * provisioned, or of clients. Different outcomes become its caveats. Null without any.
 */
export function leadingVerdict(claim: Claim, verdicts: readonly Verdict[]): Verdict | null {
  const [first, ...others] = [...verdicts].sort(
    (a, b) => precedence(claim, a) - precedence(claim, b) || reached(b) - reached(a),
  );
  if (first === undefined) return null;
  const unequal = others.filter(({ outcome }) => outcome !== first.outcome);
  const asides = unequal.map(({ phases, runIds, outcome, reason, clients = [] }) => {
    const isElsewhere = !runIds.some((id) => first.runIds.includes(id));
    const of = isElsewhere ? ` of run ${runIds.join(", ")}` : "";
    const on = clients.length === 0 ? "" : ` (${scopeWords({ clients })})`;
    return `phase ${phases.join(", ")}${of}${on}: ${outcome}, ${reason.words}`;
  });
  return { ...first, caveats: [...first.caveats, ...asides] };
}

/** Share of an upper bound: of several clients, the best one stands for it. */
function reached({ reachedShare }: Verdict): number {
  return reachedShare ?? 0;
}

/**
 * Rank of a verdict among several on one claim; the smallest one represents them. Storage that
 * refutes a claim with writes refutes it; storage that supports it with reads and is inconclusive
 * with writes supports it. If a claim is that nothing fails, failed operations precede support.
 */
function precedence({ measure }: Claim, { outcome, reason }: Verdict): number {
  if (outcome === "refuted") return 0;
  if (outcome === "supported") return 2;
  const failed = reason.code === "errors" || reason.code === "incomplete";
  return measure.kind === "errors" && failed ? 1 : 3;
}
