import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import type { Block, Cell, Column, Section, Text } from "../../parts/document.ts";
import { cell, list, name, paragraph, words } from "../../parts/document.ts";
import { formatCount, formatDuration } from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import { tableColumns } from "../../parts/table-columns.ts";

/** Intervals of the time line that are shown; the file `intervals.csv` has all of them. */
const MOST_SHOWN = 20;

const COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["throttled", "Throttled", "right"],
  ["attempts", "Attempts", "right"],
  ["attempt_p50_ns", "attempt p50", "right"],
  ["attempt_p99_ns", "attempt p99", "right"],
  ["attempt_max_ns", "attempt max", "right"],
  ["latency_p99_ns", "whole p99", "right"],
]);

/** Requests that were refused or sent again; null where there were none. */
export function attemptsSection(run: Run): Section | null {
  const rows = run.phases.flatMap((result) =>
    result.summaries
      .filter(({ operation }) => operation !== "all" || result.summaries.length === 1)
      .filter(({ throttled = 0, attempt }) => throttled > 0 || (attempt ?? null) !== null)
      .map((summary) => attemptRow(result, summary)),
  );
  if (rows.length === 0) return null;
  const times = run.phases.flatMap((result) => throttledTimes(result));
  const explained = paragraph(
    "Throttled: requests that the store refused with 503 SlowDown or 429, its own limit and no " +
      "fault. Attempt: one request, to its answer; the latency of an operation holds all its " +
      "attempts and the pauses between them.",
  );
  const table = { kind: "table", id: "attempts", columns: COLUMNS, rows } as const;
  const blocks: Block[] = [table, explained];
  if (times.length > 0) blocks.push(list(times));
  return { title: "Attempts and throttling", blocks };
}

function attemptRow(result: PhaseResult, summary: Summary): Cell[] {
  const { operation, throttled = 0, attempt, latency } = summary;
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    words(operation === "all" ? (result.phase.mix[0]?.operation ?? "all") : operation),
    cell(formatCount(throttled), throttled),
    cell(formatCount(attempt?.count), attempt?.count ?? null),
    ...statisticCells(attempt, "p50", "p99", "max"),
    ...statisticCells(latency, "p99"),
  ];
}

function throttledTimes({ phase, repetition, throttling = [] }: PhaseResult): readonly Text[] {
  if (throttling.length === 0) return [];
  const shown = throttling
    .slice(0, MOST_SHOWN)
    .map(({ fromNs, requests }) => `${formatDuration(fromNs)}: ${formatCount(requests)}`);
  const more = throttling.length - shown.length;
  const rest = more > 0 ? `, and in ${formatCount(more)} more intervals` : "";
  const times = `throttled requests by the start of their interval: ${shown.join(", ")}${rest}.`;
  return [[{ code: phase.name }, `, repetition ${repetition}, ${times}`]];
}
