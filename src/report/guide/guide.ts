/**
 * Report on the statements of the storage guide: verdicts first, then what workloads measured and
 * cost. This file has the list of sections; each is a function of a `GuideSubject` (`subject.ts`),
 * in which all that they share is made once. Verdicts and costs come in as data: nothing is
 * evaluated here. Caveats about numbers are in `doubts.ts`, workloads by storage in `grid.ts`.
 */

import type { Run } from "../../model/run/run.ts";
import { type Block, list, loud, paragraph, sentenceText } from "../parts/document.ts";
import { sentence } from "../parts/format.ts";
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

/**
 * The statements of the guide: what was asked, what was found, how sure, what it costs and what
 * follows for choosing storage. Verdicts come first, what workloads measured after them.
 */
export function guideReport(input: GuideInput): Document {
  return {
    title: "What the guide says, and what was measured",
    lead: leadOf(input.runs),
    sections: sectionsOf(SECTIONS, guideSubject(input)),
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
    ...(runs.length === 0 ? [loud("No run was given, so nothing was measured.")] : []),
    ...[...mismatches].map((mismatch) => loud(...sentenceText(mismatch))),
    ...(runs.length === 0 ? [] : [paragraph(measuredOn(runs))]),
  ];
}

/** What was measured, and when. */
function measuredOn(runs: readonly Run[]): string {
  const targets = new Map(runs.map(({ target }) => [target.name, target]));
  const named = [...targets.values()].map((one) => `${one.name} (${shortKind(one, null)})`);
  const days = runs.map(({ startedAt }) => startedAt.slice(0, 10)).sort();
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  const counted = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  return `Measured ${when}, in ${counted}: ${named.join(", ")}.`;
}

function readingSection({ isOff }: GuideSubject): Section | null {
  return isOff ? null : READING;
}

const READING: Section = {
  title: "How to read this",
  blocks: [
    list([
      "Supported: everything that the measurement may be, its interval, agrees with the figure " +
        "and its tolerance. Refuted: nothing of it does. Inconclusive: neither, or something " +
        "stood in the way. A statement is refuted by one of its claims and supported by all, as " +
        "its derivation says; some are not decided by any measurement.",
      "Numbers in brackets behind a measured value are its interval, of 99 % confidence unless " +
        "another one is given.",
      "A limit of the machine or of the load generator can only make storage look slower: what " +
        "it may have caused refutes nothing. What can only flatter, such as a cache, supports " +
        "nothing.",
      "MB/s: 10^6 bytes a second. MiB/s: 2^20. Latencies are of single operations, from issue to " +
        "completion.",
    ]),
  ],
};
