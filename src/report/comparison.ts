import type { ComparedRun, Comparison, ScenarioComparison } from "../metrics/compare.ts";
import { comparisonData } from "./comparison-data.ts";
import { glanceTable, scenarioTable } from "./comparison-table.ts";
import type { Block, Cell, Document, Section } from "./document.ts";
import { cell, code, list, loud, name, paragraph, words } from "./document.ts";
import { formatInstant, sentence } from "./format.ts";
import { kindNoun, offAwsSentence } from "./kind.ts";
import { makeNotes } from "./notes.ts";
import { STATE_WORDS } from "./state.ts";

/** Several runs side by side; as CSV one row a workload and run, in base units. */
export function comparisonReport(comparison: Comparison): Document {
  const runs = comparison.scenarios.flatMap((scenario) => scenario.runs);
  const offAws = offAwsSentence(runs.map((run) => ({ name: run.target, kind: run.targetKind })));
  return {
    title: `Comparison of ${comparison.labels.join(", ")}`,
    lead: [...(offAws === null ? [] : [loud(offAws)]), ...doubts(comparison)],
    sections: [
      atAGlance(comparison),
      ...comparison.scenarios.map(scenarioSection),
      runSection(runs),
      { title: "How to read this", blocks: [list(READING)] },
    ],
    data: comparisonData(comparison),
  };
}

const READING = [
  "op/s: operations completed without error inside the phase, a second (IOPS). MB/s: 10^6 " +
    "bytes a second, not MiB.",
  "p50, p99, p99.9: latency of single operations from issue to completion, from the merged " +
    "histogram of all workers. Percentiles are never averaged.",
  "A ratio divides by the first column. For op/s and MB/s more than 1x is faster; for " +
    "latencies more than 1x is slower.",
  "Where a run repeated a phase, its numbers are those of the repetition whose op/s is the " +
    "median (of an even number, the slower of the two in the middle): one repetition that " +
    "happened.",
  "No test was made of whether a difference is more than chance.",
  "– means that there is no number; the note beside it says why.",
];

/** What a reader must know before any number: other plans, runs that did not end well. */
function doubts(comparison: Comparison): readonly Block[] {
  const blocks: Block[] = [];
  for (const scenario of comparison.scenarios) {
    if (scenario.differentPlans !== null) {
      blocks.push(
        loud(
          "The runs of ",
          code(scenario.scenario),
          ` were made by different plans and did not do the same work: ${scenario.differentPlans}.`,
        ),
      );
    }
    for (const run of scenario.runs) {
      if (run.state === "complete") continue;
      const reason = run.reason === null ? "" : `: ${run.reason}`;
      blocks.push(
        loud(
          "The run of ",
          code(run.scenario),
          ` on ${run.label} ${STATE_WORDS[run.state]}${reason}.`,
        ),
      );
    }
  }
  return blocks;
}

function atAGlance(comparison: Comparison): Section {
  const notes = makeNotes();
  const table = glanceTable(comparison, notes);
  const remarks = notes.list();
  return {
    title: "At a glance",
    blocks: [
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

function runSection(runs: readonly ComparedRun[]): Section {
  const rows: Cell[][] = runs.map((run) => [
    name(run.scenario),
    name(run.label),
    name(run.runId),
    cell(kindNoun(run.targetKind), run.targetKind),
    words(run.state),
    cell(formatInstant(run.startedAt), run.startedAt),
    cell([{ code: run.planHash.slice(0, 12) }], run.planHash),
  ]);
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
      { kind: "table", id: "runs", columns, rows },
      paragraph(
        "Each number stands in the ",
        code("summary.csv"),
        " and ",
        code("run.json"),
        " of its run's folder, under the phase named in its row. The comparison as CSV names " +
          "run, phase and repetition in every row.",
      ),
    ],
  };
}
