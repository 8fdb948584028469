import type { RunTrend, TrendMetric, TrendRun } from "../../metrics/series/run-trend.ts";
import {
  type Block,
  type Chart,
  cell,
  code,
  type Notice,
  name,
  paragraph,
  strong,
  type Table,
  type Text,
  tableColumns,
  words,
} from "../parts/document.ts";
import {
  formatCount,
  formatInstant,
  formatIops,
  formatLatency,
  formatRate,
  formatRatio,
  formatUtc,
  MISSING,
} from "../parts/format.ts";
import type { RunsUnit, TrendFigure } from "../parts/runs-figure.ts";

/** Slowest and fastest interval of one repetition of a phase, per second. */
interface RateRange {
  readonly phase: string;
  readonly repetition: number;
  readonly operations: { readonly low: number; readonly high: number };
  readonly bytes: { readonly low: number; readonly high: number };
}

/** Finds the range of a repetition; null if its intervals are not stored. */
export type RangeOf = (runId: string, phase: string, repetition: number) => RateRange | null;

/** At most this many trends on a page. */
const MAX_TRENDS = 12;

/** Runs that count from which on a change can be found. */
const MIN_FOR_CHANGE = 7;

interface ShownMetric {
  readonly title: string;
  readonly unit: RunsUnit;
  readonly show: (value: number) => string;
  readonly faster: "more" | "less";
}

const METRICS: Readonly<Record<TrendMetric, ShownMetric>> = {
  operations: {
    title: "rate",
    unit: "ops/s",
    show: (value) => `${formatIops(value)} ops/s`,
    faster: "more",
  },
  bytes: { title: "throughput", unit: "B/s", show: formatRate, faster: "more" },
  responseP99: { title: "response p99", unit: "ns", show: formatLatency, faster: "less" },
};

/** Trends of a page: those with a change first, each with its change in one sentence. */
export function trendBlocks(trends: readonly RunTrend[], rangeOf: RangeOf): readonly Block[] {
  const ordered = trends.toSorted(
    (one, other) => Number(one.change === null) - Number(other.change === null),
  );
  const shown = ordered.slice(0, MAX_TRENDS);
  const left = ordered.length - shown.length;
  return [
    ...shown.flatMap((trend) => (trend.change === null ? [] : [changeNotice(trend)])),
    ...shown.map((trend, at) => trendChart(trend, `trend-${at + 1}`, rangeOf)),
    ...(left === 0 ? [] : [paragraph(`${formatCount(left)} more trends are not shown.`)]),
  ];
}

function changeNotice(trend: RunTrend): Notice {
  const { plan, target, phase, change, levels, metric, runs } = trend;
  const { show } = METRICS[metric];
  const [before, after] = levels;
  const since = runs[change?.at ?? 0];
  const text: Text = [
    code(plan),
    " on ",
    code(target),
    ", ",
    code(phase),
    ": ",
    strong(directionOf(trend)),
    ` since run ${(change?.at ?? 0) + 1} (${formatInstant(since?.run.startedAt ?? null)}): ` +
      `median ${show(after?.median ?? 0)} after ${show(before?.median ?? 0)} ` +
      `(${formatRatio(change?.ratio)}).`,
    ...(change?.differences == null
      ? []
      : [` Both sides differ in storage, host or software: ${change.differences}.`]),
  ];
  return { kind: "notice", tone: isWorse(trend) ? "bad" : "good", text };
}

function isWorse({ change, metric }: RunTrend): boolean {
  return (change?.ratio ?? 1) > 1 === (METRICS[metric].faster === "less");
}

function directionOf(trend: RunTrend): "slower" | "faster" {
  return isWorse(trend) ? "slower" : "faster";
}

function trendChart(trend: RunTrend, id: string, rangeOf: RangeOf): Chart {
  const { plan, target, phase, metric } = trend;
  return {
    kind: "chart",
    id,
    title: [code(plan), " on ", code(target), ", ", code(phase), `: ${METRICS[metric].title}`],
    reading: readingOf(trend),
    figure: figureOf(trend, rangeOf),
    numbers: numbersOf(trend, id, rangeOf),
  };
}

