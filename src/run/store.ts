import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { HistogramLogWriter } from "hdr-histogram-js";
import type { LatencyHistogram } from "../metrics/histogram.ts";
import { operationsFor } from "../metrics/latency-figure.ts";
import { codeOf, PreflightError } from "../model/errors.ts";
import { DRAIN, type Series } from "../model/measurement.ts";
import type { Run } from "../model/run.ts";
import type { MergedInterval } from "./timeline.ts";

const INTERVAL_COLUMNS = [
  "phase",
  "repetition",
  "interval",
  "from_s",
  "width_s",
  "operation",
  "operations",
  "bytes",
  "errors",
  "latency_p50_ns",
  "latency_p99_ns",
  "latency_max_ns",
  "throttled",
  "response_p50_ns",
  "response_p99_ns",
  "response_max_ns",
  // Of the phase, whatever the operation: the same in each row of an interval.
  "phase_offered",
  "phase_late",
  "phase_dropped",
  "phase_backlog_max",
  // From this latency on those of the row are lower bounds; empty where all are exact.
  "latency_at_least_ns",
  "response_at_least_ns",
];

/** Which phase an interval belongs to, and when that phase began. */
export interface IntervalContext {
  readonly phase: string;
  readonly repetition: number;
  readonly startedAtMs: number;
}

/**
 * The folder of one run. `run.json` is replaced as a whole after every phase; the time line grows
 * as it is measured, so that a crash loses nothing that was seen.
 */
export class RunStore {
  readonly folder: string;
  private readonly csv: number;
  private readonly log: number;
  private readonly writer: HistogramLogWriter;

  /** Makes the folder; `startedAtMs` is the base of the log's time stamps. */
  constructor(resultsFolder: string, runId: string, startedAtMs: number) {
    this.folder = join(resultsFolder, runId);
    guarded(resultsFolder, () => {
      makeFolder(resultsFolder);
      mkdirSync(this.folder);
    });
    try {
      this.csv = guarded(this.folder, () => openSync(join(this.folder, "intervals.csv"), "wx"));
      this.log = guarded(this.folder, () => openSync(join(this.folder, "latency.hlog"), "wx"));
      this.append(this.csv, stringify([INTERVAL_COLUMNS]));
      this.writer = new HistogramLogWriter((text) => this.append(this.log, text));
      this.writer.outputComment("[Latencies in nanoseconds; Interval_Max in milliseconds]");
      this.writer.outputComment(
        "[A last interval of length 0: issued in the phase, completed after]",
      );
      this.writer.outputLogFormatVersion();
      this.writer.outputStartTime(startedAtMs);
      this.writer.outputLegend();
    } catch (error) {
      // A folder without a run in it would only be in the way.
      rmSync(this.folder, { recursive: true, force: true });
      throw error;
    }
    this.startedAtMs = startedAtMs;
  }

  private readonly startedAtMs: number;

  /** Replaces `run.json`: written beside it, synced, renamed. */
  save(run: Run): void {
    const path = join(this.folder, "run.json");
    const draft = `${path}.new`;
    try {
      guarded(this.folder, () => {
        writeFileSync(draft, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
        renameSync(draft, path);
      });
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  /**
   * Appends one cell of the time line to `intervals.csv` and `latency.hlog`. The drain stands in
   * the log alone, as a last line of no length: its latencies count, but it is never throughput.
   */
  interval(cell: MergedInterval, series: readonly Series[], context: IntervalContext): void {
    if (cell.index !== DRAIN) this.appendRows(cell, series, context);
    const fromS = (context.startedAtMs - this.startedAtMs + cell.fromNs / 1e6) / 1000;
    for (const [index, { operation, metric }] of series.entries()) {
      const histogram = cell.histograms[index];
      if (histogram === undefined || histogram.totalCount === 0) continue;
      histogram.tag = logTag(context, operation, metric);
      this.writer.outputIntervalHistogram(histogram, fromS, fromS + cell.widthNs / 1e9, 1e6);
    }
  }

  private appendRows(
    cell: MergedInterval,
    series: readonly Series[],
    context: IntervalContext,
  ): void {
    const operations = [...new Set(series.map(({ operation }) => operation))];
    const rows = operations.map((operation, position) => {
      const histogram = (metric: Series["metric"]) =>
        cell.histograms[series.findIndex((s) => s.operation === operation && s.metric === metric)];
      return [
        context.phase,
        context.repetition,
        cell.index,
        seconds(cell.fromNs),
        seconds(cell.widthNs),
        operation,
        cell.operations[position] ?? 0,
        cell.bytes[position] ?? 0,
        cell.errors[position] ?? 0,
        ...percentiles(histogram("service")),
        cell.throttled[position] ?? 0,
        ...percentiles(histogram("response")),
        ...(opens(series) ? openedColumns(cell) : ["", "", "", ""]),
        atLeast(histogram("service")),
        atLeast(histogram("response")),
      ];
    });
    this.append(this.csv, stringify(rows));
  }

  /** Closes the time line. */
  close(): void {
    closeSync(this.csv);
    closeSync(this.log);
  }

  private append(fd: number, text: string): void {
    guarded(this.folder, () => writeSync(fd, text));
  }
}

function opens(series: readonly Series[]): boolean {
  return series.some(({ metric }) => metric === "response");
}

function openedColumns({ offered, opened }: MergedInterval): readonly number[] {
  return [offered, opened.late, opened.dropped, opened.backlogMost];
}

/** p50, p99 and maximum in nanoseconds; empty where there are too few operations. */
function percentiles(histogram: LatencyHistogram | undefined): readonly (number | "")[] {
  if (histogram === undefined || histogram.totalCount === 0) return ["", "", ""];
  const at = (percentile: number): number | "" =>
    histogram.totalCount < operationsFor(percentile / 100)
      ? ""
      : histogram.getValueAtPercentile(percentile);
  return [at(50), at(99), at(100)];
}

function atLeast(histogram: LatencyHistogram | undefined): number | "" {
  const { atLeastNs = Number.POSITIVE_INFINITY } = histogram ?? {};
  return Number.isFinite(atLeastNs) ? atLeastNs : "";
}

/** Writes another file of a stored run, `report.md` or `summary.csv`. */
export function storeFile(folder: string, name: string, text: string): void {
  guarded(folder, () => writeFileSync(join(folder, name), text));
}

/**
 * `read[queueDepth=4]#1/read/service`: a tag of the log must hold no comma, space or line break.
 */
export function logTag(
  context: Pick<IntervalContext, "phase" | "repetition">,
  operation: string,
  metric: string,
): string {
  const phase = context.phase.replaceAll(/[,\s]/g, ";");
  return `${phase}#${context.repetition}/${operation}/${metric}`;
}

function seconds(ns: number): number {
  return Math.round(ns / 1e3) / 1e6;
}

/**
 * Makes a folder and those above it that are missing. Not by `recursive` of Node's: where a folder
 * that is there answers ENOENT to any new name, as /proc does, that tries for ever.
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // Another run may have made it meanwhile; a file of that name is another matter.
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  }
}

function guarded<Result>(folder: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    const reason = REASONS[codeOf(error)] ?? `${codeOf(error)}`;
    throw new PreflightError(
      `cannot store results in ${folder}: ${reason}; choose another folder with --results`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  ENOENT: "no folder can be made there",
  ENAMETOOLONG: "the name is too long",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many open files, raise `ulimit -n`",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "the folder is there already",
};
