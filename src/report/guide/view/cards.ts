import type { Verdict } from "../../../model/claim/verdict.ts";
import { type Block, fold, list, paragraph, strong, type Text } from "../../parts/document.ts";
import { formatCount, sentence } from "../../parts/format.ts";
import { claimBlocks, OUTCOME_TONES, orderedCards, reasonBlocks } from "../../verdict/cards.ts";
import { asSentence, type Judged } from "../../verdict/table.ts";
import type { GuideSubject, JudgedStatement } from "../subject.ts";

/** At most this many claims in the card of a statement. */
const MAX_CLAIMS = 3;

/** A card per statement with a measured value, refuted first; the others are folded. */
export function statementCards({ judged, claims }: GuideSubject): readonly Block[] {
  const found = judged.map((one) => ({ one, measured: measuredClaims(one, claims) }));
  const shown = found.filter(
    ({ one, measured }) => measured.length > 0 || one.judged.outcome !== "inconclusive",
  );
  const silent = found.filter((one) => !shown.includes(one)).map(({ one }) => one);
  const cards = shown.map(({ one, measured }) => cardOf(one, measured));
  const others =
    silent.length === 0
      ? []
      : [
          fold(`${formatCount(silent.length)} statements without a measurement, and their remedy`, [
            list(silent.map(silentText)),
          ]),
        ];
  return [...orderedCards(cards), ...others];
}

/** Claims with a measured value; the one that decides the verdict comes first. */
function measuredClaims(
  { judged, leading }: JudgedStatement,
  claims: GuideSubject["claims"],
): readonly Judged[] {
  const deciding = (verdict: Verdict): number => (verdict === leading?.verdict ? 0 : 1);
  return judged.verdicts
    .toSorted((one, other) => deciding(one) - deciding(other))
    .flatMap((verdict) => {
      const claim = claims.find(({ id }) => id === verdict.claim);
      return claim === undefined || verdict.measured === null ? [] : [{ claim, verdict }];
    });
}

function cardOf({ statement, judged }: JudgedStatement, measured: readonly Judged[]) {
  const { outcome, reason, settle } = judged;
  const left = measured.length - MAX_CLAIMS;
  const blocks = [
    paragraph(strong(sentence(statement.statement))),
    ...measured
      .slice(0, MAX_CLAIMS)
      .flatMap((one, at) => claimBlocks(one, `statement-${statement.id}-${at + 1}`)),
    ...(left > 0 ? [paragraph(`${left} more claims are in the section Claims.`)] : []),
    ...reasonBlocks(reason.words, settle, outcome),
  ];
  return { id: statement.id, tone: OUTCOME_TONES[outcome], word: outcome, blocks, outcome };
}

function silentText({ statement, judged }: JudgedStatement): Text {
  const remedy = judged.settle === null ? "" : ` Remedy: ${asSentence(judged.settle)}`;
  return [strong(statement.id), `: ${sentence(statement.statement)}${remedy}`];
}