function readingOf({ change, levels, metric, runs }: RunTrend): string {
  const { show } = METRICS[metric];
  const excluded = runs.filter(({ excludedBy }) => excludedBy.length > 0).length;
  const counted = runs.length - excluded;
  const medians = levels.map((one) => `${show(one.median)} in ${formatCount(one.runs)} runs`);
  const outcome =
    change !== null
      ? `Median ${medians.join(", then ")}: ${formatRatio(change.ratio)}.${betweenText(levels)}`
      : counted < MIN_FOR_CHANGE
        ? fewText(counted)
        : `No lasting change: median ${medians.join()}.`;
  const gray =
    excluded === 0
      ? ""
      : ` Gray squares: ${formatCount(excluded)} of ${formatCount(runs.length)} runs are in no ` +
        "median, because the load generator waited for a CPU, paused, lost time to steal or was " +
        "the limit, or because they are incomplete.";
  const bars = metric === "responseP99" ? "" : " Bars: slowest and fastest second of each run.";
  return `${outcome}${bars} Dotted: medians.${gray}`;
}

/** The runs between which the change was, if disturbed runs are there; otherwise empty. */
function betweenText([before, after]: RunTrend["levels"]): string {
  if (before === undefined || after === undefined || after.from === before.to + 1) return "";
  return ` The change came between run ${before.to + 1} and run ${after.from + 1}.`;
}

/** Explains that too few runs count for a change. */
function fewText(counted: number): string {
  const enough = `a change shows from ${MIN_FOR_CHANGE} runs without them.`;
  if (counted === 0) return `All runs have caveats of the load generator; ${enough}`;
  const some = counted === 1 ? "1 run is" : `${counted} runs are`;
  return `${some} without caveats of the load generator; ${enough}`;
}

function figureOf(trend: RunTrend, rangeOf: RangeOf): TrendFigure {
  const { metric, runs, levels, change } = trend;
  const { unit, show } = METRICS[metric];
  return {
    kind: "trend",
    unit,
    points: runs.map((one, at) => ({
      value: one.value,
      ...rangeOfRun(one, metric, rangeOf),
      excluded: one.excludedBy.length > 0,
      text: `run ${at + 1}, ${one.run.id}: ${show(one.value)}${excludedText(one)}`,
    })),
    levels: levels.map(({ from, to, median }) => ({ from, to, median })),
    change:
      change === null
        ? null
        : {
            before: change.at,
            words: `${directionOf(trend)} since run ${change.at + 1}: ${formatRatio(change.ratio)}`,
            worse: isWorse(trend),
          },
    from: minuteOf(runs[0]),
    to: minuteOf(runs.at(-1)),
  };
}

/** Start of a run to the minute: `2026-11-26 03:04`. */
function minuteOf(one: TrendRun | undefined): string {
  return formatInstant(one?.run.startedAt ?? null).slice(0, 16);
}

function excludedText({ excludedBy }: TrendRun): string {
  return excludedBy.length === 0 ? "" : `, not in the medians: ${excludedBy.join(", ")}`;
}

function rangeOfRun(
  { run, result }: TrendRun,
  metric: TrendMetric,
  rangeOf: RangeOf,
): { readonly low: number | null; readonly high: number | null } {
  const found = rangeOf(run.id, result.phase.name, result.repetition);
  if (metric === "responseP99" || found === null) return { low: null, high: null };
  return found[metric];
}

function numbersOf({ runs, metric }: RunTrend, id: string, rangeOf: RangeOf): Table {
  const { show } = METRICS[metric];
  const shown = (value: number | null) => cell(value === null ? MISSING : show(value), value);
  return {
    kind: "table",
    id: `${id}-numbers`,
    columns: tableColumns([
      ["run", "Run", "right"],
      ["run_id", "Id", "left"],
      ["started_at", "Started (UTC)", "left"],
      ["value", METRICS[metric].title, "right"],
      ["slowest", "Slowest second", "right"],
      ["fastest", "Fastest second", "right"],
      ["excluded_by", "Not in the medians", "left"],
    ]),
    rows: runs.map((one, at) => {
      const { low, high } = rangeOfRun(one, metric, rangeOf);
      return [
        cell(formatCount(at + 1), at + 1),
        name(one.run.id),
        cell(formatUtc(one.run.startedAt), one.run.startedAt),
        shown(one.value),
        shown(low),
        shown(high),
        words(one.excludedBy.join(", ")),
      ];
    }),
  };
}
