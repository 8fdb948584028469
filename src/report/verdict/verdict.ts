/**
 * Report of verdicts on published claims. This file has the list of sections; `table.ts` shows the
 * verdicts of one outcome and has the CSV columns, which the report on the guide also uses;
 * `cards.ts` has the cards of a page, `screen.ts` is the short answer. Verdicts come in as data
 * from `claim`, which is not imported.
 */

import type { ClaimSource } from "../../model/claim/claim.ts";
import { OUTCOMES, type Outcome } from "../../model/claim/verdict.ts";
import type { Run } from "../../model/run/run.ts";
import { declaredAfterBlocks } from "../parts/declared.ts";
import { type Block, list, loud, paragraph, sentenceText, type Text } from "../parts/document.ts";
import { capitalized } from "../parts/format.ts";
import { offAwsSentence } from "../parts/kind.ts";
import { type Document, type Section, type SectionOf, sectionsOf } from "../report.ts";
import { verdictView } from "./cards.ts";
import { asSentence, type Judged, verdictBlocks, verdictData } from "./table.ts";

/** The sections in the order they are read; a new one is a line here. */
const SECTIONS: readonly SectionOf<readonly Judged[]>[] = [
  outcomeSections,
  remedySection,
  definitionSection,
  sourceSection,
];

/** Outcomes in the order of their sections: those that need attention first. */
const ORDER: readonly Outcome[] = ["refuted", "supported", "inconclusive"];

/** Verdicts on claims: the values, the reasons, and how to decide the inconclusive ones. */
export function verdictReport(results: readonly Judged[], runs: readonly Run[]): Document {
  const offAws = offAwsSentence(runs.map(({ target }) => target));
  const byOutcome = OUTCOMES.flatMap((outcome) =>
    results.filter(({ verdict }) => verdict.outcome === outcome),
  );
  return {
    title: "Verdicts on published claims",
    lead: [
      ...(offAws === null ? [] : [loud(offAws)]),
      ...declaredAfterBlocks(runs),
      summary(results),
    ],
    view: verdictView(results),
    sections: sectionsOf(SECTIONS, results),
    data: verdictData(byOutcome),
  };
}

function summary(results: readonly Judged[]): Block {
  return results.length === 0 ? loud(NO_VERDICT) : paragraph(`${verdictCounts(results)}.`);
}

export const NO_VERDICT = "No claim was evaluated: no phase of these runs matches a claim.";

/** `3 verdicts: 1 supported, 0 refuted, 2 inconclusive`. */
export function verdictCounts(results: readonly Judged[]): string {
  const counts = OUTCOMES.map(
    (outcome) =>
      `${results.filter(({ verdict }) => verdict.outcome === outcome).length} ${outcome}`,
  );
  const verdicts = results.length === 1 ? "1 verdict" : `${results.length} verdicts`;
  return `${verdicts}: ${counts.join(", ")}`;
}

function outcomeSections(results: readonly Judged[]): readonly Section[] {
  return ORDER.flatMap((outcome) => {
    const blocks = verdictBlocks(results, outcome);
    const title = capitalized(outcome);
    return blocks.length === 0 ? [] : [{ title, blocks }];
  });
}

/** What decides the open verdicts, with the claims of each remedy. */
export function remedies(results: readonly Judged[]): ReadonlyMap<string, readonly string[]> {
  const open = new Map<string, readonly string[]>();
  for (const { claim, verdict } of results) {
    if (verdict.settle === null) continue;
    const known = open.get(verdict.settle) ?? [];
    open.set(verdict.settle, [...new Set([...known, claim.id])]);
  }
  return open;
}

function remedySection(results: readonly Judged[]): Section | null {
  const open = remedies(results);
  if (open.size === 0) return null;
  const items = [...open].map(([settle, ids]): Text => {
    const claims = ids.flatMap((id, at) => [at === 0 ? "" : ", ", { code: id }]);
    return [...claims, ": ", ...sentenceText(asSentence(settle))];
  });
  return { title: "Next steps", blocks: [list(items)] };
}

function definitionSection(results: readonly Judged[]): Section | null {
  if (results.length === 0) return null;
  const has = (of: (one: Judged) => boolean) => results.some(of);
  const hasCeiling = has(({ claim }) => claim.role === "ceiling");
  const hasMeasured = has(({ verdict }) => verdict.measured !== null);
  return {
    title: "Definitions",
    isDetail: true,
    blocks: [
      list([
        "Supported: the whole interval of the measured value agrees with the figure, including " +
          "its tolerance. Refuted: no part of it agrees. Inconclusive: some of it agrees, or " +
          "something prevented a verdict; the reason says what.",
        ...(hasMeasured ? MEASURED_DEFINITIONS : []),
        "A limit of the host or of the load generator can only make storage look slower, so a " +
          "value that it may explain refutes nothing. A cache can only make storage look faster, " +
          "so a value that it may explain supports nothing.",
        ...(hasCeiling
          ? [
              "Upper bound: only a larger value refutes it. For a smaller one, the reason gives " +
                "the share of the bound that was reached; it does not change the exit code.",
            ]
          : []),
      ]),
    ],
  };
}

const MEASURED_DEFINITIONS = [
  "Interval: 99% confidence unless another one is given. With three or more repetitions, it " +
    "comes from the spread between repetitions; with fewer, from variation within the run. It is " +
    "never narrower than the run-to-run spread assumed for the storage, which the reason gives " +
    "with its source.",
  "A rate that equals the figure supports it even if its interval is wider, because a limiter " +
    "holds it there. One run must be within 1/50 of the tolerance, repetitions within 1/20, five " +
    "separate runs within 1/10, and all of them as even as a limiter holds them. Storage off the " +
    "figure is within 1/50 by chance in at most 10 of 1,000 runs.",
];

function sourceSection(results: readonly Judged[]): Section | null {
  const sources = new Map<string, ClaimSource>();
  for (const { claim } of results) sources.set(JSON.stringify(claim.source), claim.source);
  if (sources.size === 0) return null;
  const items = [...sources.values()].map(({ title, address, date }) =>
    address === null ? `${title} (${date})` : `${title}, ${address} (${date})`,
  );
  return { title: "Sources", blocks: [list(items)], isDetail: true };
}
