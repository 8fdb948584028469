import { ENOUGH_FOR_RATE } from "../../../metrics/histogram/sample-size.ts";
import { overall } from "../../../metrics/phase-result.ts";
import type { OpenLoop, PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import {
  type Cell,
  cell,
  list,
  name,
  paragraph,
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
  ["offered_per_second", "Offered op/s", "right"],
  ["scheduled", "Arrivals", "right"],
  ["operations_per_second", "Achieved op/s", "right"],
  ["late", "Started late", "right"],
  ["dropped", "Dropped", "right"],
  ["backlog_most", "Backlog max", "right"],
  ["backlog_at_end", "Backlog at end", "right"],
  ["pacing_p50_ns", "pacing error p50", "right"],
  ["pacing_p99_ns", "pacing error p99", "right"],
]);

/** Fewer operations still waiting at the end are what any queue holds at any moment. */
const GROWN_SHARE = 0.01;

/** A phase with an open loop: what was offered, what was carried, and what waited. */
export function openLoopSection(run: Run): Section | null {
  const opened = run.phases.flatMap((result) =>
    result.openLoop === undefined ? [] : [{ result, open: result.openLoop }],
  );
  if (opened.length === 0) return null;
  const responses = opened.flatMap(({ result }) =>
    shownSummaries(result).flatMap((summary) => responseRow(result, summary)),
  );
  const said = opened.flatMap(({ result, open }) => wordsOf(result, open));
  return {
    title: "Offered load",
    blocks: [
      {
        kind: "table",
        id: "offered",
        columns: OFFERED,
        rows: opened.map(({ result, open }) => offeredRow(result, open)),
      },
      ...(said.length === 0 ? [] : [list(said)]),
      { kind: "table", id: "responses", columns: RESPONSES, rows: responses },
      paragraph(
        "Operations were scheduled at the offered rate, the mean of the plan, whatever the " +
          "storage did. Response: from when an operation was due to its completion, so that " +
          "waiting for a free slot is in it. " +
          "Service: from when it was issued. Started late: no slot was free when it was due. " +
          "Pacing error: how late the load generator itself was where a slot was free.",
      ),
    ],
  };
}

function offeredRow(result: PhaseResult, open: OpenLoop): Cell[] {
  const achieved = overall(result)?.operationsPerSecond ?? null;
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

/** What became of a load that was not carried, in words. */
function wordsOf(result: PhaseResult, open: OpenLoop): Text[] {
  const said: Text[] = [];
  const phase = { code: result.phase.name };
  const which = `, repetition ${result.repetition}: `;
  const achieved = overall(result)?.operationsPerSecond ?? 0;
  if (open.offered < ENOUGH_FOR_RATE) {
    const counted = open.offered === 1 ? "1 operation was" : `${open.offered} operations were`;
    const least = formatDuration((ENOUGH_FOR_RATE / open.offeredPerSecond) * 1e9);
    said.push([
      phase,
      `${which}${counted} scheduled, too few for an achieved rate: it may differ from the ` +
        `offered one by the position of the operations alone. Run at least ${least}.`,
    ]);
  }
  if (open.backlogAtEnd > open.offered * GROWN_SHARE) {
    const share = formatShare(open.offeredPerSecond > 0 ? achieved / open.offeredPerSecond : 0);
    said.push([
      phase,
      `${which}the backlog grew: ${formatCount(open.backlogAtEnd)} operations were waiting when ` +
        `the phase ended. ${formatIops(achieved)} op/s were carried, ${share} of what was ` +
        "offered; response times are those of this length of time and grow with it.",
    ]);
  }
  if (open.dropped > 0) {
    said.push([
      phase,
      `${which}${formatCount(open.dropped)} operations were dropped because more than ` +
        `${formatCount(result.phase.rate?.mostBacklog)} waited; response times contain how long ` +
        "each had waited by then, as a lower bound.",
    ]);
  }
  if (open.unissued > 0) {
    said.push([
      phase,
      `${which}${formatCount(open.unissued)} operations were scheduled and never issued; ` +
        "response times contain how long each had waited when issuing ended, as a lower bound.",
    ]);
  }
  return said;
}
