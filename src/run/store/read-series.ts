import { join } from "node:path";
import { eachCell } from "../../metrics/histogram/cells.ts";
import { latencyProblem, RowCheck, sampleProblem } from "../../metrics/series/complete.ts";
import { PhaseSeriesBuilder } from "../../metrics/series/phase-series.ts";
import {
  MAX_COLUMNS,
  type PhaseSeries,
  type RunSeries,
  SERIES_METRICS,
  type SeriesMetric,
} from "../../metrics/series/series.ts";
import { messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import type { Sample } from "../../model/run/sample.ts";
import {
  eachIntervalRow,
  eachLogLine,
  eachSample,
  type IntervalRow,
  type LogLine,
} from "./interval-files.ts";
import { logTag } from "./store.ts";
import { DAMAGED } from "./stored-file.ts";

/** Phases of a run that always have columns; of later ones, those with a warning. */
const FULL_PHASES = 12;

/** Columns of the series of a run. */
interface SeriesOptions {
  /** Maximum columns per phase. Default: {@link MAX_COLUMNS}. */
  readonly maxColumns?: number;
  /**
   * Whether a phase has columns; its position is that in `run.phases`. Default: the first
   * {@link FULL_PHASES} phases of a run, and those with a warning.
   */
  readonly hasColumns?: (result: PhaseResult, position: number) => boolean;
}

const isFull = ({ warnings }: PhaseResult, position: number): boolean =>
  position < FULL_PHASES || warnings.length > 0;

/**
 * Reads the time series and distributions of the phases of a stored run. Reads both files once,
 * line by line, and keeps what the series have.
 */
export function readSeries(folder: string, run: Run, options: SeriesOptions = {}): RunSeries {
  try {
    const rows = join(folder, "intervals.csv");
    const log = join(folder, "latency.hlog");
    const phases = new Phases(run, { rows, log }, options);
    if (!eachIntervalRow(rows, (row) => phases.addRow(row))) return missing(rows);
    phases.checkRows();
    const samples = join(folder, "samples.csv");
    eachSample(samples, ({ phase, repetition, sample }) => {
      phases.addSample(`${phase}#${repetition}`, sample);
    });
    const isWanted = (tag: string): boolean => phases.has(tag);
    if (!eachLogLine(log, (line) => phases.addLine(line), isWanted)) return missing(log);
    const hostProblem = phases.sampleProblem(samples);
    return { ...phases.series(), ...(hostProblem === null ? {} : { hostProblem }) };
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof PreflightError)) throw error;
    return { phases: [], problem: error.message };
  }
}

function missing(path: string): RunSeries {
  return { phases: [], problem: `${path}: expected a time series, got no file` };
}

/** One tag of the log. */
interface Tagged {
  readonly phase: Phase;
  readonly operation: string;
  readonly metric: SeriesMetric;
}

/** One phase while its files are read. */
interface Phase {
  readonly result: PhaseResult;
  /** Null once its lines have passed. */
  builder: PhaseSeriesBuilder | null;
  series: PhaseSeries | null;
  readonly rows: RowCheck;
  /** End of the last sample of the host, nanoseconds from the start of measuring; 0: none. */
  sampledNs: number;
  /** Why its rows or its lines are not those of the run; null if they are, so far. */
  problem: string | null;
  /** Start of the first interval that has a line in the log, by operation and metric, seconds. */
  readonly firstS: Map<string, number>;
  /** Start of the phase in the log, seconds from the start of the run; null before its lines. */
  originS: number | null;
}

class Phases {
  private readonly paths: { readonly rows: string; readonly log: string };
  private readonly all: readonly Phase[];
  private readonly byKey: ReadonlyMap<string, Phase>;
  private readonly byTag: ReadonlyMap<string, Tagged>;
  private current: Phase | null = null;

  constructor(run: Run, paths: Phases["paths"], options: SeriesOptions) {
    const { hasColumns = isFull, maxColumns = MAX_COLUMNS } = options;
    this.paths = paths;
    this.all = run.phases.map((result, position) => ({
      result,
      builder: new PhaseSeriesBuilder(result, hasColumns(result, position) ? maxColumns : 0),
      series: null,
      rows: new RowCheck(result),
      sampledNs: 0,
      problem: null,
      firstS: new Map(),
      originS: null,
    }));
    this.byKey = new Map(this.all.map((phase) => [keyOf(phase.result), phase]));
    this.byTag = new Map(this.all.flatMap((phase) => tagsOf(phase)));
  }

  /** Whether the lines of a tag belong to a phase with all of its rows. */
  has(tag: string): boolean {
    const tagged = this.byTag.get(tag);
    return tagged !== undefined && tagged.phase.problem === null;
  }

