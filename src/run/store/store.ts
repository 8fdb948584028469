/**
 * The directory of a stored run: `run.json`, `intervals.csv` and `latency.hlog`, written while it
 * runs (this file, `results-folder.ts`) and read again later (`read.ts`, `read-time-line.ts`).
 * What others put there is never overwritten, and a full disk loses nothing that was measured.
 * Nothing here knows what a number means. Read `RunStore` first.
 */
import { stringify } from "csv-stringify/sync";
import { HistogramLogWriter } from "hdr-histogram-js";
import type { LatencyHistogram } from "../../metrics/histogram/histogram.ts";
import { operationsFor } from "../../metrics/histogram/latency-figure.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import { DRAIN, type Series } from "../../model/run/measurement.ts";
import type { Run } from "../../model/run/run.ts";
import type { FolderIdentity } from "../../posix/folder.ts";
import type { PhaseInterval } from "../phase/intervals.ts";
import type { AppendFile } from "./append-file.ts";
import { ResultsFolder } from "./results-folder.ts";

const RUN_FILE = "run.json";

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
 * A stored run. `run.json` is replaced as a whole after every phase; the time line grows as it is
 * measured, so that a crash loses nothing that was seen. Once something cannot be stored, the run
 * is to end: `failed` is aborted, and what was measured until then is stored from a reserve.
 */
export class RunStore {
  private readonly results: ResultsFolder;
  private readonly csv: AppendFile;
  private readonly log: AppendFile;
  private readonly writer: HistogramLogWriter;
  private readonly broken = new AbortController();
  private saved = false;
  private isStored = true;
  private problem: PreflightError | null = null;

  /** Makes the folder; `startedAtMs` is the base of the log's time stamps. */
  constructor(resultsFolder: string, runId: string, startedAtMs: number) {
    this.startedAtMs = startedAtMs;
    this.results = new ResultsFolder(resultsFolder, runId);
    try {
      this.csv = this.results.open("intervals.csv");
      this.log = this.results.open("latency.hlog");
      this.results.append(this.csv, stringify([INTERVAL_COLUMNS]));
      this.writer = new HistogramLogWriter((text) => this.append(this.log, text));
      this.writer.outputComment("[Latencies in nanoseconds; Interval_Max in milliseconds]");
      this.writer.outputComment(
        "[A last interval of length 0: issued in the phase, completed after]",
      );
      this.writer.outputLogFormatVersion();
      this.writer.outputStartTime(startedAtMs);
      this.writer.outputLegend();
      if (this.problem !== null) throw this.problem;
    } catch (error) {
      this.results.remove();
      this.results.close();
      throw error;
    }
  }

  private readonly startedAtMs: number;

  /** Where the run is stored. */
  get folder(): string {
    return this.results.path;
  }

  /** Which folder that is: device and inode. */
  get identity(): FolderIdentity {
    return this.results.identity;
  }

  /** Aborted when something could not be stored. */
  get failed(): AbortSignal {
    return this.broken.signal;
  }

  /** Why, and what became of what was measured; null while all is well. */
  get failure(): PreflightError | null {
    if (this.problem === null) return null;
    const stored = `what was measured until then is stored in ${this.folder}`;
    const what = this.isStored ? stored : "it is stored nowhere: keep the printed report";
    return new PreflightError(`${this.problem.message}; ${what}`);
  }

  /**
   * Replaces `run.json`. Only the first time does it throw where that cannot be written; later it
   * is stored from the reserve or elsewhere, and `failure` is set.
   */
  save(run: Run): void {
    const text = `${JSON.stringify(run, null, 2)}\n`;
    try {
      this.results.replace(RUN_FILE, text);
      this.saved = true;
    } catch (error) {
      if (!this.saved || !(error instanceof PreflightError)) throw error;
      this.fail(error);
      // Without indents: the less space it takes, the sooner it fits.
      this.isStored = this.results.rescue(RUN_FILE, `${JSON.stringify(run)}\n`);
    }
  }

  /**
   * Appends one cell of the time line to `intervals.csv` and `latency.hlog`. The drain stands in
   * the log alone, as a last line of no length: its latencies count, but it is never throughput.
   */
  interval(cell: PhaseInterval, series: readonly Series[], context: IntervalContext): void {
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
    cell: PhaseInterval,
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
    this.results.close();
  }

  /** Removes the folder of a run that was never stored: it would only be in the way. */
  discard(): void {
    if (!this.saved) this.results.remove();
  }

  /** Rows that cannot be written are lost; that the run is to end with them is not. */
  private append(file: AppendFile, text: string): void {
    try {
      this.results.append(file, text);
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      this.fail(error);
      this.results.freeRows();
      try {
        this.results.append(file, text);
      } catch (again) {
        if (!(again instanceof PreflightError)) throw again;
      }
    }
  }

  private fail(problem: PreflightError): void {
    this.problem ??= problem;
    this.broken.abort(problem);
  }
}

function opens(series: readonly Series[]): boolean {
  return series.some(({ metric }) => metric === "response");
}

function openedColumns({ offered, opened }: PhaseInterval): readonly number[] {
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
