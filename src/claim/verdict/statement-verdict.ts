import type { Derivation, Statement } from "../../model/claim/statement.ts";
import { ASKS_NOTHING, type StatementVerdict, type Verdict } from "../../model/claim/verdict.ts";

/** Of a statement that has no derivation: its claims decide it, where there are any. */
const BY_CLAIMS: Pick<Derivation, "supported" | "refuted" | "undecided" | "rule"> = {
  supported: "All of its claims are supported.",
  refuted: "One of its claims is refuted.",
  undecided: null,
  rule: "all",
};

/**
 * Evaluates the derivation of a statement over the verdicts on its claims: refuted as soon as one
 * of them is, supported where all that carry it are (or any, by its rule), on every target that was
 * asked; else inconclusive, for the first reason there is. What no measurement can decide is
 * `not-decided`, whatever was run. `isOffAws`: nothing at all was measured on storage of AWS.
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
    const reason = { code: "no-measure", words: "nothing that a run measures decides it" } as const;
    return { ...base, outcome: "inconclusive", reason, settle: null };
  }
  if (derivation.supported === null && derivation.refuted === null) {
    return { ...base, ...undecided(derivation) };
  }
  // What asks for nothing leaves nothing open.
  const asking = all.filter(({ reason: { code } }) => !ASKS_NOTHING.has(code));
  const onAws = asking.filter(({ reason: { code } }) => code !== "off-aws");
  const own = onAws.length > 0 ? onAws : asking;
  const refuted = own.find(({ outcome }) => outcome === "refuted");
  if (refuted !== undefined) {
    if (derivation.refuted === null) return { ...base, ...undecided(derivation) };
    return { ...base, outcome: "refuted", reason: refuted.reason, settle: null };
  }
  const silent = silentOf(statement, all);
  const open = own.find(({ outcome }) => outcome === "inconclusive");
  if (own.length > 0 && open === undefined && silent.length === 0) {
    if (derivation.supported === null) return { ...base, ...undecided(derivation) };
    const [first] = own;
    const words = own.length === 1 ? (first?.reason.words ?? "") : `all ${own.length} claims agree`;
    return { ...base, outcome: "supported", reason: { code: "agrees", words }, settle: null };
  }
  const heard = { all, own, silent, open };
  return { ...base, outcome: "inconclusive", ...openReason(statement, heard, isOffAws) };
}

type Reasoned = Pick<StatementVerdict, "reason" | "settle">;

/** No run settles it: measurements cannot show it, or cannot show the outcome that is left. */
function undecided(
  derivation: Pick<Derivation, "supported" | "refuted" | "undecided">,
): Reasoned & Pick<StatementVerdict, "outcome"> {
  const why = derivation.undecided ?? "nothing that a run measures decides it";
  const isOpen = derivation.supported === null && derivation.refuted === null;
  const found = derivation.refuted === null ? "agrees with" : "contradicts";
  const before = isOpen ? "" : `nothing measured ${found} it, and beyond that it is `;
  const words = `${before}not decided by these measurements: ${lowerFirst(why)}`;
  return { outcome: "inconclusive", reason: { code: "not-decided", words }, settle: null };
}

/** A sentence as a part of another; names such as S3 and EFS keep their capitals. */
function lowerFirst(sentence: string): string {
  const [first = ""] = sentence.split(" ");
  const isName = /[A-Z0-9]/.test(first.slice(1));
  const rest = isName ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1);
  return rest.replace(/\.$/, "");
}

/** Claims that were not heard and are missed: by the rule `any`, all of them or none. */
function silentOf({ claims, derivation }: Statement, all: readonly Verdict[]): readonly string[] {
  const silent = claims.filter((id) => !all.some(({ claim }) => claim === id));
  return derivation?.rule === "any" && silent.length < claims.length ? [] : silent;
}

interface Heard {
  readonly all: readonly Verdict[];
  /** Those that ask for something, on storage of AWS where there are any. */
  readonly own: readonly Verdict[];
  readonly silent: readonly string[];
  readonly open: Verdict | undefined;
}

function openReason(
  statement: Statement,
  { all, own, silent, open }: Heard,
  isOffAws: boolean,
): Reasoned {
  const [quiet] = all;
  if (own.length === 0 && quiet !== undefined && silent.length === 0) {
    return { reason: quiet.reason, settle: quiet.settle };
  }
  const isPart = own.some(({ outcome }) => outcome === "supported");
  if (open !== undefined) {
    const { code, words } = open.reason;
    const reason = isPart
      ? { code, words: `supported in part; ${open.claim}: ${words}` }
      : open.reason;
    return { reason, settle: open.settle };
  }
  // The same workloads again decide nothing where the targets are not what it takes.
  const needed = statement.needs.replace(/\.$/, "");
  const kinds = statement.kinds.join(", ");
  const settle = `run ${scenariosOf(statement)} on ${kinds}; needed: ${needed}`;
  if (isOffAws) {
    const off = "it cannot be tested here: nothing was measured on storage of AWS";
    return { reason: { code: "off-aws", words: off }, settle };
  }
  const before = own.length === 0 ? "no run speaks to it" : "supported in part";
  const words = `${before}; nothing was run for ${silent.join(", ")}`;
  return { reason: { code: "no-run", words }, settle };
}

function scenariosOf({ workloads }: Statement): string {
  const names = [...new Set(workloads.map(({ scenario }) => scenario))];
  return names.length === 0 ? "a workload of its kind" : names.join(", ");
}
