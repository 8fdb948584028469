import type { Run } from "../../model/run/run.ts";
import { isForeign } from "../../model/target/amazon.ts";
import type { Block, Document, Section } from "../parts/document.ts";
import { list, loud, paragraph, sentenceText } from "../parts/document.ts";
import { sentence } from "../parts/format.ts";
import { offAwsSentence, shortKind } from "../parts/kind.ts";
import { choosingSection } from "./choosing.ts";
import { costsSection } from "./costs.ts";
import { guideData } from "./data.ts";
import { derivationSection } from "./derivations.ts";
import { type Doubts, makeDoubts } from "./doubts.ts";
import { gridOf } from "./grid.ts";
import { latestRun } from "./measure.ts";
import { byPresentStorage, runSection } from "./runs.ts";
import { settleSection } from "./settle.ts";
import { shortSection } from "./short.ts";
import { type GuideInput, judgedStatements } from "./source.ts";
import { evidenceSection, statementSection } from "./statements.ts";
import { guideTable } from "./table.ts";
import { workloadSection } from "./workloads.ts";

/**
 * The statements of the guide: what was asked, what was found, how sure, what it costs and what
 * follows for choosing storage. Verdicts come first, what workloads measured after them.
 */
export function guideReport(input: GuideInput): Document {
  const { runs, costs } = input;
  const judged = judgedStatements(input);
  const { present, earlier } = byPresentStorage(runs);
  const latest = present.filter(
    (run) => latestRun(present, run.plan.name, run.target.name) === run,
  );
  const grid = gridOf(latest);
  const doubts = makeDoubts();
  const isOff = runs.every(({ target }) => isForeign(target));
  const sections = [
    shortSection(judged, isOff),
    choosingSection(grid, costs),
    statementSection(judged),
    evidenceSection(input),
    isOff ? null : derivationSection(judged),
    workloadSection(grid, doubts),
    costsSection(grid, costs),
    besideSection(input, latest, doubts),
    settleSection(judged, input.scenarios),
    runSection(latest, earlier),
    isOff ? null : READING,
  ];
  return {
    title: "What the guide says, and what was measured",
    lead: leadOf(runs),
    sections: sections.filter((section) => section !== null),
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

/** What workloads measured for statements that are still open. */
function besideSection(
  { statements, verdicts }: GuideInput,
  runs: readonly Run[],
  doubts: Doubts,
): Section | null {
  const targets = [...new Map(runs.map((run) => [run.target.name, run.target])).values()];
  const open = statements.filter(({ id }) =>
    verdicts.some(({ statement, outcome }) => statement === id && outcome === "inconclusive"),
  );
  const table = guideTable({ statements: open, targets, runs }, doubts);
  if (table === null) return null;
  return {
    title: "What was measured beside statements that are open",
    blocks: [
      paragraph(
        "Shipped workloads that come near statements without deciding them, whether or not the " +
          "target can test them. Letters are the doubts from above.",
      ),
      table,
    ],
  };
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
