/**
 * Report of a comparison, whose numbers and tests `metrics/compare` has made. This file has the
 * list of sections and what stands before them; `table.ts` shows numbers, `remarks.ts` and
 * `reading.ts` say what is to be known of them, `data.ts` is the CSV. Nothing is tested or
 * summarized here.
 */

import type { ComparedRun } from "../../metrics/compare/columns.ts";
import type { Comparison, ScenarioComparison } from "../../metrics/compare/compare.ts";
import {
  type Block,
  type Cell,
  cell,
  code,
  loud,
  name,
  paragraph,
  words,
} from "../parts/document.ts";
import { formatInstant, STATE_WORDS, sentence } from "../parts/format.ts";
import { offAwsSentence, targetNoun } from "../parts/kind.ts";
import { makeNotes } from "../parts/notes.ts";
import { type Document, type Section, type SectionOf, sectionsOf } from "../report.ts";
import { comparisonData } from "./data.ts";
import { orderSentences, readingSection, testSentence } from "./reading.ts";
import { glanceTable, scenarioTable } from "./table.ts";

/** The sections in the order they are read; a new one is a line here. */
const SECTIONS: readonly SectionOf<Comparison>[] = [
  atAGlance,
  ({ scenarios }) => scenarios.map(scenarioSection),
  runSection,
  readingSection,
];

/** Several runs side by side; as CSV one row a workload and run, in base units. */
export function comparisonReport(comparison: Comparison): Document {
  const runs = comparison.scenarios.flatMap((scenario) => scenario.runs);
  const offAws = offAwsSentence(runs.map((run) => ({ ...kindOf(run), name: run.target })));
  return {
    title: `Comparison of ${comparison.labels.join(", ")}`,
    lead: [...(offAws === null ? [] : [loud(offAws)]), ...doubts(comparison)],
    sections: sectionsOf(SECTIONS, comparison),
    data: comparisonData(comparison),
  };
}

function kindOf({ targetKind, emulated, foreign = false }: ComparedRun) {
  return { kind: targetKind, foreign, ...(emulated === true && { emulated }) };
}

/** Shown before any number: other plans, surroundings that differ, runs that did not complete. */
function doubts(comparison: Comparison): readonly Block[] {
  const blocks: Block[] = [];
  for (const scenario of comparison.scenarios) {
    if (scenario.differentPlans !== null && comparison.across) {
      blocks.push(paragraph(`What differs: ${scenario.differentPlans}.`));
    } else if (scenario.differentPlans !== null) {
      blocks.push(
        loud(
          "The runs of ",
          code(scenario.scenario),
          ` were made by different plans and did not do the same work: ${scenario.differentPlans}.`,
        ),
      );
    }
    if (scenario.differentSurroundings !== null) {
      const where = comparison.scenarios.length === 1 ? [] : [" of ", code(scenario.scenario)];
      blocks.push(paragraph("Columns", ...where, ` differ: ${scenario.differentSurroundings}.`));
    }
    for (const column of scenario.runs) {
      for (const run of column.runs) {
        if (run.state === "complete") continue;
        const reason = run.reason === null ? "" : `: ${run.reason}`;
        const state = `${STATE_WORDS[run.state]}${reason}.`;
        blocks.push(loud("The run of ", code(column.scenario), ` on ${column.label} ${state}`));
      }
    }
  }
  return blocks;
}

function atAGlance(comparison: Comparison): Section {
  const notes = makeNotes();
  const table = glanceTable(comparison, notes);
  const remarks = notes.list();
  const tested = testSentence(comparison);
  return {
    title: "At a glance",
    blocks: [
      ...(tested === null ? [] : [paragraph(tested)]),
      paragraph(
        "One row a workload. Its rate is in MB/s where an operation moves 128 KiB or more, " +
          "else in op/s. Ratios are to ",
        code(comparison.labels[0] ?? ""),
        ". The notes only name what is to be known of a number; the tables below say it in words.",
      ),
      table,
      ...(remarks === null ? [] : [remarks]),
    ],
  };
}

function scenarioSection(scenario: ScenarioComparison): Section {
  const notes = makeNotes();
  const table = scenarioTable(scenario, notes);
  const remarks = notes.list();
  return {
    title: scenario.scenario,
    blocks: [paragraph(sentence(scenario.title)), table, ...(remarks === null ? [] : [remarks])],
  };
}

function runSection(comparison: Comparison): Section {
  const columnsOf = comparison.scenarios.flatMap((scenario) => scenario.runs.map(runRows));
  const titles = ["Scenario", "Column", "Run", "Declared as", "State", "Started", "Plan"];
  const keys = ["scenario", "column", "run_id", "kind", "state", "started_at", "plan_hash"];
  const columns = keys.map((key, index) => ({
    key,
    title: titles[index] ?? key,
    align: "left" as const,
  }));
  return {
    title: "Where the numbers come from",
    blocks: [
      { kind: "table", id: "runs", columns, rows: columnsOf.flat() },
      ...orderSentences(comparison).map((sentence) => paragraph(sentence)),
      paragraph(
        "The repetitions stand in the ",
        code("summary.csv"),
        " and ",
        code("run.json"),
        " of their run's folder, under the phase named in the row. The comparison as CSV has " +
          "every p-value, interval and effect size.",
      ),
    ],
  };
}

function runRows(column: ComparedRun): readonly Cell[][] {
  return column.runs.map((run) => [
    name(column.scenario),
    name(column.label),
    name(run.id),
    cell(targetNoun(kindOf(column)), column.targetKind),
    words(run.state),
    cell(formatInstant(run.startedAt), run.startedAt),
    cell([{ code: column.planHash.slice(0, 12) }], column.planHash),
  ]);
}
