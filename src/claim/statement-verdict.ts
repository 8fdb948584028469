import type { Statement } from "../model/statement.ts";
import { ASKS_NOTHING, type StatementVerdict, type Verdict } from "../model/verdict.ts";

/**
 * What the verdicts on its claims come to for a statement: refuted as soon as one of them is,
 * supported where all that decide it are, on every target that was asked; else inconclusive, for
 * the first reason there is. `isOffAws`: nothing at all was measured on storage of AWS.
 */
export function statementVerdict(
  statement: Statement,
  verdicts: readonly Verdict[],
  isOffAws = false,
): StatementVerdict {
  const all = statement.claims.flatMap((id) => verdicts.filter(({ claim }) => claim === id));
  // What asks for nothing leaves nothing open.
  const asking = all.filter(({ reason: { code } }) => !ASKS_NOTHING.has(code));
  const onAws = asking.filter(({ reason: { code } }) => code !== "off-aws");
  const own = onAws.length > 0 ? onAws : asking;
  const base = { statement: statement.id, verdicts: all };
  if (statement.claims.length === 0) {
    const words = "nothing that a run measures decides it";
    return {
      ...base,
      outcome: "inconclusive",
      reason: { code: "no-measure", words },
      settle: null,
    };
  }
  const refuted = own.find(({ outcome }) => outcome === "refuted");
  if (refuted !== undefined) {
    return { ...base, outcome: "refuted", reason: refuted.reason, settle: null };
  }
  const silent = statement.claims.filter((id) => !all.some(({ claim }) => claim === id));
  const [quiet] = all;
  if (own.length === 0 && quiet !== undefined && silent.length === 0) {
    return { ...base, outcome: "inconclusive", reason: quiet.reason, settle: quiet.settle };
  }
  const open = own.find(({ outcome }) => outcome === "inconclusive");
  if (open !== undefined && !own.some(({ outcome }) => outcome === "supported")) {
    return { ...base, outcome: "inconclusive", reason: open.reason, settle: open.settle };
  }
  if (own.length > 0 && open === undefined && silent.length === 0) {
    const [first] = own;
    const words = own.length === 1 ? (first?.reason.words ?? "") : `all ${own.length} claims agree`;
    return { ...base, outcome: "supported", reason: { code: "agrees", words }, settle: null };
  }
  if (open !== undefined) {
    const words = `supported in part; ${open.claim}: ${open.reason.words}`;
    const { code } = open.reason;
    return { ...base, outcome: "inconclusive", reason: { code, words }, settle: open.settle };
  }
  const settle = `run ${scenariosOf(statement)} on ${statement.kinds.join(", ")}`;
  if (isOffAws) {
    const off = "it cannot be tested here: nothing was measured on storage of AWS";
    return { ...base, outcome: "inconclusive", reason: { code: "off-aws", words: off }, settle };
  }
  const heard = own.length === 0 ? "no run speaks to it" : "supported in part";
  const words = `${heard}; nothing was run for ${silent.join(", ")}`;
  return { ...base, outcome: "inconclusive", reason: { code: "no-run", words }, settle };
}

function scenariosOf({ workloads }: Statement): string {
  const names = [...new Set(workloads.map(({ scenario }) => scenario))];
  return names.length === 0 ? "a workload of its kind" : names.join(", ");
}
