import { medianRepetition, overall, repetitionsOf } from "../../metrics/phase-result.ts";
import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  name,
  paragraph,
  type Section,
  words,
} from "../parts/document.ts";
import { formatCount, formatIops, formatNumber, MEGABYTE } from "../parts/format.ts";
import { statisticCells } from "../parts/latency-cell.ts";
import { makeNotes, type Notes } from "../parts/notes.ts";
import { tableColumns } from "../parts/table-columns.ts";
import { medianRemark, phaseRemarks } from "./remarks.ts";
import { whoSpoke } from "./who-spoke.ts";

const COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["operations_per_second", "op/s (IOPS)", "right"],
  ["bytes_per_second", "MB/s", "right"],
  ["latency_p50_ns", "p50", "right"],
  ["latency_p99_ns", "p99", "right"],
  ["latency_p999_ns", "p99.9", "right"],
  ["latency_max_ns", "max", "right"],
  ["errors", "Errors", "right"],
  ["notes", "Notes", "left"],
]);

/** What a phase's `all` row is called: its operation where there is one, else the whole mix. */
export function operationName(result: PhaseResult, summary: Summary): string {
  const [only, ...others] = result.phase.mix;
  if (summary.operation !== "all") return summary.operation;
  return only !== undefined && others.length === 0 ? only.operation : "all";
}

/** The table an engineer looks for first, with what must be known of its rows right under it. */
export function resultsSection(run: Run): Section {
  const notes = makeNotes();
  const names = [...new Set(run.phases.map((result) => result.phase.name))];
  const rows = names.flatMap((phase) => phaseRows(run, phase, notes));
  const blocks: Block[] = [{ kind: "table", id: "results", columns: COLUMNS, rows }];
  const remarks = notes.list();
  if (remarks !== null) blocks.push(remarks);
  blocks.push(...whoSpoke(run));
  const measured = run.phases.map(({ phase, pointOf }) => pointOf ?? phase.name);
  const unmeasured = run.plan.phases.filter((phase) => !measured.includes(phase.name));
  if (rows.length === 0) return { title: "Results", blocks: [paragraph("Nothing was measured.")] };
  if (unmeasured.length > 0) {
    const named = unmeasured.map((phase) => phase.name).join(", ");
    blocks.push(paragraph(`Not measured, because the run ended before: ${named}.`));
  }
  return { title: "Results", blocks };
}

function phaseRows(run: Run, phase: string, notes: Notes): Cell[][] {
  const results = repetitionsOf(run, phase);
  const rows = results.flatMap((result) => {
    const remarks = notes.refer(phaseRemarks(run, result));
    const state = result.state === "complete" ? "" : ` (${result.state})`;
    const repetition = cell(`${result.repetition}${state}`, result.repetition);
    if (result.summaries.length === 0) return [emptyRow(result, repetition, remarks)];
    return shownSummaries(result).map((summary) => row(result, summary, repetition, remarks));
  });
  const median = results.length > 1 ? medianRepetition(results) : null;
  if (median === null) return rows;
  const referred = notes.refer([medianRemark(results, median)]);
  const label = cell([{ strong: `median: ${median.repetition}` }], median.repetition);
  const medians = shownSummaries(median).map((summary) => row(median, summary, label, referred));
  return [...rows, ...medians];
}

/** `all`, and the operations beside it only where they differ from it. */
/** The rows of a phase: `all` where there is one operation, else each and all. */
export function shownSummaries(result: PhaseResult): readonly Summary[] {
  if (result.summaries.length > 2) return result.summaries;
  const all = overall(result);
  return all === null ? result.summaries : [all];
}

function row(result: PhaseResult, summary: Summary, repetition: Cell, remarks: Cell): Cell[] {
  const { latency } = summary;
  // A phase in which nothing completed has no rate; what it drained still has a latency.
  const measured = summary.operations > 0;
  const iops = measured ? summary.operationsPerSecond : null;
  const bytes = measured && summary.bytes > 0 ? summary.bytesPerSecond : null;
  return [
    name(result.phase.name),
    repetition,
    words(operationName(result, summary)),
    cell(formatIops(iops), iops),
    cell(formatNumber(bytes === null ? null : bytes / MEGABYTE), bytes),
    ...statisticCells(latency, "p50", "p99", "p99.9", "max"),
    cell(formatCount(summary.errors), summary.errors),
    remarks,
  ];
}

function emptyRow(result: PhaseResult, repetition: Cell, remarks: Cell): Cell[] {
  const missing = COLUMNS.slice(3, -1).map(() => cell("–", null));
  return [name(result.phase.name), repetition, words("–"), ...missing, remarks];
}

const FIRST_BYTE_COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["first_byte_count", "Requests", "right"],
  ["first_byte_p50_ns", "first byte p50", "right"],
  ["first_byte_p99_ns", "first byte p99", "right"],
  ["first_byte_p999_ns", "first byte p99.9", "right"],
  ["first_byte_max_ns", "first byte max", "right"],
  ["latency_p50_ns", "whole p50", "right"],
  ["latency_p99_ns", "whole p99", "right"],
]);

/** Time to the first byte beside the whole answer, where the engine reports it (S3 GET). */
export function firstByteSection(run: Run): Section | null {
  const rows = run.phases.flatMap((result) =>
    shownSummaries(result).flatMap((summary) => {
      const { firstByte, latency } = summary;
      if (firstByte === null || firstByte.count === 0) return [];
      return [
        [
          name(result.phase.name),
          cell(String(result.repetition), result.repetition),
          words(operationName(result, summary)),
          cell(formatCount(firstByte.count), firstByte.count),
          ...statisticCells(firstByte, "p50", "p99", "p99.9", "max"),
          ...statisticCells(latency, "p50", "p99"),
        ],
      ];
    }),
  );
  if (rows.length === 0) return null;
  const explained = paragraph(
    "First byte: from issuing the request to the first byte of the answer's body. Whole: to its " +
      "last byte, which is the latency of the table above.",
  );
  const table = { kind: "table", id: "first-byte", columns: FIRST_BYTE_COLUMNS, rows } as const;
  return { title: "First byte", blocks: [table, explained] };
}
