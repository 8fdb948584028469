import { hostEvidence } from "../../../metrics/host-evidence.ts";
import { isThroughput, reportedPart } from "../../../metrics/phase-result.ts";
import type { PhaseSeries, SeriesColumn } from "../../../metrics/series/series.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { RateChange } from "../../../model/run/stability.ts";
import { type Chart, code } from "../../parts/document.ts";
import type { TimelineBand, TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
import {
  formatCount,
  formatIops,
  formatLatency,
  formatNumber,
  formatRate,
  formatShare,
} from "../../parts/format.ts";
import { boundText } from "../../parts/latency-cell.ts";
import { boundOf } from "../words/bounds.ts";
import { rateTitle } from "../words/phase.ts";
import type { Detail } from "./detail.ts";
import { phaseId, phaseTitle } from "./names.ts";
import { timelineNumbers } from "./timeline-numbers.ts";
import { timelineReading } from "./timeline-reading.ts";

/** Minimum operations of a time line. */
const MIN_OPERATIONS = 20;

/** Rate, latencies and events of a phase over time; null without columns. */
export function timelineChart(
  run: Run,
  result: PhaseResult,
  series: PhaseSeries,
  detail: Detail,
): Chart | null {
  const operations = series.columns.reduce((sum, column) => sum + column.operations, 0);
  if (series.columns.length < 2 || operations < MIN_OPERATIONS) return null;
  const figure = timelineFigure(run, result, series, detail);
  const id = `over-time-${phaseId(run, result)}`;
  return {
    kind: "chart",
    id,
    title: ["Over time: ", code(phaseTitle(run, result))],
    reading: timelineReading(figure),
    figure,
    numbers: timelineNumbers(`${id}-numbers`, figure, detail.rows),
  };
}

function timelineFigure(
  run: Run,
  result: PhaseResult,
  series: PhaseSeries,
  { isFull }: Detail,
): TimelineFigure {
  const isBytes = showsThroughput(result, series);
  return {
    kind: "timeline",
    rateUnit: isBytes ? "B/s" : "ops/s",
    rateTitle: isBytes ? "MB/s" : rateTitle(run),
    metric: series.metric,
    tail: tailOf(series),
    columns: series.columns
      .filter(({ widthS }) => widthS > 0)
      .map((column) => columnOf(column, isBytes, rateTitle(run)))
      .map((column) => (isFull ? column : { ...column, text: "" })),
    bands: [...excludedBands(result, series), ...pauseBands(result, run)],
    changes: changesOf(result, rateTitle(run)),
  };
}

/** The maximum replaces p99 if fewer than half of the columns have enough operations for it. */
function tailOf({ columns }: PhaseSeries): TimelineFigure["tail"] {
  const busy = columns.filter(({ maxNs }) => maxNs !== null);
  return busy.filter(({ p99Ns }) => p99Ns !== null).length * 2 < busy.length ? "max" : "p99";
}

/** Whether the throughput of a phase says more than its operations per second. */
function showsThroughput({ phase }: PhaseResult, { columns }: PhaseSeries): boolean {
  const operations = columns.reduce((sum, column) => sum + column.operations, 0);
  const bytes = columns.reduce((sum, column) => sum + column.bytes, 0);
  return phase.rate === null && isThroughput(bytes, operations);
}

function columnOf(column: SeriesColumn, isBytes: boolean, title: string): TimelineColumn {
  const { fromS, widthS, operations, bytes, open } = column;
  const rate = (isBytes ? bytes : operations) / widthS;
  return {
    fromS,
    toS: fromS + widthS,
    rate,
    offered: open === null || isBytes ? null : open.offered / widthS,
    p50Ns: column.p50Ns,
    p99Ns: column.p99Ns,
    maxNs: column.maxNs,
    ...boundOf(column),
    cells: column.cells,
    errors: column.errors,
    throttled: column.throttled,
    backlog: backlogOf(column),
    stealShare: column.stealShare,
    cpuWaitShare: column.cpuWaitShare,
    deviceReadRate: column.deviceReadBytesPerSecond,
    deviceWriteRate: column.deviceWriteBytesPerSecond,
    text: columnText(column, isBytes ? formatRate(rate) : `${formatIops(rate)} ${title}`),
  };
}

/** Highest known backlog of a column; null in a closed loop. */
function backlogOf({ open }: SeriesColumn): number | null {
  return open === null ? null : Math.max(open.backlogMost, open.backlogEnd ?? 0);
}

/** `5.1 s: 80 of 400 ops/s, p50 12 ms, p99 633 ms, backlog 40`. */
function columnText(column: SeriesColumn, rate: string): string {
  const { fromS, widthS, open, p50Ns, p99Ns, maxNs, atLeastNs } = column;
  const { errors, throttled, stealShare } = column;
  const parts = [
    rate + (open === null ? "" : ` of ${formatIops(open.offered / widthS)} offered`),
    ...(column.operations === 0 ? ["nothing completed"] : []),
    ...(p50Ns === null ? [] : [`p50 ${boundText(p50Ns, atLeastNs)}`]),
    ...(p99Ns === null ? [] : [`p99 ${boundText(p99Ns, atLeastNs)}`]),
    ...(maxNs === null ? [] : [`max ${boundText(maxNs, atLeastNs)}`]),
    ...(errors === 0 ? [] : [`${formatCount(errors)} errors`]),
    ...(throttled === 0 ? [] : [`${formatCount(throttled)} throttled`]),
    ...((backlogOf(column) ?? 0) === 0 ? [] : [`backlog up to ${formatCount(backlogOf(column))}`]),
    ...((stealShare ?? 0) < 0.01 ? [] : [`CPU steal ${formatShare(stealShare)}`]),
  ];
  return `${formatNumber(fromS)} s: ${parts.join(", ")}`;
}

function pauseBands(result: PhaseResult, { hosts = [] }: Run): readonly TimelineBand[] {
  return hostEvidence(result, hosts).flatMap(({ name, harness }) =>
    (harness?.pauses?.list ?? []).map(({ atNs, lengthNs }): TimelineBand => {
      const where = name === null ? "" : ` of ${name}`;
      return {
        meaning: "pause",
        fromS: atNs / 1e9,
        toS: (atNs + lengthNs) / 1e9,
        text: `The load generator${where} was not scheduled for ${formatLatency(lengthNs)}.`,
      };
    }),
  );
}

/** Times before and after the part that the results cover. */
function excludedBands(result: PhaseResult, { columns }: PhaseSeries): readonly TimelineBand[] {
  const { fromNs, toNs } = reportedPart(result);
  const last = columns.at(-1);
  const endS = last === undefined ? 0 : last.fromS + last.widthS;
  const parts = [
    { fromS: 0, toS: Math.min(endS, fromNs / 1e9) },
    { fromS: Math.min(endS, toNs / 1e9), toS: endS },
  ];
  return parts
    .filter(({ fromS, toS }) => toS > fromS)
    .map((part) => ({
      meaning: "excluded",
      ...part,
      text: "Not in the results: warm-up, or outside of the steady part.",
    }));
}

/** Lasting changes of the rate: one or several. */
function changesOf({ stability }: PhaseResult, title: string): TimelineFigure["changes"] {
  const { change = null, levels = [] } = stability ?? {};
  const known = change === null ? levels : changeLevels(change);
  return known.slice(1).map(({ fromNs, perSecond }, at) => {
    const before = known[at]?.perSecond ?? perSecond;
    const verb = perSecond < before ? "fell" : "rose";
    return {
      atS: fromNs / 1e9,
      text:
        `The rate ${verb} from ${formatIops(before)} to ${formatIops(perSecond)} ${title} ` +
        `at ${formatNumber(fromNs / 1e9)} s`,
    };
  });
}

function changeLevels({ atNs, beforePerSecond, afterPerSecond }: RateChange) {
  return [
    { fromNs: 0, perSecond: beforePerSecond },
    { fromNs: atNs, perSecond: afterPerSecond },
  ];
}
