import { OUTCOMES, type ReasonCode } from "../../model/claim/verdict.ts";
import {
  type Block,
  type Inline,
  list,
  paragraph,
  sentenceText,
  strong,
  type Text,
} from "../parts/document.ts";
import { sentence } from "../parts/format.ts";
import type { Section } from "../report.ts";
import type { GuideSubject, JudgedStatement } from "./subject.ts";

/** Why statements are inconclusive, as a sentence about several of them goes on. */
const WHY: Readonly<Record<ReasonCode, string>> = {
  agrees: "the measurement agrees",
  contradicts: "the measurement contradicts",
  "below-ceiling": "the measurement stayed below a ceiling, which shows nothing",
  uncertain: "the measurement is too uncertain to tell",
  "no-run": "nothing was run that decides them, or not all of it",
  unlike: "the phases to compare differ in more than what is compared",
  "not-decided": "not decided by these measurements, and by no others",
  "off-aws": "what was measured is no storage of AWS",
  mismatch: "the target is not what it was declared to be",
  incomplete: "a run was not finished",
  errors: "operations failed",
  undeclared: "nobody said what was provisioned",
  memory: "what was measured lies in memory",
  cache: "a cache answered",
  initialisation: "the data was touched for the first time",
  "instance-bound": "the machine's own limit was in the way",
  "network-bound": "the machine's network was in the way",
  "client-bound": "the load generator was the limit",
  harness: "the load generator was disturbed",
  "queue-depth": "too little was in flight to reach the figure",
  "burst-state": "the state of the burst credits was not the one it takes",
  zone: "machine and storage may be in different zones",
  "too-short": "it was measured for too short a time",
  "one-client": "one client cannot decide them, and assay does not combine several hosts yet",
  repetitions: "it takes more repetitions",
  "no-measure": "nothing that can be measured decides them, or it was not measured",
  superseded: "the figure is no longer published",
};

/** Counts, then each verdict that is one in a sentence, then why the others are none. */
export function shortSection({ judged: all, isOff }: GuideSubject): Section {
  const counted = OUTCOMES.map((outcome) => ({
    outcome,
    count: all.filter(({ judged }) => judged.outcome === outcome).length,
  }));
  // Off AWS no statement can be either, so the words would only catch the eye.
  const told = counted.filter(({ outcome }) => !isOff || outcome === "inconclusive");
  const counts = told.map(({ outcome, count }) => `${count} ${outcome}`).join(", ");
  const blocks: Block[] = [
    paragraph(
      `The guide makes ${all.length} statements about performance. What these runs say about ` +
        "them: ",
      strong(counts),
      ".",
    ),
  ];
  const items = [
    ...(["refuted", "supported"] as const).flatMap((outcome) =>
      all.filter(({ judged }) => judged.outcome === outcome).map(sentenceOf),
    ),
    ...groups(all),
  ];
  if (items.length > 0) blocks.push(list(items));
  return { title: "In short", blocks };
}

function sentenceOf({ statement, judged, leading }: JudgedStatement): Text {
  const where = leading === null ? "" : ` on ${leading.verdict.targets.join(" over ")}`;
  const found: Inline[] = [];
  if (leading !== null) found.push(` ${leading.claim.says} Found${where}: `);
  found.push(...sentenceText(sentence(leading?.verdict.reason.words ?? judged.reason.words)));
  return [strong(`${statement.id} ${judged.outcome}`), `: ${statement.statement}`, ...found];
}

function groups(all: readonly JudgedStatement[]): readonly Text[] {
  const open = all.filter(({ judged }) => judged.outcome === "inconclusive");
  const codes = [...new Set(open.map(({ judged }) => judged.reason.code))];
  const grouped = codes.map((code) => ({
    code,
    ids: open
      .filter(({ judged }) => judged.reason.code === code)
      .map(({ statement }) => statement.id),
  }));
  return grouped
    .sort((a, b) => b.ids.length - a.ids.length)
    .map(
      ({ code, ids }): Text => [
        strong(`${ids.length} inconclusive`),
        `: ${WHY[code]}. ${ids.join(", ")}.`,
      ],
    );
}
