import type { Run } from "../model/run.ts";
import type { Statement } from "../model/statement.ts";
import type { Block, Cell, Document, Section } from "./document.ts";
import { cell, code, list, loud, name, paragraph, words } from "./document.ts";
import { formatInstant } from "./format.ts";
import { guideData } from "./guide-data.ts";
import type { GuideSources } from "./guide-measure.ts";
import { latestRun } from "./guide-measure.ts";
import { guideTable } from "./guide-table.ts";
import { offAwsSentence, targetNoun } from "./kind.ts";
import { makeNotes } from "./notes.ts";
import { tableColumns } from "./table-columns.ts";

/**
 * The guide's statements, each beside the workloads that speak to it and what they measured on each
 * target. Nothing is judged: the column for that waits.
 */
export function guideReport(statements: readonly Statement[], runs: readonly Run[]): Document {
  const sources = sourcesOf(statements, runs);
  const offAws = offAwsSentence(sources.targets);
  const notes = makeNotes();
  const table = guideTable(sources, notes);
  const remarks = notes.list();
  const unspoken = statements.filter((statement) => statement.workloads.length === 0).length;
  const spoken = statements.length - unspoken;
  const intro = paragraph(
    `${statements.length} statements of the guide, paraphrased. For ${spoken} of them a shipped ` +
      "workload speaks; what it measured is shown whether or not the target can test the " +
      "statement. Nothing is judged yet.",
  );
  const none = "No run was given, so nothing was measured.";
  return {
    title: "What was measured beside what the guide says",
    lead: [
      ...(offAws === null ? [] : [loud(offAws)]),
      ...(runs.length === 0 ? [loud(none)] : []),
      intro,
    ],
    sections: [
      { title: "Statements", blocks: [table, ...(remarks === null ? [] : [remarks]), READING] },
      runSection(sources),
      needsSection(statements),
    ],
    data: guideData(sources),
  };
}

const READING: Block = list([
  "A number in brackets is a run of the table below; the phase stands beside it, and the " +
    "repetition where there were several (the one whose op/s is the median).",
  "Where a workload has several phases, the highest or the lowest counts, as the table says.",
  "op/s: operations completed a second (IOPS). MB/s: 10^6 bytes a second. Latencies are of " +
    "single operations, from issue to completion.",
]);

function sourcesOf(statements: readonly Statement[], runs: readonly Run[]): GuideSources {
  const targets = [...new Map(runs.map((run) => [run.target.name, run.target])).values()];
  const latest = runs.filter((run) => latestRun(runs, run.plan.name, run.target.name) === run);
  return { statements, targets, runs: latest };
}

const RUN_COLUMNS = tableColumns([
  ["number", "Number", "right"],
  ["run_id", "Run", "left"],
  ["scenario", "Scenario", "left"],
  ["target", "Target", "left"],
  ["target_kind", "Declared as", "left"],
  ["state", "State", "left"],
  ["started_at", "Started", "left"],
]);

function runSection({ runs }: GuideSources): Section {
  const rows: Cell[][] = runs.map((run, index) => [
    cell(`[${index + 1}]`, index + 1),
    name(run.id),
    name(run.plan.name),
    name(run.target.name),
    cell(targetNoun(run.target), run.target.kind),
    words(run.state),
    cell(formatInstant(run.startedAt), run.startedAt),
  ]);
  return {
    title: "Runs",
    blocks: [
      { kind: "table", id: "runs", columns: RUN_COLUMNS, rows },
      paragraph(
        "Where a scenario was run more than once on a target, the latest complete run " +
          "counts. Each number stands in its run's ",
        code("summary.csv"),
        " and ",
        code("run.json"),
        " under its phase.",
      ),
    ],
  };
}

const NEEDS_COLUMNS = tableColumns([
  ["statement_id", "Id", "left"],
  ["services", "Services", "left"],
  ["kinds", "Target kinds that can test it", "left"],
  ["testable", "Testable", "left"],
  ["needs", "What else a test needs", "left"],
]);

function needsSection(statements: readonly Statement[]): Section {
  const rows: Cell[][] = statements.map((statement) => [
    words(statement.id),
    words(statement.services.join(", ")),
    words(statement.kinds.join(", ")),
    words(statement.testable),
    words(statement.needs),
  ]);
  return {
    title: "What it takes to test them",
    blocks: [{ kind: "table", id: "needs", columns: NEEDS_COLUMNS, rows }],
  };
}
