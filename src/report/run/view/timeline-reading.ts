import type { TimelineColumn, TimelineFigure } from "../../parts/figure.ts";
import { formatCount, formatLatency, formatNumber } from "../../parts/format.ts";
import { figureText } from "../../parts/latency-cell.ts";
import { isLowerBound } from "../words/bounds.ts";

/** A column with a p99 this many times the median one stands out. */
const PEAK_RATIO = 5;

function howToRead({ tail, columns }: TimelineFigure): string {
  const isBound = columns.some((column) =>
    [column.p50Ns, tailOf(column, tail)].some((ns) => isLowerBound(ns, column.atLeastNs)),
  );
  const why = tail === "max" ? ", because most intervals have too few operations for p99" : "";
  return (
    `Lines show p50 and ${tail} of each interval${why}, cells all latencies; where all are ` +
    `missing, no operation completed.${isBound ? " Dotted parts are lower bounds (≥)." : ""}`
  );
}

/** Sentences on what stands out in a time line, then how to read it. */
export function timelineReading(figure: TimelineFigure): string {
  const found = [
    gapSentence(figure.columns),
    backlogSentence(figure.columns),
    figure.changes[0] === undefined ? null : `${figure.changes[0].text}.`,
  ].flatMap((words) => words ?? []);
  const shown = found.length > 0 ? found : [peakSentence(figure)];
  return [...shown.slice(0, 2), howToRead(figure)].join(" ");
}

/**
 * The longest time without completions; null if it is shorter than a column. The last column of an
 * interrupted phase may be shorter than an operation.
 */
function gapSentence(columns: readonly TimelineColumn[]): string | null {
  let [from, longest] = [0, 0];
  let start: number | null = null;
  for (const { fromS, toS, rate } of columns) {
    start = rate > 0 ? null : (start ?? fromS);
    if (start !== null && toS - start > longest) [from, longest] = [start, toS - start];
  }
  const columnS = Math.max(0, ...columns.map(({ fromS, toS }) => toS - fromS));
  if (longest === 0 || longest < columnS * 0.99) return null;
  const until = formatNumber(from + longest);
  return `No operation completed from ${formatNumber(from)} s to ${until} s.`;
}

function backlogSentence(columns: readonly TimelineColumn[]): string | null {
  const worst = highest(columns, ({ backlog }) => backlog);
  if (worst === null || (worst.backlog ?? 0) === 0) return null;
  const most = formatCount(worst.backlog);
  const [from, to] = [formatNumber(worst.fromS), formatNumber(worst.toS)];
  return `The backlog reached ${most} operations between ${from} s and ${to} s.`;
}

/** The highest p99 or maximum if it stands out, else that none does. */
function peakSentence({ columns, tail }: TimelineFigure): string {
  const ownTail = (column: TimelineColumn): number | null => tailOf(column, tail);
  const worst = highest(columns, ownTail);
  const all = columns.flatMap((column) => ownTail(column) ?? []).toSorted((a, b) => a - b);
  const median = all[Math.floor(all.length / 2)];
  if (worst === null || median === undefined) return "No interval has latencies.";
  const isBound = columns.some((column) => isLowerBound(ownTail(column), column.atLeastNs));
  const most = figureText({ ns: ownTail(worst), isLowerBound: isBound });
  const usual = formatLatency(median);
  if (!isBound && (ownTail(worst) ?? 0) < PEAK_RATIO * median) {
    return `The ${tail} of an interval is at most ${most}, of half of them at most ${usual}.`;
  }
  return (
    `The highest ${tail} of an interval is ${most}, at ${formatNumber(worst.fromS)} s; half of ` +
    `them are at most ${usual}.`
  );
}

function tailOf({ p99Ns, maxNs }: TimelineColumn, tail: TimelineFigure["tail"]): number | null {
  return tail === "p99" ? p99Ns : maxNs;
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
