/**
 * Report on the statements of the storage guide: verdicts first, then results and costs of
 * workloads. This file has the list of sections; each is a function of a `GuideSubject`
 * (`subject.ts`), which has what they share. Verdicts and costs come in as data: nothing is
 * evaluated here. Caveats are in `caveats.ts`, workloads by storage in `grid.ts`, the short answer
 * in `screen.ts`, the charts in `view/`.
 */

import type { Run } from "../../model/run/run.ts";
import { declaredAfterBlocks } from "../parts/declared.ts";
import { type Block, list, loud, paragraph, sentenceText } from "../parts/document.ts";
import { formatCount, sentence } from "../parts/format.ts";
import { offAwsSentence, shortKind } from "../parts/kind.ts";
import { type Document, type Section, type SectionOf, sectionsOf } from "../report.ts";
import { besideSection } from "./beside.ts";
import { choosingSection } from "./choosing.ts";
import { costsSection } from "./costs.ts";
import { guideData } from "./data.ts";
import { derivationSection, remedySection } from "./open-statements.ts";
import { runSection } from "./runs.ts";
import { shortSection } from "./short.ts";
import { evidenceSection, statementSection } from "./statements.ts";
import { type GuideInput, type GuideSubject, guideSubject } from "./subject.ts";
import { guideView } from "./view/view.ts";
import { workloadSection } from "./workloads.ts";

/** The sections in the order they are read; a new one is a line here. */
const SECTIONS: readonly SectionOf<GuideSubject>[] = [
  shortSection,
  choosingSection,
  statementSection,
  evidenceSection,
  derivationSection,
  workloadSection,
  costsSection,
  besideSection,
  remedySection,
  runSection,
  readingSection,
];

/** The statements of the guide with their verdicts, results of workloads, and costs. */
export function guideReport(input: GuideInput): Document {
  const subject = guideSubject(input);
  return {
    title: "Statements of the storage guide",
    lead: leadOf(input.runs),
    view: guideView(subject),
    sections: sectionsOf(SECTIONS, subject),
    data: guideData(input),
  };
}

function leadOf(runs: readonly Run[]): readonly Block[] {
  const offAws = offAwsSentence(runs.map(({ target }) => target));
  const mismatches = new Set(
    runs.flatMap(({ target, storage }) =>
      (storage?.mismatches ?? []).map((mismatch) => sentence(`${target.name}: ${mismatch}`)),
    ),
  );
  return [
    ...(offAws === null ? [] : [loud(offAws)]),
    ...(runs.length === 0 ? [loud("No runs: nothing was measured.")] : []),
    ...declaredAfterBlocks(runs),
    ...[...mismatches].map((mismatch) => loud(...sentenceText(mismatch))),
    ...(runs.length === 0 ? [] : [paragraph(measuredOn(runs))]),
  ];
}

/** `Measured on 2026-11-20, in 6 runs: general (EBS gp3), …`. */
function measuredOn(runs: readonly Run[]): string {
  const targets = new Map(runs.map(({ target }) => [target.name, target]));
  const named = [...targets.values()].map((one) => `${one.name} (${shortKind(one, null)})`);
  const days = runs.map(({ startedAt }) => startedAt.slice(0, 10)).sort();
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  const open = runs.filter(({ state }) => state !== "complete").length;
  const note = open === 0 ? "" : ` (${formatCount(open)} of them incomplete)`;
  const counted = (runs.length === 1 ? "1 run" : `${formatCount(runs.length)} runs`) + note;
  return `Measured ${when}, in ${counted}: ${named.join(", ")}.`;
}

function readingSection({ isOff }: GuideSubject): Section | null {
  return isOff ? null : READING;
}

const READING: Section = {
  title: "Definitions",
  isDetail: true,
  blocks: [
    list([
      "Supported: the whole interval of the measured value agrees with the figure, including its " +
        "tolerance. Refuted: no part of it agrees. Inconclusive: some of it agrees, or something " +
        "prevented a verdict. One refuted claim refutes a statement; its decision rule says " +
        "which claims support it. No measurement decides some of the statements.",
      "Numbers in parentheses after a measured value: its interval, with 99% confidence unless " +
        "another one is given.",
      "A limit of the host or of the load generator can only make storage look slower, so a " +
        "value that it may explain refutes nothing. A cache can only make storage look " +
        "faster, so a value that it may explain supports nothing.",
      "MB/s: 10^6 bytes per second. MiB/s: 2^20 bytes per second. Latency: time of a single " +
        "operation from issue to completion.",
    ]),
  ],
};
