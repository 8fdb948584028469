import { join } from "node:path";
import {
  type HistogramCounts,
  TIMED,
  type Timed,
  type TimeSeries,
  type TimeSeriesSource,
} from "../../metrics/histogram/time-series.ts";
import { reportedPart, startsIn, type TimeSpan } from "../../metrics/phase-result.ts";
import { latencyProblem, RowCheck } from "../../metrics/series/complete.ts";
import { SERIES_METRICS } from "../../metrics/series/series.ts";
import { usualIntervals } from "../../model/plan/intervals.ts";
import { longestNs } from "../../model/plan/plan.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { Folders, type IntervalFiles, type IntervalRow, type LogLine } from "./interval-files.ts";
import type { StoredRun } from "./read.ts";
import { logTag } from "./store.ts";

/**
 * Time series of stored runs, read from `intervals.csv` and `latency.hlog` when first asked for.
 * Null for a run without these files, one that was not given, or where a file is damaged or was
 * cut: nothing but intervals depends on them. Throws UsageError where a row is.
 */
export function timeLinesOf(stored: readonly StoredRun[]): TimeSeriesSource {
  const folders = new Folders();
  const complete = new Map<PhaseResult, boolean>();
  const isWhole = (folder: IntervalFiles, result: PhaseResult): boolean => {
    const whole = complete.get(result) ?? isComplete(folder, result);
    complete.set(result, whole);
    return whole;
  };
  const all = new Map([...stored.flatMap(hostsOf), ...stored].map((one) => [one.run.id, one]));
  return (runId, phase, repetition, operation, part = "reported") => {
    const named = all.get(runId);
    if (named === undefined) return null;
    const folder = folders.of(runId, named.folder, `${phase}#${repetition}`);
    const result = named.run.phases.find(
      (one) => one.phase.name === phase && one.repetition === repetition,
    );
    if (folder === null || result === undefined || !isWhole(folder, result)) return null;
    const span = part === "whole" ? WHOLE : reportedPart(result);
    const line = timeLineOf(folder, { phase, repetition, operation }, span);
    return line === null ? null : joined(line, perRate(named.run, result));
  };
}

/** The runs of single hosts, whose ids have the directory below that of the run. */
function hostsOf({ run, folder }: StoredRun): readonly StoredRun[] {
  return (run.hostRuns ?? []).map((host) => {
    return { run: host, folder: join(folder, host.id.slice(run.id.length)) };
  });
}

/** Stored intervals that statistics take together, see `Intervals`; 1 in runs of older versions. */
function perRate({ plan }: Run, { phase, intervalNs, pointOf }: PhaseResult): number {
  if (plan.intervalNs > 0 || pointOf !== undefined) return 1;
  const usual = usualIntervals(longestNs(phase.limit));
  return usual.intervalNs === intervalNs ? usual.perRate : 1;
}

const WHOLE: TimeSpan = { fromNs: 0, toNs: Number.POSITIVE_INFINITY };

/** Whether both files have all operations of a phase. */
function isComplete(folder: IntervalFiles, result: PhaseResult): boolean {
  const { phase, repetition } = result;
  const check = new RowCheck(result);
  for (const row of folder.rows.get(`${phase.name}#${repetition}`) ?? []) check.add(row);
  return check.problem() === null && latencyProblem(result, countsOf(folder, result)) === null;
}

/** Latencies in the log of the reported part of a phase. */
function countsOf(folder: IntervalFiles, { phase, repetition, ...result }: PhaseResult) {
  const at = { phase: phase.name, repetition };
  return phase.mix.flatMap(({ operation }) => {
    const line = timeLineOf(folder, { ...at, operation }, reportedPart(result));
    return SERIES_METRICS.map((metric) => {
      const intervals = line?.latencies[metric] ?? [];
      const count = intervals.reduce((sum, one) => sum + (one === null ? 0 : totalOf(one)), 0);
      return { operation, metric, count };
    });
  });
}

function totalOf({ counts }: HistogramCounts): number {
  let total = 0;
  for (let at = 0; at < counts.length; at++) total += counts[at] ?? 0;
  return total;
}

/** One operation (or `all`) of one repetition of a phase. */
interface Asked {
  readonly phase: string;
  readonly repetition: number;
  readonly operation: string;
}

