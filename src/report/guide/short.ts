import { targetWords } from "../../model/claim/figure-words.ts";
import { OUTCOMES, type ReasonCode, type StatementVerdict } from "../../model/claim/verdict.ts";
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
import { asSentence } from "../verdict/table.ts";
import type { GuideSubject, JudgedStatement } from "./subject.ts";

/** Why statements are inconclusive, as the end of a sentence. */
const WHY: Readonly<Record<ReasonCode, string>> = {
  agrees: "the measurement agrees",
  contradicts: "the measurement contradicts",
  "below-ceiling": "the measured value is below an upper bound, which decides nothing",
  uncertain: "the interval of the measured value is too wide",
  "no-run": "the runs that decide them are missing, or some of them",
  unlike: "the phases to compare differ in other settings too",
  "not-decided": "no measurement decides them",
  "off-aws": "the measured storage is not on AWS",
  mismatch: "the target differs from its declaration",
  incomplete: "a run is incomplete",
  errors: "operations failed",
  undeclared: "the provisioned values are undeclared",
  memory: "the target is in memory",
  cache: "a cache served the reads",
  initialisation: "the data was accessed for the first time",
  "instance-bound": "the instance limit was reached",
  "network-bound": "the network limit of the instance was reached",
  "client-bound": "the load generator limited the rate",
  harness: "the load generator was disturbed",
  "queue-depth": "too few operations were in flight to reach the figure",
  "burst-state": "the burst credits were not in the required state",
  zone: "instance and storage may be in different Availability Zones",
  "too-short": "the measurement was too short",
  "one-client": "they need several clients (`--hosts`)",
  "more-clients": "more clients may raise the total",
  "other-clients": "other clients loaded the storage at the same time",
  repetitions: "they need more repetitions",
  "no-measure": "no measured value applies to them",
  superseded: "the figure is not published any more",
};

/** Counts, then each refuted and supported statement, then the reasons of the others. */
export function shortSection({ judged: all, isOff }: GuideSubject): Section {
  const counted = OUTCOMES.map((outcome) => ({
    outcome,
    count: all.filter(({ judged }) => judged.outcome === outcome).length,
  }));
  // Off AWS every statement is inconclusive.
  const relevant = counted.filter(({ outcome }) => !isOff || outcome === "inconclusive");
  const counts = relevant.map(({ outcome, count }) => `${count} ${outcome}`).join(", ");
  const blocks: Block[] = [
    paragraph(`${all.length} statements about performance: `, strong(counts), "."),
  ];
  const items = [
    ...(["refuted", "supported"] as const).flatMap((outcome) =>
      all.filter(({ judged }) => judged.outcome === outcome).map(sentenceOf),
    ),
    ...inconclusiveReasons(all),
  ];
  if (items.length > 0) blocks.push(list(items));
  return { title: "Summary", blocks };
}

function sentenceOf({ statement, judged, leading }: JudgedStatement): Text {
  const where = leading === null ? "" : ` on ${targetWords(leading.verdict)}`;
  const found: Inline[] = [];
  if (leading !== null) found.push(` ${sentence(leading.claim.says)} Measured${where}: `);
  found.push(...sentenceText(asSentence(leading?.verdict.reason.words ?? judged.reason.words)));
  return [
    strong(`${statement.id} ${judged.outcome}`),
    `: ${sentence(statement.statement)}`,
    ...found,
  ];
}

/** Reasons of inconclusive statements, the most frequent first, each with its statements. */
export function inconclusiveReasons(all: readonly JudgedStatement[]): readonly Text[] {
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

/** Reasons that the line of counts names. */
const MAX_REASONS = 3;

/** One line for all statements: `38 statements of the guide: 38 inconclusive (33: …)`. */
export function statementCounts(all: readonly StatementVerdict[]): string {
  const count = (outcome: string) => all.filter((one) => one.outcome === outcome).length;
  const decided = (["supported", "refuted"] as const).flatMap((outcome) =>
    count(outcome) === 0 ? [] : [`${count(outcome)} ${outcome}`],
  );
  const codes = new Map<ReasonCode, number>();
  for (const { outcome, reason } of all) {
    if (outcome === "inconclusive") codes.set(reason.code, (codes.get(reason.code) ?? 0) + 1);
  }
  const ordered = [...codes].sort(([, a], [, b]) => b - a);
  const reasons = ordered.slice(0, MAX_REASONS).map(([code, one]) => `${one}: ${WHY[code]}`);
  const others = ordered.slice(MAX_REASONS).reduce((sum, [, one]) => sum + one, 0);
  const rest = others === 0 ? [] : [`${others}: other reasons`];
  const open = `${count("inconclusive")} inconclusive (${[...reasons, ...rest].join("; ")})`;
  return `${all.length} statements of the guide: ${[...decided, open].join(", ")}.`;
}
