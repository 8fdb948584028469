import { overall } from "../../../metrics/phase-result.ts";
import { type ErrorCount, UNFINISHED } from "../../../model/run/measurement.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  cell,
  list,
  name,
  tableColumns,
  words,
} from "../../parts/document.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  MISSING,
} from "../../parts/format.ts";
import type { Section } from "../../report.ts";

/** CPU time is counted in milliseconds: in shorter phases its share is noise. */
const SHORTEST_CPU_NS = 100e6;

const COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["started_at", "Started (UTC)", "left"],
  ["elapsed_ns", "Elapsed", "right"],
  ["reported_ns", "Reported", "right"],
  ["operations", "Operations", "right"],
  ["bytes", "Bytes", "right"],
  ["drained", "Drained", "right"],
  ["errors", "Errors", "right"],
  ["unfinished", "Unfinished", "right"],
  ["client_cpu_cores", "Cores used", "right"],
  ["counters", "Engine counters", "left"],
]);

/** Counts behind the rates, errors, and CPU use of the load generator. */
export function countedSection(run: Run): Section {
  const rows = run.phases.map(countedRow);
  const errors = run.phases.flatMap((result) =>
    result.errors.map((error) => [
      { code: result.phase.name },
      `, repetition ${result.repetition}: ${formatCount(error.count)} ${error.operation} ` +
        `${errorWords(error)}; first: ${error.first}`,
    ]),
  );
  const blocks: Block[] = [
    { kind: "table", id: "counted", columns: COLUMNS, rows, keys: 2 },
    ...(errors.length > 0 ? [list(errors)] : []),
    list([
      "Drained: operations issued in the phase and completed after it; in the latencies, not in " +
        "the rates.",
      ...(run.phases.some((result) => (overall(result)?.unfinished ?? 0) > 0)
        ? [
            "Unfinished: operations that did not complete within 10 s after the phase; they are " +
              "errors, and their age is in the latencies as a lower bound (≥).",
          ]
        : []),
      ...(run.phases.some(({ reportedNs }) => reportedNs !== undefined)
        ? [
            "Reported: part of the elapsed time that rates, latencies and operations cover; the " +
              "rates are per second of it. –: all.",
          ]
        : []),
      run.phases.every(({ hosts }) => hosts === undefined)
        ? "Cores used: CPU time of the process divided by the elapsed time."
        : "Cores used: CPU time of the processes of all hosts, except lost ones, divided by the " +
          "elapsed time.",
    ]),
  ];
  return { title: "Counters", blocks: rows.length === 0 ? [] : blocks, isDetail: true };
}

function errorWords({ code, leastAgeNs }: ErrorCount): string {
  if (code !== UNFINISHED || leastAgeNs === undefined) return `failed with ${code}`;
  return `never completed (${code}), each for at least ${formatDuration(leastAgeNs)}`;
}

function countedRow(result: PhaseResult): Cell[] {
  const all = overall(result);
  const busy = result.cpu.processUserNs + result.cpu.processSystemNs;
  const cores = result.elapsedNs >= SHORTEST_CPU_NS ? busy / result.elapsedNs : null;
  const counters = Object.entries(result.counters).map(
    ([counter, value]) => `${counter} ${formatCount(value)}`,
  );
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    cell(result.startedAt.slice(11, 19) || MISSING, result.startedAt),
    cell(formatDuration(result.elapsedNs), result.elapsedNs),
    cell(formatDuration(result.reportedNs), result.reportedNs ?? null),
    cell(formatCount(all?.operations), all?.operations ?? null),
    cell(formatBytes(all?.bytes), all?.bytes ?? null),
    cell(formatCount(all?.drained), all?.drained ?? null),
    cell(formatCount(all?.errors), all?.errors ?? null),
    cell(formatCount(all?.unfinished), all?.unfinished ?? null),
    cell(formatNumber(cores), cores),
    words(counters.join(", ") || MISSING),
  ];
}