  /** Compares all rows with the run; called after the last one. */
  checkRows(): void {
    for (const phase of this.all) {
      const problem = phase.rows.problem();
      if (problem !== null) phase.problem = `${this.paths.rows}: ${problem}`;
    }
  }

  addRow(row: IntervalRow): void {
    const phase = this.byKey.get(`${row.phase}#${row.repetition}`);
    if (phase === undefined) return;
    const { intervals } = phase.result;
    if (row.interval >= intervals) {
      throw new UsageError(
        `${this.paths.rows}:${row.line}: interval: expected less than ${intervals}, got ` +
          `${row.interval}; ${DAMAGED}`,
      );
    }
    phase.builder?.addRow(row);
    phase.rows.add(row);
    for (const metric of SERIES_METRICS) {
      if (!(metric === "service" ? row.hasService : row.hasResponse)) continue;
      const key = `${row.operation}/${metric}`;
      if (!phase.firstS.has(key)) phase.firstS.set(key, row.fromS);
    }
  }

  addSample(key: string, sample: Sample): void {
    const phase = this.byKey.get(key);
    if (phase === undefined) return;
    phase.builder?.addSample(sample);
    phase.sampledNs = Math.max(phase.sampledNs, sample.fromNs + sample.widthNs);
  }

  /** Why the samples do not cover the run; null if they do, or if it has none. */
  sampleProblem(path: string): string | null {
    const problem = sampleProblem(this.all);
    return problem === null ? null : `${path}: ${problem}; ${DAMAGED}`;
  }

  addLine(line: LogLine): void {
    const tagged = this.byTag.get(line.tag);
    if (tagged === undefined) return;
    const { phase } = tagged;
    if (phase !== this.current) {
      if (this.current !== null) finish(this.current);
      this.current = phase;
    }
    const { builder } = phase;
    if (builder === null) throw this.damaged(line, `${line.tag} is not next to its other lines`);
    const { histogram } = line;
    const interval = this.intervalOf(line, tagged);
    try {
      const inOrder = builder.addLatencies(tagged, interval, (visit) => eachCell(histogram, visit));
      if (inOrder) return;
    } catch (error) {
      throw this.damaged(line, messageOf(error));
    }
    throw this.damaged(line, "its interval starts before that of the line before it");
  }

  /** Series of the phases whose files agree with the run. */
  series(): Pick<RunSeries, "phases" | "problem"> {
    const finished = this.all.map((phase) => ({ phase, series: finish(phase) }));
    for (const { phase, series } of finished) {
      const problem = latencyProblem(phase.result, series.curves);
      if (problem !== null) phase.problem ??= `${this.paths.log}: ${problem}`;
    }
    const problems = this.all.flatMap(({ problem }) => problem ?? []);
    const [first] = problems;
    const more = problems.length - 1;
    const others = more < 1 ? "" : `, and so for ${more} more phase${more === 1 ? "" : "s"}`;
    return {
      phases: finished.flatMap(({ phase, series }) => (phase.problem === null ? [series] : [])),
      problem: first === undefined ? null : `${first}${others}; ${DAMAGED}`,
    };
  }

  /** Position of the interval of a line; null for the drain. */
  private intervalOf(line: LogLine, { phase, operation, metric }: Tagged): number | null {
    const { fromS, lengthS } = line;
    if (!(fromS >= 0 && lengthS >= 0)) {
      throw this.damaged(line, "expected a start and a length in seconds");
    }
    if (lengthS === 0) return null;
    // The log counts from the start of the run, rows from that of measuring in the phase.
    phase.originS ??= fromS - (phase.firstS.get(`${operation}/${metric}`) ?? 0);
    const at = Math.round(((fromS - phase.originS) * 1e9) / phase.result.intervalNs);
    if (at >= 0 && at < phase.result.intervals) return at;
    throw this.damaged(line, "its interval is not in the phase");
  }

  private damaged({ line }: LogLine, problem: string): UsageError {
    return new UsageError(`${this.paths.log}:${line}: ${problem}; ${DAMAGED}`);
  }
}

/** Series of a phase; frees what building it needed. */
function finish(phase: Phase): PhaseSeries {
  const series = phase.series ?? phase.builder?.series();
  if (series === undefined) throw new Error("a phase has neither a series nor its builder");
  phase.series = series;
  phase.builder = null;
  return series;
}

function keyOf({ phase, repetition }: PhaseResult): string {
  return `${phase.name}#${repetition}`;
}

function tagsOf(phase: Phase): readonly (readonly [string, Tagged])[] {
  const { result } = phase;
  const context = { phase: result.phase.name, repetition: result.repetition };
  return result.phase.mix.flatMap(({ operation }) =>
    SERIES_METRICS.map((metric) => {
      return [logTag(context, operation, metric), { phase, operation, metric }] as const;
    }),
  );
}
