/**
 * The directory of a stored run. `store.ts` and `results-folder.ts` write `run.json`,
 * `intervals.csv` and `latency.hlog` during the run; `read.ts` and `read-time-line.ts` read them.
 * Files of other programs are never overwritten, and a full disk loses no measured data. Nothing
 * here interprets a number. Start with `RunStore`.
 */
import { stringify } from "csv-stringify/sync";
import { HistogramLogWriter } from "hdr-histogram-js";
import { PreflightError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";
import { DRAIN, type Series } from "../../model/run/measurement.ts";
import type { Run } from "../../model/run/run.ts";
import type { Sample } from "../../model/run/sample.ts";
import type { FolderIdentity } from "../../posix/folder.ts";
import type { PhaseInterval } from "../phase/intervals.ts";
import type { AppendFile } from "./append-file.ts";
import { type IntervalContext, intervalHeader, intervalRows } from "./interval-rows.ts";
import { JOURNAL_FILE, Journal } from "./journal.ts";
import { ResultsFolder } from "./results-folder.ts";
import { SAMPLE_COLUMNS, sampleRow } from "./sample-rows.ts";

const RUN_FILE = "run.json";

/** Files that a store may write. */
export const RUN_FILES = [
  ...[RUN_FILE, JOURNAL_FILE],
  ...["intervals.csv", "latency.hlog", "samples.csv"],
] as const;

/** Identity of a run: the base of the log's time stamps, and what each CSV row repeats. */
export interface RunLabels {
  readonly runId: string;
  /** Name of its directory; absent: the id. */
  readonly folderName?: string | undefined;
  /** Clause on what to do if it cannot be written; absent: choose another `--results`. */
  readonly remedy?: string | undefined;
  /** Start of the run, milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly scenario: string;
  readonly target: string;
  /** Settings that differ between the phases: each gets a column. */
  readonly settings: readonly string[];
}

/**
 * A stored run. `run.json` is replaced as a whole, after short phases at most once per second; the
 * results since then are in a journal, so a crash loses no finished phase. The time series grows
 * with every interval, so a crash loses at most the current one. If a write fails, `failed` is
 * aborted, the run ends, and the results so far are stored in reserved disk space.
 */
export class RunStore {
  private readonly results: ResultsFolder;
  private readonly csv: AppendFile;
  private readonly log: AppendFile;
  private samples: AppendFile | null = null;
  private readonly journal: Journal;
  private readonly writer: HistogramLogWriter;
  private readonly broken = new AbortController();
  private saved = false;
  private isStored = true;
  private problem: PreflightError | null = null;

  /** Creates the directory of the run in the results directory. */
  constructor(resultsFolder: string, labels: RunLabels) {
    const { runId, folderName = runId, startedAtMs, scenario, target, settings } = labels;
    this.startedAtMs = startedAtMs;
    this.settings = settings;
    this.names = [runId, scenario, target].map(printable);
    this.results = new ResultsFolder(resultsFolder, folderName, labels.remedy);
    this.journal = new Journal(this.results);
    try {
      this.csv = this.results.open("intervals.csv");
      this.log = this.results.open("latency.hlog");
      this.results.append(this.csv, stringify([[...intervalHeader(settings)]]));
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
  private readonly settings: readonly string[];
  /** Run id, scenario and target. */
  private readonly names: readonly string[];

  /** Path of the directory that the run is stored in. */
  get folder(): string {
    return this.results.path;
  }

  /** Device and inode of that directory. */
  get identity(): FolderIdentity {
    return this.results.identity;
  }

  /** Aborted if a write fails. */
  get failed(): AbortSignal {
    return this.broken.signal;
  }

  /** Why a write failed, and where the results are; null if every write succeeded. */
  get failure(): PreflightError | null {
    if (this.problem === null) return null;
    const stored = `the results up to then are stored in ${this.folder}`;
    const where = this.isStored ? stored : "the results are not stored: keep the printed report";
    return new PreflightError(`${this.problem.message}; ${where}`);
  }

  /**
   * Replaces `run.json`. If a later write than the first fails, the file is stored in the reserved
   * space or in another directory, and `failure` is set.
   *
   * @throws PreflightError if the first write fails.
   */
  save(run: Run): void {
    const startedMs = performance.now();
    const text = `${JSON.stringify(run, null, 2)}\n`;
    try {
      this.results.replace(RUN_FILE, text);
      this.saved = true;
      this.isStored = true;
    } catch (error) {
      if (!this.saved || !(error instanceof PreflightError)) throw error;
      this.fail(error);
      // Without indentation the file needs less space.
      this.isStored = this.results.rescue(RUN_FILE, `${JSON.stringify(run)}\n`);
    }
    if (this.isStored) this.journal.restart(run, text.length, startedMs);
  }

  /**
   * Stores a run after a phase, or after a point of a search: in the journal if `run.json` was
   * written a moment ago.
   */
  keep(run: Run): void {
    if (!this.journal.add(run)) this.save(run);
  }

  /** Replaces `run.json` if it lacks results: before a phase that lasts. */
  flush(): void {
    const { missing } = this.journal;
    if (missing !== null) this.save(missing);
  }

  /**
   * Appends one interval to `intervals.csv` and `latency.hlog`. The drain is only in the log, as a
   * last line of length 0: its latencies count, its operations are in no rate.
   */
  interval(cell: PhaseInterval, series: readonly Series[], context: IntervalContext): void {
    if (cell.index !== DRAIN) {
      const { names, settings } = this;
      this.append(
        this.csv,
        stringify([...intervalRows({ cell, series, context, names, settings })]),
      );
    }
    const fromS = (context.startedAtMs - this.startedAtMs + cell.fromNs / 1e6) / 1000;
    for (const [index, { operation, metric }] of series.entries()) {
      const histogram = cell.histograms[index];
      if (histogram === undefined || histogram.totalCount === 0) continue;
      histogram.tag = logTag(context, operation, metric);
      this.writer.outputIntervalHistogram(histogram, fromS, fromS + cell.widthNs / 1e9, 1e6);
    }
  }

  /** Appends a sample of the host to `samples.csv`; the first one creates the file. */
  sample(sample: Sample, context: IntervalContext): void {
    if (this.samples === null) {
      try {
        this.samples = this.results.open("samples.csv");
      } catch (error) {
        if (!(error instanceof PreflightError)) throw error;
        this.fail(error);
        return;
      }
      this.append(this.samples, stringify([SAMPLE_COLUMNS.map(({ key }) => key)]));
    }
    this.append(this.samples, stringify([[...sampleRow(sample, context)]]));
  }

  /** Closes the files. */
  close(): void {
    this.results.close();
  }

  /** Removes the directory with all files of the run. */
  discard(): void {
    this.results.remove();
  }

  /** Appends a text. If that fails, the run ends, and reserved space takes the last rows. */
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

/**
 * Tag of a series in `latency.hlog`: `read[queueDepth=4]#1/read/service`. The format of the log
 * allows no commas, spaces or line breaks in a tag.
 */
export function logTag(
  context: Pick<IntervalContext, "phase" | "repetition">,
  operation: string,
  metric: string,
): string {
  const phase = context.phase.replaceAll(/[,\s]/g, ";");
  return `${phase}#${context.repetition}/${operation}/${metric}`;
}
