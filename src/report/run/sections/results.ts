/**
 * Sections of a run's report, one function each: takes the run, returns its table and text, or null
 * if there is nothing to show. Terms are defined below the table that uses them. Sections compute
 * nothing that `metrics` computes. This file makes the first table; start here.
 */

import {
  achievedPerSecond,
  medianRepetition,
  overall,
  repetitionsOf,
  throughputOf,
} from "../../../metrics/phase-result.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  list,
  name,
  paragraph,
  sentenceText,
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
} from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import type { Section } from "../../report.ts";
import { type Caveat, caveatsOf } from "../words/caveats.ts";
import { operationName, rateTitle, shownSummaries } from "../words/phase.ts";

const COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["operations_per_second", "IOPS", "right"],
  ["bytes_per_second", "MB/s", "right"],
  ["latency_p50_ns", "p50", "right"],
  ["latency_p99_ns", "p99", "right"],
  ["latency_p999_ns", "p99.9", "right"],
  ["latency_max_ns", "max", "right"],
  ["errors", "Errors", "right"],
  ["notes", "Caveats", "left"],
]);

/** Rates and latencies of each phase, with the numbers of its caveats. */
export function resultsSection(run: Run): Section {
  const caveats = caveatsOf(run);
  const names = [...new Set(run.phases.map((result) => result.phase.name))];
  const rows = names.flatMap((phase) => phaseRows(run, phase, caveats));
  const title = "Results";
  if (rows.length === 0) return { title, blocks: [paragraph("The run has no results.")] };
  const measured = run.phases.map(({ phase, pointOf }) => pointOf ?? phase.name);
  const unmeasured = run.plan.phases.filter((phase) => !measured.includes(phase.name));
  const missing = unmeasured.map((phase) => phase.name).join(", ");
  const columns = COLUMNS.map((column) => ({ ...column, title: titleOf(run, column) }));
  const blocks: Block[] = [
    { kind: "table", id: "results", columns, rows, keys: 2 },
    ...medianNotes(run, names),
    ...engineNotes(run),
    ...(missing === "" ? [] : [paragraph(`Phases that did not run: ${missing}.`)]),
  ];
  return { title, blocks };
}

/** Title of a column: an open loop has response times too, which other parts of a report show. */
function titleOf(run: Run, { key, title }: Column): string {
  if (title === "IOPS") return rateTitle(run);
  const isOpen = run.phases.some(({ openLoop }) => openLoop !== undefined);
  return isOpen && key.startsWith("latency_") ? `service ${title}` : title;
}

/** Known biases of the results; the numbers are those in the table of results. */
export function caveatsSection(run: Run): Section | null {
  const caveats = caveatsOf(run);
  if (caveats.length === 0) return null;
  const items = caveats.map(({ text }) => sentenceText(text));
  return { title: "Caveats", blocks: [{ kind: "list", numbered: true, items }] };
}

function phaseRows(run: Run, phase: string, caveats: readonly Caveat[]): Cell[][] {
  const results = repetitionsOf(run, phase);
  const rows = results.flatMap((result) => {
    const state = result.state === "complete" ? "" : ` (${result.state})`;
    const repetition = cell(`${result.repetition}${state}`, result.repetition);
    return resultRows(result, repetition, caveatCell(caveats, result));
  });
  const median = results.length > 1 ? medianRepetition(results) : null;
  if (median === null) return rows;
  const label = cell([{ strong: `median: ${median.repetition}` }], median.repetition);
  return [...rows, ...resultRows(median, label, caveatCell(caveats, median))];
}

/** Numbers of the caveats of a result: `1, 3`. */
function caveatCell(caveats: readonly Caveat[], result: PhaseResult): Cell {
  const own = caveats.flatMap(({ results, text }, at) =>
    results.has(result) ? [{ number: at + 1, text }] : [],
  );
  const numbers = own.map(({ number }) => String(number)).join(", ");
  return cell(numbers, own.map(({ text }) => text).join(" ") || null);
}

function resultRows(result: PhaseResult, repetition: Cell, caveats: Cell): Cell[][] {
  if (result.summaries.length === 0) return [emptyRow(result, repetition, caveats)];
  return shownSummaries(result).map((summary) => row(result, summary, repetition, caveats));
}

function row(result: PhaseResult, summary: Summary, repetition: Cell, caveats: Cell): Cell[] {
  const { latency } = summary;
  const iops = achievedPerSecond(summary);
  const bytes = throughputOf(summary);
  return [
    name(result.phase.name),
    repetition,
    words(operationName(result, summary)),
    cell(formatIops(iops), iops),
    cell(formatNumber(bytes === null ? null : bytes / MEGABYTE), bytes),
    ...statisticCells(latency, "p50", "p99", "p99.9", "max"),
    cell(formatCount(summary.errors), summary.errors),
    caveats,
  ];
}

function emptyRow(result: PhaseResult, repetition: Cell, caveats: Cell): Cell[] {
  const missing = COLUMNS.slice(3, -1).map(() => cell("–", null));
  return [name(result.phase.name), repetition, words("–"), ...missing, caveats];
}

/** The meaning of the median rows, and the range of the rates of each phase's repetitions. */
function medianNotes(run: Run, names: readonly string[]): readonly Block[] {
  const items = names.flatMap((phase): readonly Text[] => {
    const results = repetitionsOf(run, phase);
    const median = results.length > 1 ? medianRepetition(results) : null;
    if (median === null) return [];
    const complete = results.filter((result) => result.state === "complete");
    const counted = complete.length > 0 ? complete : results;
    const rates = counted.map((result) => overall(result)?.operationsPerSecond ?? 0);
    const middle = overall(median)?.operationsPerSecond ?? 0;
    if (middle <= 0) return [];
    const low = formatShare(Math.min(...rates) / middle);
    const high = formatShare(Math.max(...rates) / middle);
    const what = `rates of ${counted.length} repetitions are ${low} to ${high} of the median`;
    return [[{ code: phase }, `: ${what}.`]];
  });
  if (items.length === 0) return [];
  const meaning =
    "Median: the complete repetition with the median rate, shown again with its own percentiles.";
  return [paragraph(meaning), list(items)];
}

/** Meaning of the results of each engine for buckets. */
const ENGINE_NOTES: Readonly<Record<string, string | undefined>> = {
  "s3-sdk":
    "Engine s3-sdk uses the AWS SDK: results are those of an application on the SDK, which often " +
    "limits the rate.",
  "s3-wire":
    "Engine s3-wire uses assay's own HTTP client: results are those of the S3 server, and higher " +
    "than those of an application on the AWS SDK.",
};

function engineNotes(run: Run): readonly Block[] {
  const engines = [...new Set(run.phases.map(({ engine }) => engine))];
  return engines.flatMap((engine) => {
    const sentence = ENGINE_NOTES[engine];
    return sentence === undefined ? [] : [paragraph(sentence)];
  });
}
