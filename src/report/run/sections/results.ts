/**
 * Sections of a run's report, one function each: takes the run, returns its table and text, or null
 * where there is nothing to say. What a number means is said right under its table. Sections
 * compute nothing that `metrics` has. This file makes the table that is read first; start here.
 */

import { cachedShare, isBuffered } from "../../../metrics/cache/cache.ts";
import { sampleCaveats } from "../../../metrics/histogram/sample-size.ts";
import { medianRepetition, overall, repetitionsOf } from "../../../metrics/phase-result.ts";
import { UNFINISHED } from "../../../model/run/measurement.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  type Inline,
  name,
  paragraph,
  type Text,
  tableColumns,
  words,
} from "../../parts/document.ts";
import {
  formatCount,
  formatIops,
  formatNumber,
  formatShare,
  MEGABYTE,
  STATE_WORDS,
  sentence,
} from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import { makeNotes, type Notes } from "../../parts/notes.ts";
import type { Section } from "../../report.ts";
import { operationName, shareWords, shownSummaries } from "../words/phase.ts";

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

/** The table an engineer looks for first, with what must be known of its rows right under it. */
export function resultsSection(run: Run): Section {
  const notes = makeNotes();
  const names = [...new Set(run.phases.map((result) => result.phase.name))];
  const rows = names.flatMap((phase) => phaseRows(run, phase, notes));
  const blocks: Block[] = [{ kind: "table", id: "results", columns: COLUMNS, rows }];
  const remarks = notes.list();
  if (remarks !== null) blocks.push(remarks);
  blocks.push(...engineNotes(run));
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

/** What a reader must know of one repetition of a phase, in words. */
function phaseRemarks(run: Run, result: PhaseResult): readonly Text[] {
  const remarks: Text[] = [];
  const say = (...text: readonly Inline[]): void => {
    remarks.push(text);
  };
  if (result.state !== "complete") {
    const reason = result.reason === null ? "" : `: ${result.reason}`;
    say(
      { strong: `Repetition ${result.repetition} ${STATE_WORDS[result.state]}` },
      sentence(reason),
    );
  }
  const failed = errorRemark(result);
  if (failed !== null) say(failed);
  const codes = new Set(result.warnings.map((warning) => warning.code));
  for (const warning of result.warnings) {
    if (warning.code !== "errors" || failed === null) say(sentence(warning.message));
  }
  if (isBuffered(run.target, result)) {
    say(
      "Writes were complete when the page cache had them, which is before the device has; only ",
      { code: "cache: direct" },
      " measures the device.",
    );
  }
  const share = cachedShare(run, result);
  if (share !== null && share.low >= 0.005 && !codes.has("served-from-cache")) {
    say(`Served from cache: ${shareWords(share)} of the bytes read did not come from the storage.`);
  }
  for (const doubt of sampleCaveats(result.elapsedNs, overall(result))) say(doubt);
  return remarks;
}

function errorRemark(result: PhaseResult): string | null {
  const { errors = 0, unfinished = 0 } = overall(result) ?? {};
  const failed = result.state === "partial" ? errors : errors - unfinished;
  if (failed === 0) return null;
  const others = result.errors.filter(({ code }) => code !== UNFINISHED);
  const kinds = others.map(
    (error) => `${formatCount(error.count)} ${error.operation} ${error.code}`,
  );
  const named = kinds.length > 0 ? ` (${kinds.join(", ")})` : "";
  const verb = failed === 1 ? "operation failed" : "operations failed";
  return `${formatCount(failed)} ${verb}${named}; they are in no rate and no latency.`;
}

/** Says which repetition the median row is, and how far the others were from it. */
function medianRemark(results: readonly PhaseResult[], median: PhaseResult): Text {
  const complete = results.filter((result) => result.state === "complete");
  const counted = complete.length > 0 ? complete : results;
  const rates = counted.map((result) => overall(result)?.operationsPerSecond ?? 0);
  const middle = overall(median)?.operationsPerSecond ?? 0;
  const range =
    middle > 0
      ? ` The op/s of all lie between ${formatShare(Math.min(...rates) / middle)} and ` +
        `${formatShare(Math.max(...rates) / middle)} of it.`
      : "";
  return [
    `The median row repeats repetition ${median.repetition}, whose op/s is the median of ` +
      `${counted.length} complete ones; its percentiles are that repetition's own.${range}`,
  ];
}

/** What the numbers of an engine that speaks to a bucket are numbers of. */
const ENGINE_NOTES: Readonly<Record<string, string | undefined>> = {
  "s3-sdk":
    "s3-sdk spoke to the bucket, the AWS SDK as an application uses it: this is what an " +
    "application gets, and its client is often the limit.",
  "s3-wire":
    "s3-wire spoke to the bucket, HTTP framed by assay itself: this is what the store gives, " +
    "and more than an application on the AWS SDK gets.",
};

/** Which engine spoke to a bucket, for two of them give two different numbers. */
function engineNotes(run: Run): readonly Block[] {
  const engines = [...new Set(run.phases.map(({ engine }) => engine))];
  return engines.flatMap((engine) => {
    const sentence = ENGINE_NOTES[engine];
    return sentence === undefined ? [] : [paragraph(sentence)];
  });
}
