import type { RunTrend, TrendMetric, TrendRun } from "../../metrics/series/run-trend.ts";
import {
  formatCount,
  formatIops,
  formatLatency,
  formatRate,
  formatRatio,
} from "../parts/format.ts";
import type { RunsUnit, TrendFigure } from "../parts/runs-figure.ts";
import { caveatName } from "../run/words/caveats.ts";

/** Runs that count from which on a change can be found. */
const MIN_FOR_CHANGE = 7;

interface ShownMetric {
  readonly title: string;
  readonly unit: RunsUnit;
  readonly show: (value: number) => string;
  readonly faster: "more" | "less";
}

/** How charts show a metric. */
export const METRICS: Readonly<Record<TrendMetric, ShownMetric>> = {
  operations: {
    title: "rate",
    unit: "ops/s",
    show: (value) => `${formatIops(value)} ops/s`,
    faster: "more",
  },
  bytes: { title: "throughput", unit: "B/s", show: formatRate, faster: "more" },
  responseP99: { title: "response p99", unit: "ns", show: formatLatency, faster: "less" },
};

/** Whether the runs after a change are slower. */
export function isWorse({ change, metric }: Pick<RunTrend, "change" | "metric">): boolean {
  return (change?.ratio ?? 1) > 1 === (METRICS[metric].faster === "less");
}

/** Direction of a change: of a latency that falls, `faster`. */
export function directionOf(trend: Pick<RunTrend, "change" | "metric">): "slower" | "faster" {
  return isWorse(trend) ? "slower" : "faster";
}

/** Outcome of a trend in one sentence, then the marks that its picture has. */
export function readingOf({ change, levels, metric, runs }: RunTrend, figure: TrendFigure): string {
  const { show } = METRICS[metric];
  const excluded = runs.filter(({ excludedBy }) => excludedBy.length > 0);
  const counted = runs.length - excluded.length;
  const medians = levels.map((one) => `${show(one.median)} in ${countedRuns(one.runs)}`);
  const outcome =
    change !== null
      ? `Median ${medians.join(", then ")}: ${formatRatio(change.ratio)}.${betweenText(levels)}`
      : counted < MIN_FOR_CHANGE
        ? fewText(counted)
        : `No lasting change: median ${medians.join()}.`;
  const marks = [
    ...(figure.points.some(({ low }) => low !== null)
      ? ["Bars: slowest and fastest second of each run."]
      : []),
    ...(levels.length === 0 ? [] : [`Dotted: ${levels.length === 1 ? "median" : "medians"}.`]),
    ...(excluded.length === 0 ? [] : [excludedSentence(excluded, runs.length)]),
  ];
  return [outcome, ...marks].join(" ");
}

/** Number of runs that no median includes, by reason: `CPU wait of the workers: 5 runs.` */
function excludedSentence(excluded: readonly TrendRun[], all: number): string {
  const reasons = Map.groupBy(
    excluded.flatMap(({ excludedBy }) => excludedBy),
    (reason) => reason,
  );
  const words = [...reasons]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([reason, { length }]) => `${caveatName(reason)}: ${countedRuns(length)}.`);
  const count = `${formatCount(excluded.length)} of ${formatCount(all)}`;
  return `Gray squares: ${count} runs are in no median. ${words.join(" ")}`;
}

function countedRuns(count: number): string {
  return count === 1 ? "1 run" : `${formatCount(count)} runs`;
}

/** The runs between which the change was, if disturbed runs are there; otherwise empty. */
function betweenText([before, after]: RunTrend["levels"]): string {
  if (before === undefined || after === undefined || after.from === before.to + 1) return "";
  return ` The change came between run ${before.to + 1} and run ${after.from + 1}.`;
}

/** Explains that too few runs count for a change. */
function fewText(counted: number): string {
  const enough = `a change shows from ${MIN_FOR_CHANGE} runs without them.`;
  if (counted === 0) return `All runs have caveats; ${enough}`;
  const some = `${countedRuns(counted)} ${counted === 1 ? "is" : "are"}`;
  return `${some} without caveats; ${enough}`;
}

/** Names of the caveats that exclude a run, given by their codes. */
export function reasonsText(codes: readonly string[]): string {
  return codes.map(caveatName).join(", ");
}
