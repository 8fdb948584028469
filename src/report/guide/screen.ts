import { figureWords, shown, targetWords } from "../../model/claim/figure-words.ts";
import { OUTCOMES, type Outcome } from "../../model/claim/verdict.ts";
import { plain, sentenceText, type Text } from "../parts/document.ts";
import { MISSING } from "../parts/format.ts";
import { offAwsSentence } from "../parts/kind.ts";
import { declaredLines } from "../screen/declared-lines.ts";
import { type Screen, type ScreenLine, screenLine } from "../screen/screen.ts";
import { choiceItems } from "./choosing.ts";
import { inconclusiveReasons } from "./short.ts";
import { type GuideInput, guideSubject, type JudgedStatement } from "./subject.ts";

/** The short answer of `assay report --guide`: decided statements, reasons of the others, ranks. */
export function guideScreen(input: GuideInput): Screen {
  const subject = guideSubject(input);
  const { judged, runs } = subject;
  const decided = (["refuted", "supported"] as const).flatMap((outcome) => of(judged, outcome));
  const counts = OUTCOMES.map((outcome) => `${of(judged, outcome).length} ${outcome}`).join(", ");
  const offAws = offAwsSentence(runs.map(({ target }) => target));
  const choice = choiceItems(subject);
  const runCount = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  return {
    headline: `${judged.length} statements of the guide: ${counts} (${runCount})`,
    table: decided.length === 0 ? null : tableOf(decided),
    lines: [
      ...labelled("Open", inconclusiveReasons(judged)),
      ...labelled("Choice", choice),
      ...declaredLines(runs),
      ...(offAws === null ? [] : [screenLine("Scope", offAws)]),
      screenLine("Next", "--print report shows every statement, claim, workload, cost and remedy."),
    ],
    others: "see --print report",
  };
}

function of(judged: readonly JudgedStatement[], outcome: Outcome): readonly JudgedStatement[] {
  return judged.filter((one) => one.judged.outcome === outcome);
}

function tableOf(decided: readonly JudgedStatement[]) {
  const left = (title: string) => ({ title, align: "left" }) as const;
  const right = (title: string) => ({ title, align: "right" }) as const;
  const columns = [
    left("STATEMENT"),
    left("VERDICT"),
    right("MEASURED"),
    right("FIGURE"),
    { ...left("TARGET"), optional: true },
  ];
  const rows = decided.map(({ statement, judged, leading }) => {
    const { claim, verdict } = leading ?? { claim: null, verdict: null };
    const measured = verdict?.measured ?? null;
    const figure = verdict?.figure ?? null;
    return [
      `${statement.id} ${statement.statement}`,
      judged.outcome,
      claim === null || measured === null ? MISSING : shown(measured.value, claim),
      claim === null || figure === null ? MISSING : figureWords(figure, claim),
      verdict === null ? MISSING : targetWords(verdict),
    ];
  });
  return { columns, rows, noun: "statement" };
}

function labelled(label: string, items: readonly Text[]): readonly ScreenLine[] {
  if (items.length === 0) return [];
  const texts = items.map((item) => plain(sentenceText(plain(item))));
  return [{ label, items: texts, tone: "plain" }];
}
