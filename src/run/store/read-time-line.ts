import { join } from "node:path";
import { decodeCells } from "../../metrics/histogram/cells.ts";
import {
  type HistogramCounts,
  TIMED,
  type Timed,
  type TimeSeries,
  type TimeSeriesSource,
} from "../../metrics/histogram/time-series.ts";
import { reportedPart, type TimeSpan } from "../../metrics/phase-result.ts";
import { UsageError } from "../../model/fault/errors.ts";
import type { StoredRun } from "./read.ts";
import { logTag } from "./store.ts";
import { readStoredText } from "./stored-file.ts";

/** One row of `intervals.csv`, as far as a comparison needs it. */
interface IntervalRow {
  readonly fromS: number;
  readonly widthS: number;
  readonly operation: string;
  readonly operations: number;
  readonly bytes: number;
  /** Whether the log has a line for it. */
  readonly timed: boolean;
}

/** One line of `latency.hlog`; a length of 0 is what was drained. */
interface LogLine {
  readonly fromS: number;
  readonly lengthS: number;
  readonly histogram: string;
}

/** What a run's folder holds, found by phase and repetition, and by tag. */
interface Folder {
  readonly rows: ReadonlyMap<string, readonly IntervalRow[]>;
  readonly lines: ReadonlyMap<string, readonly LogLine[]>;
}

/**
 * Time series of stored runs, read from `intervals.csv` and `latency.hlog` when first asked for.
 * Null for a run without these files, one that was not given, or where the log is damaged: nothing
 * but intervals depends on them. Throws UsageError where a row is.
 */
export function timeLinesOf(stored: readonly StoredRun[]): TimeSeriesSource {
  const folders = new Map<string, Folder | null>();
  return (runId, phase, repetition, operation, part = "reported") => {
    const named = stored.find(({ run }) => run.id === runId);
    if (named === undefined) return null;
    const folder = folders.get(runId) ?? (folders.has(runId) ? null : readFolder(named.folder));
    folders.set(runId, folder);
    const result = named.run.phases.find(
      (one) => one.phase.name === phase && one.repetition === repetition,
    );
    const span = part === "whole" || result === undefined ? WHOLE : reportedPart(result);
    return folder === null ? null : timeLineOf(folder, { phase, repetition, operation }, span);
  };
}

const WHOLE: TimeSpan = { fromNs: 0, toNs: Number.POSITIVE_INFINITY };

function readFolder(folder: string): Folder | null {
  const path = join(folder, "intervals.csv");
  const rows = readStoredText(path, MAX_FILE_BYTES);
  const log = readStoredText(join(folder, "latency.hlog"), MAX_FILE_BYTES);
  return rows === null || log === null
    ? null
    : { rows: parseRows(rows, path), lines: parseLog(log) };
}

/** Largest file of intervals that is read: text of a process is limited to 512 MiB. */
const MAX_FILE_BYTES = 500_000_000;

/**
 * Rows by phase and repetition. Only a phase's name, the first field, is ever quoted. What follows
 * the last line break is a row that a crash cut off.
 *
 * @throws UsageError for a field that is no number, by file, line and column.
 */
function parseRows(text: string, path: string): ReadonlyMap<string, readonly IntervalRow[]> {
  const [header = "", ...lines] = text.slice(0, text.lastIndexOf("\n")).split("\n");
  const at = header.split(",").slice(1);
  const rows = new Map<string, IntervalRow[]>();
  for (const [index, line] of lines.entries()) {
    const quoted = /^"((?:[^"]|"")*)",/.exec(line);
    const phase = quoted?.[1]?.replaceAll('""', '"') ?? line.slice(0, line.indexOf(","));
    const fields = line.slice(quoted?.[0].length ?? phase.length + 1).split(",");
    const field = (name: string): string => fields[at.indexOf(name)] ?? "";
    const number = (name: string): number => {
      const value = field(name) === "" ? Number.NaN : Number(field(name));
      if (value >= 0 && value <= MAX_FIELD) return value;
      const got = JSON.stringify(field(name).slice(0, 40));
      throw new UsageError(
        `${path}:${index + 2}: ${name}: expected a number, got ${got}; the file was changed or ` +
          "damaged: restore it, or remove it to do without intervals",
      );
    };
    const key = `${phase}#${field("repetition")}`;
    const row = {
      fromS: number("from_s"),
      widthS: number("width_s"),
      operation: field("operation"),
      operations: number("operations"),
      bytes: number("bytes"),
      timed: field("latency_max_ns") !== "",
    };
    const found = rows.get(key) ?? [];
    found.push(row);
    rows.set(key, found);
  }
  return rows;
}

/** Far beyond what an interval has, and far from where sums become infinite. */
const MAX_FIELD = 1e24;

function parseLog(text: string): ReadonlyMap<string, readonly LogLine[]> {
  const lines = new Map<string, LogLine[]>();
  for (const line of text.split("\n")) {
    if (!line.startsWith("Tag=")) continue;
    const [tag = "", fromS, lengthS, , histogram = ""] = line.slice(4).split(",");
    const found = lines.get(tag) ?? [];
    found.push({ fromS: Number(fromS), lengthS: Number(lengthS), histogram });
    lines.set(tag, found);
  }
  return lines;
}

/** One operation (or `all`) of one repetition of a phase. */
interface Asked {
  readonly phase: string;
  readonly repetition: number;
  readonly operation: string;
}

function timeLineOf(folder: Folder, asked: Asked, span: TimeSpan): TimeSeries | null {
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
function positionsIn({ fromNs, toNs }: TimeSpan, starts: readonly number[]): [number, number] {
  // Starts are stored in seconds with decimals: a microsecond absorbs their rounding.
  const isIn = starts.map((start) => start * 1e9 >= fromNs - 1e3 && start * 1e9 < toNs - 1e3);
  const from = isIn.indexOf(true);
  return from < 0 ? [0, 0] : [from, isIn.lastIndexOf(true) + 1];
}

/** Where latencies are put: when each interval starts, seconds, and which one takes the drain. */
interface Placement {
  readonly starts: readonly number[];
  readonly drainAt: number;
}

function latenciesOf(
  folder: Folder,
  at: Asked,
  rows: readonly IntervalRow[],
  placement: Placement,
): TimeSeries["latencies"] {
  const operations = [...new Set(rows.map((row) => row.operation))];
  const linesOf = (timed: Timed): readonly LogLine[] =>
    operations.flatMap((operation) => folder.lines.get(logTag(at, operation, timed)) ?? []);
  // The log counts from the start of the run: the first line that has a row says how far off.
  const row = rows.find(({ timed }) => timed);
  const tag = row === undefined ? "" : logTag(at, row.operation, "service");
  const origin = (folder.lines.get(tag)?.[0]?.fromS ?? 0) - (row?.fromS ?? 0);
  const latencies: Partial<Record<Timed, readonly (HistogramCounts | null)[]>> = {};
  for (const timed of TIMED) {
    const lines = linesOf(timed);
    if (lines.length === 0) continue;
    const found: (HistogramCounts | null)[] = placement.starts.map(() => null);
    for (const line of lines) {
      const place = placeOf(line, line.fromS - origin, placement);
      found[place] = merged(found[place] ?? null, decodeCells(line.histogram));
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

function merged(one: HistogramCounts | null, other: HistogramCounts): HistogramCounts {
  if (one === null) return other;
  return {
    cells: Int32Array.from([...one.cells, ...other.cells]),
    counts: Float64Array.from([...one.counts, ...other.counts]),
  };
}
