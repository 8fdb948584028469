/**
 * Report of verdicts on published claims. This file has the list of sections, `table.ts` one row
 * per verdict and its CSV columns, which the guide's report uses as well. Verdicts come in as data
 * from `claim`, which is not imported here.
 */

import type { ClaimSource } from "../../model/claim/claim.ts";
import { OUTCOMES } from "../../model/claim/verdict.ts";
import type { Run } from "../../model/run/run.ts";
import { type Block, list, loud, paragraph, sentenceText, type Text } from "../parts/document.ts";
import { offAwsSentence } from "../parts/kind.ts";
import { makeNotes } from "../parts/notes.ts";
import { type Document, type Section, type SectionOf, sectionsOf } from "../report.ts";
import { type Judged, verdictData, verdictTable } from "./table.ts";

/** Claims that were evaluated, in the order given and by outcome. */
interface VerdictSubject {
  readonly judged: readonly Judged[];
  readonly byOutcome: readonly Judged[];
}

/** The sections in the order they are read; a new one is a line here. */
const SECTIONS: readonly SectionOf<VerdictSubject>[] = [
  verdictSection,
  remedySection,
  () => READING,
  sourceSection,
];

/** Verdicts on claims: what was asked, what was found, how sure, and what would settle the rest. */
export function verdictReport(judged: readonly Judged[], runs: readonly Run[]): Document {
  const offAws = offAwsSentence(runs.map(({ target }) => target));
  const byOutcome = OUTCOMES.flatMap((outcome) =>
    judged.filter(({ verdict }) => verdict.outcome === outcome),
  );
  return {
    title: "Verdicts on published claims",
    lead: [...(offAws === null ? [] : [loud(offAws)]), summary(judged)],
    sections: sectionsOf(SECTIONS, { judged, byOutcome }),
    data: verdictData(byOutcome),
  };
}

function verdictSection({ byOutcome }: VerdictSubject): Section | null {
  if (byOutcome.length === 0) return null;
  const notes = makeNotes();
  const table = verdictTable(byOutcome, notes);
  const remarks = notes.list();
  return { title: "Verdicts", blocks: [table, ...(remarks === null ? [] : [remarks])] };
}

function summary(judged: readonly Judged[]): Block {
  if (judged.length === 0) return loud("No claim was judged: nothing in these runs speaks to one.");
  const counts = OUTCOMES.map(
    (outcome) => `${judged.filter(({ verdict }) => verdict.outcome === outcome).length} ${outcome}`,
  );
  const claims = judged.length === 1 ? "1 verdict" : `${judged.length} verdicts`;
  return paragraph(`${claims}: ${counts.join(", ")}.`);
}

function remedySection({ byOutcome }: VerdictSubject): Section | null {
  const open = new Map<string, string[]>();
  for (const { claim, verdict } of byOutcome) {
    if (verdict.settle === null) continue;
    open.set(verdict.settle, [...(open.get(verdict.settle) ?? []), claim.id]);
  }
  if (open.size === 0) return null;
  const items = [...open].map(([settle, ids]): Text => {
    const claims = [...new Set(ids)].flatMap((id, at) => [at === 0 ? " " : ", ", { code: id }]);
    return ["To settle", ...claims, ": ", ...sentenceText(settle), "."];
  });
  return { title: "What would settle the rest", blocks: [list(items)] };
}

const READING: Section = {
  title: "How to read this",
  blocks: [
    list([
      "Supported: everything that the measurement may be, its interval, agrees with the figure " +
        "and its tolerance. Refuted: nothing of it does. Inconclusive: neither, or something " +
        "stood in the way; the reason says what.",
      "Intervals have 99 % confidence unless another one is given with them. With " +
        "three or more repetitions, they come from the spread between repetitions; with fewer, " +
        "from chance inside the run. Neither is narrower than the spread that is assumed between " +
        "runs of such storage, which the reason gives with its source.",
      "A rate that is the figure itself agrees with it even if its interval is wider: a limiter " +
        "holds it there. One run has to lie within a fiftieth of the tolerance, repetitions " +
        "within a twentieth, five separate runs within a tenth, and all have to be as even as a " +
        "limiter holds them. Storage off the figure comes within a fiftieth by chance in at most " +
        "10 of 1,000 runs.",
      "A limit of the machine or of the load generator can only make storage look slower: what " +
        "it may have caused refutes nothing. What can only flatter, a cache for example, " +
        "supports nothing.",
      "A ceiling is only contradicted by more. What stays below says how much of it was reached, " +
        "and does not count in the exit code.",
    ]),
  ],
};

function sourceSection({ judged }: VerdictSubject): Section | null {
  const sources = new Map<string, ClaimSource>();
  for (const { claim } of judged) sources.set(JSON.stringify(claim.source), claim.source);
  if (sources.size === 0) return null;
  const items = [...sources.values()].map(({ title, address, date }) =>
    address === null ? `${title} (${date})` : `${title}, ${address} (${date})`,
  );
  return { title: "Where the figures are published", blocks: [list(items)] };
}
