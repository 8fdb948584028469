import { targetWords } from "../../model/claim/figure-words.ts";
import { ASKS_NOTHING, type Outcome } from "../../model/claim/verdict.ts";
import { sentenceText, type Text } from "../parts/document.ts";
import { formatCount } from "../parts/format.ts";
import type { Document } from "../report.ts";
import { asSentence, type Judged } from "../verdict/table.ts";
import { type JobVerdict, jobSummary } from "./summary.ts";

/** The job summary of `assay verify`. */
export function claimsSummary(verdicts: readonly Judged[], document: Document): Document {
  const refuted = verdicts.filter(({ verdict }) => verdict.outcome === "refuted");
  const counted = verdicts.filter(({ verdict }) => !ASKS_NOTHING.has(verdict.reason.code));
  const verdict = verdictOf(
    verdicts.map((one) => one.verdict.outcome),
    counted.map((one) => one.verdict.outcome),
    "claim",
    refuted.map((one) => [
      { code: one.claim.id },
      ` on ${targetWords(one.verdict)}: `,
      ...sentenceText(asSentence(one.verdict.reason.words)),
    ]),
  );
  return jobSummary(verdict, [{ title: document.title, document }]);
}

/** A statement of the guide with the outcome of its claims. */
interface StatementOutcome {
  readonly id: string;
  readonly says: string;
  readonly outcome: Outcome;
  readonly reason: string;
}

/** The job summary of `assay report --guide`. */
export function guideSummary(
  statements: readonly StatementOutcome[],
  document: Document,
): Document {
  const outcomes = statements.map(({ outcome }) => outcome);
  const refuted = statements.filter(({ outcome }) => outcome === "refuted");
  const reasons = refuted.map(
    ({ id, says, reason }): Text => [
      { strong: id },
      ` ${says.replace(/\.$/, "")}: `,
      ...sentenceText(asSentence(reason)),
    ],
  );
  const verdict = verdictOf(outcomes, outcomes, "statement", reasons);
  return jobSummary(verdict, [{ title: document.title, document }]);
}

/** Refuted ones lead; all supported is good. `counted`: those that an exit code counts. */
function verdictOf(
  outcomes: readonly Outcome[],
  counted: readonly Outcome[],
  noun: string,
  reasons: readonly Text[],
): JobVerdict {
  const all = outcomes.length;
  if (all === 0) return { mark: "open", headline: `no ${noun} was evaluated`, reasons };
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  const of = `of ${formatCount(all)} ${noun}${all === 1 ? "" : "s"}`;
  const refuted = count("refuted");
  const first = refuted > 0 ? "refuted" : "supported";
  const others = (["supported", "inconclusive"] as const).filter(
    (outcome) => outcome !== first && count(outcome) > 0,
  );
  const headline = [
    `${formatCount(count(first))} ${of} ${first}`,
    ...others.map((outcome) => `${formatCount(count(outcome))} ${outcome}`),
  ].join(", ");
  const isGood = counted.length > 0 && counted.every((outcome) => outcome === "supported");
  return { mark: refuted > 0 ? "bad" : isGood ? "good" : "open", headline, reasons };
}