function timeLineOf(folder: IntervalFiles, asked: Asked, span: TimeSpan): TimeSeries | null {
  const all = folder.rows.get(`${asked.phase}#${asked.repetition}`) ?? [];
  const rows = asked.operation === "all" ? all : all.filter((r) => r.operation === asked.operation);
  const starts = [...new Set(rows.map((row) => row.fromS))];
  const [from, to] = positionsIn(span, starts);
  if (from === to) return null;
  const index = new Map(starts.map((start, at) => [start, at]));
  const sum = (read: (row: IntervalRow) => number): Float64Array => {
    const sums = new Float64Array(starts.length);
    for (const row of rows) {
      const at = index.get(row.fromS) ?? 0;
      sums[at] = (sums[at] ?? 0) + read(row);
    }
    return sums.slice(from, to);
  };
  const widthsNs = new Float64Array(starts.length);
  for (const row of rows) widthsNs[index.get(row.fromS) ?? 0] = row.widthS * 1e9;
  try {
    const found = Object.entries(latenciesOf(folder, asked, rows, { starts, drainAt: to - 1 }));
    return {
      widthsNs: widthsNs.slice(from, to),
      operations: sum((row) => row.operations),
      bytes: sum((row) => row.bytes),
      latencies: Object.fromEntries(found.map(([of, cells]) => [of, cells.slice(from, to)])),
    };
  } catch {
    return null;
  }
}

/** The positions, first and one past the last, of intervals that start in a span. */
function positionsIn(span: TimeSpan, starts: readonly number[]): [number, number] {
  const isIn = starts.map((start) => startsIn(span, start));
  const from = isIn.indexOf(true);
  return from < 0 ? [0, 0] : [from, isIn.lastIndexOf(true) + 1];
}

/** Where latencies are put: when each interval starts, seconds, and which one takes the drain. */
interface Placement {
  readonly starts: readonly number[];
  readonly drainAt: number;
}

function latenciesOf(
  folder: IntervalFiles,
  at: Asked,
  rows: readonly IntervalRow[],
  placement: Placement,
): TimeSeries["latencies"] {
  const operations = [...new Set(rows.map((row) => row.operation))];
  const linesOf = (timed: Timed): readonly LogLine[] =>
    operations.flatMap((operation) => folder.lines.get(logTag(at, operation, timed)) ?? []);
  // The log counts from the start of the run: the first line with a row gives the offset.
  const row = rows.find(({ hasService }) => hasService);
  const tag = row === undefined ? "" : logTag(at, row.operation, "service");
  const origin = (folder.lines.get(tag)?.[0]?.fromS ?? 0) - (row?.fromS ?? 0);
  const latencies: Partial<Record<Timed, readonly (HistogramCounts | null)[]>> = {};
  for (const timed of TIMED) {
    const lines = linesOf(timed);
    if (lines.length === 0) continue;
    const found: (HistogramCounts | null)[] = placement.starts.map(() => null);
    for (const line of lines) {
      const place = placeOf(line, line.fromS - origin, placement);
      found[place] = merged(found[place] ?? null, folder.decode(line));
    }
    latencies[timed] = found;
  }
  return latencies;
}

/**
 * The interval that begins nearest to a line. The drain belongs to the last reported one: as in the
 * summaries, its latencies count in whatever part of the phase is reported, its operations in no
 * rate.
 */
function placeOf(line: LogLine, fromS: number, { starts, drainAt }: Placement): number {
  if (line.lengthS === 0) return drainAt;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const edge = ((starts[middle] ?? 0) + (starts[middle + 1] ?? 0)) / 2;
    if (fromS < edge) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A series whose neighboring intervals are taken together; the last ones may be fewer. */
function joined(line: TimeSeries, group: number): TimeSeries {
  if (group === 1) return line;
  const length = Math.ceil(line.widthsNs.length / group);
  const sums = (values: Float64Array): Float64Array => {
    const joined = new Float64Array(length);
    for (const [at, value] of values.entries()) {
      const into = Math.floor(at / group);
      joined[into] = (joined[into] ?? 0) + value;
    }
    return joined;
  };
  const latencies = Object.entries(line.latencies).map(([of, intervals]) => [
    of,
    Array.from({ length }, (_, into) =>
      intervals
        .slice(into * group, (into + 1) * group)
        .reduce((one, next) => (next === null ? one : merged(one, next)), null),
    ),
  ]);
  return {
    widthsNs: sums(line.widthsNs),
    operations: sums(line.operations),
    bytes: sums(line.bytes),
    latencies: Object.fromEntries(latencies),
  };
}

function merged(one: HistogramCounts | null, other: HistogramCounts): HistogramCounts {
  if (one === null) return other;
  const length = one.cells.length + other.cells.length;
  return {
    cells: joinedArrays(new Int32Array(length), one.cells, other.cells),
    counts: joinedArrays(new Float64Array(length), one.counts, other.counts),
  };
}

/** Copies an array and another one behind it. */
function joinedArrays<Values extends Int32Array | Float64Array>(
  into: Values,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Values {
  into.set(first);
  into.set(second, first.length);
  return into;
}
