import { ENOUGH_FOR_RATE } from "../../../metrics/histogram/sample-size.ts";
import { achievedPerSecond, overall } from "../../../metrics/phase-result.ts";
import type { OpenLoop, PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import {
  type Cell,
  cell,
  list,
  name,
  type Text,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatCount, formatDuration, formatIops, formatShare } from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import type { Section } from "../../report.ts";
import { operationName, shownSummaries } from "../words/phase.ts";

const RESPONSES = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["response_p50_ns", "response p50", "right"],
  ["response_p99_ns", "response p99", "right"],
  ["response_p999_ns", "response p99.9", "right"],
  ["response_max_ns", "response max", "right"],
  ["latency_p50_ns", "service p50", "right"],
  ["latency_p99_ns", "service p99", "right"],
]);

const OFFERED = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["offered_per_second", "Offered ops/s", "right"],
  ["scheduled", "Arrivals", "right"],
  ["operations_per_second", "Achieved ops/s", "right"],
  ["late", "Late", "right"],
  ["dropped", "Dropped", "right"],
  ["backlog_most", "Max. backlog", "right"],
  ["backlog_at_end", "Final backlog", "right"],
  ["pacing_p50_ns", "pacing p50", "right"],
  ["pacing_p99_ns", "pacing p99", "right"],
]);

/** Share of the offered operations in the final backlog from which it has grown. */
const GROWN_SHARE = 0.01;

/** Open loops: offered load, achieved rate, backlog, and response times. */
export function openLoopSection(run: Run): Section | null {
  const opened = run.phases.flatMap((result) =>
    result.openLoop === undefined ? [] : [{ result, open: result.openLoop }],
  );
  if (opened.length === 0) return null;
  const responses = opened.flatMap(({ result }) =>
    shownSummaries(result).flatMap((summary) => responseRow(result, summary)),
  );
  const notes = opened.flatMap(({ result, open }) => notesOf(result, open));
  return {
    title: "Offered load",
    blocks: [
      {
        kind: "table",
        id: "offered",
        columns: OFFERED,
        keys: 2,
        rows: opened.map(({ result, open }) => offeredRow(result, open)),
      },
      ...(notes.length === 0 ? [] : [list(notes)]),
      { kind: "table", id: "responses", columns: RESPONSES, rows: responses, keys: 2 },
      list([
        "Offered: mean rate of the schedule, regardless of completions.",
        "Response: scheduled start to completion, including the wait for a free slot. Service: " +
          "issue to completion.",
        "Late: operations that no slot was free for at their scheduled start. Backlog: scheduled " +
          "operations not yet issued, counted whenever one is issued, without that one: a single " +
          "late operation leaves no backlog.",
        "Pacing: delay that the load generator caused although a slot was free.",
      ]),
    ],
  };
}

function offeredRow(result: PhaseResult, open: OpenLoop): Cell[] {
  const achieved = achievedPerSecond(overall(result));
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    cell(formatIops(open.offeredPerSecond), open.offeredPerSecond),
    cell(formatCount(open.offered), open.offered),
    cell(formatIops(achieved), achieved),
    cell(formatCount(open.late), open.late),
    cell(formatCount(open.dropped), open.dropped),
    cell(formatCount(open.backlogMost), open.backlogMost),
    cell(formatCount(open.backlogAtEnd), open.backlogAtEnd),
    ...statisticCells(open.pacing, "p50", "p99"),
  ];
}

function responseRow(result: PhaseResult, summary: Summary): Cell[][] {
  const { response, latency } = summary;
  if (response == null) return [];
  return [
    [
      name(result.phase.name),
      cell(String(result.repetition), result.repetition),
      words(operationName(result, summary)),
      ...statisticCells(response, "p50", "p99", "p99.9", "max"),
      ...statisticCells(latency, "p50", "p99"),
    ],
  ];
}

/** Notes on loads that the target did not sustain. */
function notesOf(result: PhaseResult, open: OpenLoop): Text[] {
  const notes: Text[] = [];
  const phase = { code: result.phase.name };
  const which = `, repetition ${result.repetition}: `;
  const achieved = overall(result)?.operationsPerSecond ?? 0;
  if (open.offered < ENOUGH_FOR_RATE) {
    const counted = open.offered === 1 ? "1 operation was" : `${open.offered} operations were`;
    const least = formatDuration((ENOUGH_FOR_RATE / open.offeredPerSecond) * 1e9);
    notes.push([
      phase,
      `${which}${counted} scheduled, too few to compare the achieved rate with the offered one. ` +
        `Run at least ${least}.`,
    ]);
  }
  if (open.backlogAtEnd > open.offered * GROWN_SHARE) {
    const share = formatShare(open.offeredPerSecond > 0 ? achieved / open.offeredPerSecond : 0);
    notes.push([
      phase,
      `${which}the backlog grew to ${formatCount(open.backlogAtEnd)} operations at the end of ` +
        `the phase. The target sustained ${formatIops(achieved)} ops/s, ${share} of the offered ` +
        "load; response times grow with the duration.",
    ]);
  }
  if (open.dropped > 0) {
    notes.push([
      phase,
      `${which}${formatCount(open.dropped)} operations were dropped because the backlog exceeded ` +
        `${formatCount(result.phase.rate?.mostBacklog)}; their wait until then is in the ` +
        "response times as a lower bound.",
    ]);
  }
  if (open.unissued > 0) {
    notes.push([
      phase,
      `${which}${formatCount(open.unissued)} operations were scheduled but never issued; their ` +
        "wait until the end is in the response times as a lower bound.",
    ]);
  }
  return notes;
}
