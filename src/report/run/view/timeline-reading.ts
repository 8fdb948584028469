import type { TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
import { formatCount, formatLatency, formatNumber } from "../../parts/format.ts";

/** A column with a p99 this many times the median one stands out. */
const PEAK_RATIO = 5;

const HOW_TO_READ =
  "Lines show p50 and p99 of each interval, cells all latencies; where both are missing, no " +
  "operation completed.";

/** Sentences on what stands out in a time line, then how to read it. */
export function timelineReading(figure: TimelineFigure): string {
  const found = [
    gapSentence(figure.columns),
    backlogSentence(figure.columns),
    figure.changes[0] === undefined ? null : `${figure.changes[0].text}.`,
  ].flatMap((words) => words ?? []);
  const shown = found.length > 0 ? found : [peakSentence(figure.columns)];
  return [...shown.slice(0, 2), HOW_TO_READ].join(" ");
}

/** The longest time in which nothing completed; null if there is none. */
function gapSentence(columns: readonly TimelineColumn[]): string | null {
  let [from, longest] = [0, 0];
  let start: number | null = null;
  for (const { fromS, toS, rate } of columns) {
    start = rate > 0 ? null : (start ?? fromS);
    if (start !== null && toS - start > longest) [from, longest] = [start, toS - start];
  }
  if (longest === 0) return null;
  const until = formatNumber(from + longest);
  return `No operation completed from ${formatNumber(from)} s to ${until} s.`;
}

function backlogSentence(columns: readonly TimelineColumn[]): string | null {
  const worst = highest(columns, ({ backlog }) => backlog);
  if (worst === null || (worst.backlog ?? 0) === 0) return null;
  const most = formatCount(worst.backlog);
  return `The backlog reached ${most} operations at ${formatNumber(worst.fromS)} s.`;
}

/** The highest p99 if it stands out, else that none does. */
function peakSentence(columns: readonly TimelineColumn[]): string {
  const worst = highest(columns, ({ p99Ns }) => p99Ns);
  const all = columns.flatMap(({ p99Ns }) => p99Ns ?? []).toSorted((a, b) => a - b);
  const median = all[Math.floor(all.length / 2)];
  if (worst === null || median === undefined) return "Intervals have too few operations for p99.";
  const [most, usual] = [formatLatency(worst.p99Ns), formatLatency(median)];
  if ((worst.p99Ns ?? 0) < PEAK_RATIO * median) {
    return `The p99 of the intervals is at most ${most}, half of them are at most ${usual}.`;
  }
  return (
    `The highest p99 of an interval is ${most}, at ${formatNumber(worst.fromS)} s; half of the ` +
    `intervals are at most ${usual}.`
  );
}

function highest(
  columns: readonly TimelineColumn[],
  of: (column: TimelineColumn) => number | null,
): TimelineColumn | null {
  return columns.reduce<TimelineColumn | null>(
    (best, one) => ((of(one) ?? 0) > (best === null ? 0 : (of(best) ?? 0)) ? one : best),
    null,
  );
}
