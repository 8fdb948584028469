import {
  type RunTrend,
  type TrendMetric,
  type TrendRun,
  trendsOf,
} from "../../metrics/series/run-trend.ts";
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
import { formatCount, formatInstant, formatRatio, formatUtc, MISSING } from "../parts/format.ts";
import type { TrendFigure } from "../parts/runs-figure.ts";
import type { RunGroup } from "./groups.ts";
import { directionOf, isWorse, METRICS, readingOf, reasonsText } from "./trend-words.ts";

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

/** A trend with the names of its scenario and target. */
interface NamedTrend extends RunTrend {
  readonly group: RunGroup;
}

/** Trends of a page: those with a change first, each with its change in one sentence. */
export function trendBlocks(groups: readonly RunGroup[], rangeOf: RangeOf): readonly Block[] {
  const ordered = groups
    .flatMap((group) => trendsOf(group.runs).map((trend) => ({ ...trend, group })))
    .toSorted((one, other) => Number(one.change === null) - Number(other.change === null));
  const shown = ordered.slice(0, MAX_TRENDS);
  const left = ordered.length - shown.length;
  return [
    ...shown.flatMap((trend) => (trend.change === null ? [] : [changeNotice(trend)])),
    ...shown.map((trend, at) => trendChart(trend, `trend-${at + 1}`, rangeOf)),
    ...(left === 0 ? [] : [paragraph(`${formatCount(left)} more trends are not shown.`)]),
  ];
}

function changeNotice(trend: NamedTrend): Notice {
  const { group, phase, change, levels, metric, runs } = trend;
  const { show } = METRICS[metric];
  const [before, after] = levels;
  const since = runs[change?.at ?? 0];
  const text: Text = [
    ...group.scenario,
    " on ",
    ...group.target,
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

function trendChart(trend: NamedTrend, id: string, rangeOf: RangeOf): Chart {
  const { group, phase, metric } = trend;
  const { scenario, target } = group;
  const figure = figureOf(trend, rangeOf);
  return {
    kind: "chart",
    id,
    title: [...scenario, " on ", ...target, ", ", code(phase), `: ${METRICS[metric].title}`],
    reading: readingOf(trend, figure),
    figure,
    numbers: numbersOf(trend, id, rangeOf),
  };
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
    ...endsOf(runs),
  };
}

/** Texts below both ends of the axis: the start of the first and of the last run. */
function endsOf(runs: readonly TrendRun[]): Pick<TrendFigure, "from" | "to"> {
  const [first, last] = [runs[0], runs.at(-1)].map((one) => formatUtc(one?.run.startedAt ?? null));
  const [from = MISSING, to = MISSING] = [first, last];
  if (from.slice(0, 10) !== to.slice(0, 10))
    return { from: from.slice(0, 16), to: to.slice(0, 16) };
  // Runs of one day: the time of the last one, to the second.
  return { from, to: from === to ? "" : to.slice(11) };
}

function excludedText({ excludedBy }: TrendRun): string {
  return excludedBy.length === 0 ? "" : `, not in the medians: ${reasonsText(excludedBy)}`;
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
        words(reasonsText(one.excludedBy)),
      ];
    }),
  };
}
