import { figureWords, shown } from "../../model/claim/figure-words.ts";
import type { Outcome } from "../../model/claim/verdict.ts";
import { plain, sentenceText } from "../parts/document.ts";
import { formatCount, MISSING } from "../parts/format.ts";
import { type Screen, screenLine } from "../screen/screen.ts";
import { asSentence, type Judged } from "./table.ts";

/** Input of the demo's screen. */
export interface DemoSubject {
  readonly verdicts: readonly Judged[];
  readonly notes: readonly string[];
  /** Counts of the guide's statements by reason. */
  readonly statements: string;
  /** Duration of the demo. */
  readonly seconds: number;
  /** File with the whole report. */
  readonly report: string;
}

const ORDER: readonly Outcome[] = ["supported", "refuted", "inconclusive"];

/** Verdicts to show: decided ones, and rates that the load generator limited. */
function telling(verdicts: readonly Judged[]): readonly Judged[] {
  const shown = verdicts.filter(
    ({ verdict: { outcome, reason } }) =>
      outcome !== "inconclusive" || reason.code === "client-bound",
  );
  const ordered = ORDER.flatMap((one) => shown.filter(({ verdict }) => verdict.outcome === one));
  // Two claims with one figure and one measurement show the same.
  const alike = new Map<string, Judged>();
  for (const one of ordered) {
    const key = [outcomeWords(one), measuredText(one), figureText(one)].join();
    if (!alike.has(key)) alike.set(key, one);
  }
  return [...alike.values()];
}

/** The outcome, or `client-bound` if the load generator is why there is none. */
function outcomeWords({ verdict: { outcome } }: Judged): string {
  return outcome === "inconclusive" ? "client-bound" : outcome;
}

/** Verdicts of the demo with their reasons, what the storage is, and what to run next. */
export function demoScreen(subject: DemoSubject): Screen {
  const { verdicts, notes, statements, seconds, report } = subject;
  const kept = telling(verdicts);
  // Decided claims that repeat a row are neither shown nor inconclusive.
  const others = verdicts.filter(isInconclusive).length - kept.filter(isInconclusive).length;
  const reasons = new Map<string, string>();
  for (const one of kept) {
    const { outcome, reason } = one.verdict;
    if (outcome === "supported") continue;
    const [short = ""] = reason.words.split(", assuming");
    const words = plain(sentenceText(asSentence(short)));
    if (!reasons.has(words)) reasons.set(words, `${one.claim.id}: ${words}`);
  }
  const why = [...reasons.values()];
  return {
    headline: `Published claims, tested on storage of known behavior: ${countsOf(kept)}`,
    table: tableOf(kept),
    lines: [
      ...(why.length === 0
        ? []
        : [{ label: "Why", items: why, tone: kept.some(isRefuted) ? "bad" : "plain" } as const]),
      ...(notes.length === 0 ? [] : [{ label: "Storage", items: notes, tone: "plain" } as const]),
      screenLine(
        "Others",
        `${formatCount(others)} verdicts inconclusive${busy(verdicts)}. ${statements}`,
      ),
      screenLine("Report", report),
      screenLine("Next", "assay run random-read --target DIRECTORY: the same on your storage"),
      screenLine("Time", `${Math.round(seconds)} s`),
    ],
    others: "see the report",
  };
}

/** How many verdicts other programs prevented, after a semicolon; empty without any. */
function busy(verdicts: readonly Judged[]): string {
  const prevented = verdicts.filter(({ verdict }) => verdict.reason.code === "harness").length;
  return prevented === 0 ? "" : `, ${prevented} of them because other programs use the CPUs`;
}

function isInconclusive({ verdict }: Judged): boolean {
  return verdict.outcome === "inconclusive";
}

function isRefuted({ verdict }: Judged): boolean {
  return verdict.outcome === "refuted";
}

function countsOf(kept: readonly Judged[]): string {
  const counts = new Map<string, number>();
  for (const one of kept) counts.set(outcomeWords(one), (counts.get(outcomeWords(one)) ?? 0) + 1);
  const words = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
  return words.length === 0 ? "none decided" : words.join(", ");
}

function tableOf(kept: readonly Judged[]) {
  const left = (title: string) => ({ title, align: "left" }) as const;
  const right = (title: string) => ({ title, align: "right" }) as const;
  const rows = kept.map((one) => [
    one.claim.says,
    outcomeWords(one),
    measuredText(one),
    figureText(one),
  ]);
  const columns = [left("CLAIM"), left("VERDICT"), right("MEASURED"), right("FIGURE")];
  return kept.length === 0 ? null : { columns, rows, noun: "verdict" };
}

function measuredText({ claim, verdict: { measured } }: Judged): string {
  return measured === null ? MISSING : shown(measured.value, claim);
}

function figureText({ claim, verdict: { figure } }: Judged): string {
  return figure === null ? MISSING : figureWords(figure, claim);
}
