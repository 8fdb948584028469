import { runAdvice, workloadScenarios } from "../../model/claim/run-advice.ts";
import type { Derivation, Statement } from "../../model/claim/statement.ts";
import { ASKS_NOTHING, type StatementVerdict, type Verdict } from "../../model/claim/verdict.ts";

/** Derivation of a statement without its own: all of its claims decide it. */
const BY_CLAIMS: Pick<Derivation, "supported" | "refuted" | "undecided" | "rule"> = {
  supported: "All of its claims are supported.",
  refuted: "One of its claims is refuted.",
  undecided: null,
  rule: "all",
};

/**
 * Evaluates the derivation of a statement over the verdicts on its claims: refuted if one claim is
 * refuted, supported if all of its claims are (or any, by its rule) on every target; else
 * inconclusive, for the first reason. A statement that no measurement can decide is `not-decided`.
 * `isOffAws`: whether no AWS storage was measured.
 */
export function statementVerdict(
  statement: Statement,
  verdicts: readonly Verdict[],
  isOffAws = false,
): StatementVerdict {
  const { claims, derivation = BY_CLAIMS } = statement;
  const all = claims.flatMap((id) => verdicts.filter(({ claim }) => claim === id));
  const base = { statement: statement.id, verdicts: all };
  if (statement.derivation === undefined && claims.length === 0) {
    const reason = { code: "no-measure", words: "no measured value decides it" } as const;
    return { ...base, outcome: "inconclusive", reason, settle: null };
  }
  if (derivation.supported === null && derivation.refuted === null) {
    return { ...base, ...undecided(derivation) };
  }
  // Superseded figures and upper bounds that were not reached leave nothing open.
  const asking = all.filter(({ reason: { code } }) => !ASKS_NOTHING.has(code));
  const onAws = asking.filter(({ reason: { code } }) => code !== "off-aws");
  const own = onAws.length > 0 ? onAws : asking;
  const refuted = own.find(({ outcome }) => outcome === "refuted");
  if (refuted !== undefined) {
    if (derivation.refuted === null) return { ...base, ...undecided(derivation) };
    return { ...base, outcome: "refuted", reason: refuted.reason, settle: null };
  }
  const missing = claimsWithoutVerdict(statement, all);
  const open = own.find(({ outcome }) => outcome === "inconclusive");
  if (own.length > 0 && open === undefined && missing.length === 0) {
    if (derivation.supported === null) return { ...base, ...undecided(derivation) };
    const [first] = own;
    const words = own.length === 1 ? (first?.reason.words ?? "") : `all ${own.length} claims agree`;
    return { ...base, outcome: "supported", reason: { code: "agrees", words }, settle: null };
  }
  const evaluated = { all, own, missing, open };
  return { ...base, outcome: "inconclusive", ...openReason(statement, evaluated, isOffAws) };
}

type Reasoned = Pick<StatementVerdict, "reason" | "settle">;

/** The reason of a statement that no run decides: measurements cannot show the outcome left. */
function undecided(
  derivation: Pick<Derivation, "supported" | "refuted" | "undecided">,
): Reasoned & Pick<StatementVerdict, "outcome"> {
  const why = derivation.undecided ?? "no measured value decides it";
  const isOpen = derivation.supported === null && derivation.refuted === null;
  const found = derivation.refuted === null ? "agrees with" : "contradicts";
  const before = isOpen ? "" : `no measured value ${found} it; otherwise `;
  const words = `${before}not decidable by measurement: ${lowerFirst(why)}`;
  return { outcome: "inconclusive", reason: { code: "not-decided", words }, settle: null };
}

/** A sentence as a part of another one; names such as S3 and EFS keep their capitals. */
function lowerFirst(sentence: string): string {
  const [first = ""] = sentence.split(" ");
  const isName = /[A-Z0-9]/.test(first.slice(1));
  const rest = isName ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1);
  return rest.replace(/\.$/, "");
}

/** Claims that need a verdict and have none; by the rule `any`, all of them or none. */
function claimsWithoutVerdict(
  { claims, derivation }: Statement,
  all: readonly Verdict[],
): readonly string[] {
  const missing = claims.filter((id) => !all.some(({ claim }) => claim === id));
  return derivation?.rule === "any" && missing.length < claims.length ? [] : missing;
}

interface Evaluated {
  readonly all: readonly Verdict[];
  /** Verdicts that decide something; on AWS storage if there are any. */
  readonly own: readonly Verdict[];
  readonly missing: readonly string[];
  readonly open: Verdict | undefined;
}

function openReason(
  statement: Statement,
  { all, own, missing, open }: Evaluated,
  isOffAws: boolean,
): Reasoned {
  const [only] = all;
  if (own.length === 0 && only !== undefined && missing.length === 0) {
    return { reason: only.reason, settle: only.settle };
  }
  const isPart = own.some(({ outcome }) => outcome === "supported");
  if (open !== undefined) {
    const { code, words } = open.reason;
    const reason = isPart
      ? { code, words: `supported in part; ${open.claim}: ${words}` }
      : open.reason;
    return { reason, settle: open.settle };
  }
  // Repeating the workloads decides nothing if the targets do not meet the needs.
  const settle = runAdvice(statement, workloadScenarios(statement));
  if (isOffAws) {
    const off = "not testable here: no AWS storage was measured";
    return { reason: { code: "off-aws", words: off }, settle };
  }
  const before = own.length === 0 ? "no run applies to it" : "supported in part";
  const words = `${before}; no run for ${missing.join(", ")}`;
  return { reason: { code: "no-run", words }, settle };
}
