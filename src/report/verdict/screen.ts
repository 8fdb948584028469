import { figureWords, shown, targetWords } from "../../model/claim/figure-words.ts";
import type { Outcome } from "../../model/claim/verdict.ts";
import type { Run } from "../../model/run/run.ts";
import { plain, sentenceText } from "../parts/document.ts";
import { MISSING } from "../parts/format.ts";
import { offAwsSentence } from "../parts/kind.ts";
import { declaredLines } from "../screen/declared-lines.ts";
import { type Screen, type ScreenLine, screenLine, type Tone } from "../screen/screen.ts";
import { asSentence, type Judged } from "./table.ts";
import { NO_VERDICT, remedies, verdictCounts } from "./verdict.ts";

/** Outcomes in the order of their rows: those that need attention first. */
const ORDER: readonly Outcome[] = ["refuted", "supported", "inconclusive"];

const TONES: Readonly<Record<Outcome, Tone>> = {
  refuted: "bad",
  supported: "good",
  inconclusive: "plain",
};

/** The short answer of `assay verify`: one row per verdict, then reasons and next steps. */
export function verdictScreen(judged: readonly Judged[], runs: readonly Run[]): Screen {
  const ordered = ORDER.flatMap((outcome) =>
    judged.filter(({ verdict }) => verdict.outcome === outcome),
  );
  return {
    headline: judged.length === 0 ? NO_VERDICT : verdictCounts(judged),
    table: ordered.length === 0 ? null : tableOf(ordered),
    lines: linesOf(ordered, runs),
    others: "see --print report",
  };
}

function tableOf(judged: readonly Judged[]) {
  const left = (title: string) => ({ title, align: "left" }) as const;
  const right = (title: string) => ({ title, align: "right" }) as const;
  const columns = [
    left("CLAIM"),
    left("VERDICT"),
    right("MEASURED"),
    right("FIGURE"),
    { ...left("TARGET"), optional: true },
  ];
  const rows = judged.map(({ claim, verdict }) => [
    claim.id,
    verdict.outcome,
    verdict.measured === null ? MISSING : shown(verdict.measured.value, claim),
    verdict.figure === null ? MISSING : figureWords(verdict.figure, claim),
    targetWords(verdict),
  ]);
  return { columns, rows, noun: "verdict" };
}

function linesOf(judged: readonly Judged[], runs: readonly Run[]): readonly ScreenLine[] {
  const offAws = offAwsSentence(runs.map(({ target }) => target));
  const reasons = new Map<string, { readonly outcome: Outcome; readonly ids: Set<string> }>();
  for (const { claim, verdict } of judged) {
    const words = verdict.reason.words;
    const known = reasons.get(words) ?? { outcome: verdict.outcome, ids: new Set<string>() };
    reasons.set(words, known);
    known.ids.add(claim.id);
  }
  const items = [...reasons].map(
    ([words, { ids }]) => `${namesOf([...ids])}: ${plain(sentenceText(asSentence(words)))}`,
  );
  const next = [...remedies(judged)].map(
    ([settle, ids]) => `${namesOf(ids)}: ${plain(sentenceText(asSentence(settle)))}`,
  );
  const tone = TONES[judged[0]?.verdict.outcome ?? "inconclusive"];
  return [
    ...(items.length === 0 ? [] : [{ label: "Reasons", items, tone }]),
    ...declaredLines(runs),
    ...(offAws === null ? [] : [screenLine("Scope", offAws)]),
    { label: "Next", items: [...next, ALL], tone: "plain" },
  ];
}

const ALL = "--print report shows intervals, limits, caveats, definitions and sources.";

/** One claim by its id, several by their number. */
function namesOf(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] ?? "") : `${ids.length} claims`;
}
