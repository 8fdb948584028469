import { agreement } from "../../model/claim/agreement.ts";
import {
  figureWords,
  intervalWords,
  shareText,
  shown,
  targetWords,
} from "../../model/claim/figure-words.ts";
import { OUTCOMES, type Outcome } from "../../model/claim/verdict.ts";
import {
  type Block,
  type Card,
  type Cards,
  type Chart,
  code,
  type Paragraph,
  paragraph,
  sentenceText,
  strong,
  type Tile,
  type Tiles,
  type Tone,
} from "../parts/document.ts";
import { formatCount, formatRatio, sentence } from "../parts/format.ts";
import type { BulletFigure } from "../parts/runs-figure.ts";
import { asSentence, type Judged } from "./table.ts";

/** Outcomes in the order of their cards: those that need attention first. */
const ORDER: readonly Outcome[] = ["refuted", "supported", "inconclusive"];

export const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  refuted: "bad",
  supported: "good",
  inconclusive: "caveat",
};

/** At most this many cards on a page; the sections have all verdicts. */
const MAX_CARDS = 40;

/** How many statements or claims have each outcome. */
export function outcomeTiles(
  outcomes: readonly Outcome[],
  shownOutcomes: readonly Outcome[] = OUTCOMES,
): Tiles {
  const tiles = shownOutcomes.map((outcome): Tile => {
    const count = outcomes.filter((one) => one === outcome).length;
    const tone = count === 0 ? "neutral" : OUTCOME_TONES[outcome];
    return { value: formatCount(count), label: outcome, tone };
  });
  return { kind: "tiles", tiles };
}

/** Cards with the refuted ones first, as many as a page shows. */
export function orderedCards(
  cards: readonly (Card & { readonly outcome: Outcome })[],
): readonly Block[] {
  const ordered = ORDER.flatMap((outcome) => cards.filter((one) => one.outcome === outcome));
  if (ordered.length === 0) return [];
  const shownCards = ordered.slice(0, MAX_CARDS).map(({ outcome: _, ...card }) => card);
  const left = ordered.length - shownCards.length;
  const block: Cards = { kind: "cards", cards: shownCards };
  const rest =
    left === 0 ? [] : [paragraph(`${formatCount(left)} more are in the sections below.`)];
  return [paragraph(BULLET_READING), block, ...rest];
}

const BULLET_READING =
  "Bar: measured value from 0, with its interval as a thin line. Thick mark: the " +
  "claimed figure. Green part: values that agree with the claim, including its tolerance. " +
  "Dashed: limit of the instance, the client or the volume.";

/**
 * The measured value and the claimed figure, with a picture of both. `id` is unique in its
 * document.
 */
export function claimBlocks(result: Judged, id: string): readonly Block[] {
  const { claim, verdict } = result;
  const bullet = bulletChart(result, id);
  return [
    paragraph(sentence(claim.says), " ", code(targetWords(verdict))),
    valueParagraph(result),
    ...beyondLimit(result),
    ...(bullet === null ? [] : [bullet]),
  ];
}

function valueParagraph({ claim, verdict: { measured, figure } }: Judged): Paragraph {
  if (measured === null) return paragraph("No value was measured.");
  const tolerance = claim.tolerance === 0 ? "" : ` (tolerance ${shareText(claim.tolerance)})`;
  const claimed = figure === null ? "" : `; claimed: ${figureWords(figure, claim)}${tolerance}`;
  return paragraph(
    strong(shown(measured.value, claim)),
    `${intervalWords(measured, claim)}${claimed}.`,
  );
}

/** Share above a limit that rounding and bursts of a second explain. */
const MAX_BEYOND = 1.1;

/** A value above the limit of its storage or host, which its declaration or a cache explains. */
function beyondLimit({ claim, verdict: { measured, bound } }: Judged): readonly Block[] {
  if (measured === null || bound === null || claim.measure.kind === "share-of-seconds") return [];
  const lowest = measured.low ?? measured.value;
  if (bound.value <= 0 || lowest <= MAX_BEYOND * bound.value) return [];
  const factor = formatRatio(measured.value / bound.value);
  return [
    paragraph(
      strong(`${factor} of the limit`),
      `: ${bound.words}. The declared values are wrong, or a cache answered.`,
    ),
  ];
}

/** The bullet of a verdict; null without a measured value or a figure. */
function bulletChart(result: Judged, id: string): Chart | null {
  const figure = bulletFigure(result);
  if (figure === null) return null;
  return {
    kind: "chart",
    id,
    title: `${result.claim.id}: ${figure.measuredWords}`,
    reading: figure.figureWords,
    figure,
    numbers: null,
  };
}

/** Tones of bullets: an inconclusive value is neither. */
const TONES = { refuted: "bad", supported: "good", inconclusive: "neutral" } as const;

function bulletFigure({ claim, verdict }: Judged): BulletFigure | null {
  const { measured, figure, bound, outcome } = verdict;
  if (measured === null || figure === null) return null;
  const figures = [figure.value, figure.low, figure.high].filter((one) => one !== null);
  const [least, most] = agreement(claim, figure);
  const isSameUnit = claim.measure.kind !== "share-of-seconds";
  return {
    kind: "bullet",
    tone: TONES[outcome],
    value: measured.value,
    low: measured.low,
    high: measured.high,
    figures,
    least,
    most,
    bound: isSameUnit ? (bound?.value ?? null) : null,
    measuredWords: `${shown(measured.value, claim)}${intervalWords(measured, claim)}`,
    figureWords: figureWords(figure, claim),
    boundWords: bound === null ? null : `limit: ${bound.words}`,
  };
}

/** Why there is a verdict or none, and the run that would decide it. */
export function reasonBlocks(
  words: string,
  settle: string | null,
  outcome: Outcome,
): readonly Block[] {
  const remedy =
    settle === null || outcome !== "inconclusive"
      ? []
      : [paragraph(strong("Remedy: "), ...sentenceText(asSentence(settle)))];
  return [paragraph(...sentenceText(asSentence(words))), ...remedy];
}

/** The first part of the page of verdicts: counts, then a card per claim with a measured value. */
export function verdictView(results: readonly Judged[]): readonly Block[] {
  const cards = results.flatMap((one, at) => {
    const { claim, verdict } = one;
    const { outcome, measured, reason, settle } = verdict;
    if (measured === null && outcome === "inconclusive") return [];
    const blocks = [
      ...claimBlocks(one, `claim-${at + 1}`),
      ...reasonBlocks(reason.words, settle, outcome),
    ];
    return [{ id: claim.id, tone: OUTCOME_TONES[outcome], word: outcome, blocks, outcome }];
  });
  if (results.length === 0) return [];
  const left = results.length - cards.length;
  const rest =
    left === 0
      ? []
      : [paragraph(`Without a measured value, in the sections below: ${formatCount(left)}.`)];
  const tiles = outcomeTiles(results.map(({ verdict }) => verdict.outcome));
  return [tiles, ...orderedCards(cards), ...rest];
}
