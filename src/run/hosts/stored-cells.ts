import { join } from "node:path";
import { eachCell } from "../../metrics/histogram/cells.ts";
import { CellList } from "../../metrics/histogram/packed.ts";
import { messageOf, UsageError } from "../../model/fault/errors.ts";
import type { Operation } from "../../model/plan/operation.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import { DRAIN, LATENCY_METRICS, type Series, UNFINISHED } from "../../model/run/measurement.ts";
import type { PhaseResult, Summary } from "../../model/run/run.ts";
import {
  eachIntervalRow,
  eachLogLine,
  type IntervalRow,
  type LogLine,
} from "../store/interval-files.ts";
import { logTag } from "../store/store.ts";
import { DAMAGED } from "../store/stored-file.ts";
import type { HostCell } from "./cell.ts";

/** One repetition of a phase, as a host stored it. */
export interface StoredPhase {
  /** Its result; null if the host was stopped before it stored one. */
  readonly result: PhaseResult | null;
  readonly phase: string;
  readonly repetition: number;
  readonly mix: readonly Operation[];
  readonly isOpen: boolean;
}

/** Time series of a stored phase, as its host would have sent it. */
export interface StoredCells {
  readonly series: readonly Series[];
  readonly cells: readonly HostCell[];
  /** Start of measuring, seconds from the start of the run; null if unknown. */
  readonly originS: number | null;
}

/** Rows and log lines of a host, by phase and repetition. */
export class StoredHost {
  private readonly folder: string;
  private readonly rows = new Map<string, IntervalRow[]>();
  private readonly lines = new Map<string, LogLine[]>();

  /** @throws UsageError if a file is damaged or missing */
  constructor(folder: string) {
    this.folder = folder;
    const rows = join(folder, "intervals.csv");
    const log = join(folder, "latency.hlog");
    const hasRows = eachIntervalRow(rows, (row) => {
      pushTo(this.rows, `${row.phase}#${row.repetition}`, row);
    });
    const hasLog = eachLogLine(log, (line) => pushTo(this.lines, line.tag, line));
    if (hasRows && hasLog) return;
    throw new UsageError(`${hasRows ? log : rows}: expected a time series, got no file`);
  }

  /** Repetitions of a phase that have intervals. */
  repetitionsOf(phase: string): readonly number[] {
    const names = [...this.rows.keys()].filter((key) => key.startsWith(`${phase}#`));
    return names.map((key) => Number(key.slice(phase.length + 1)));
  }

  /** Intervals of a phase, and of a complete one its drain. */
  cellsOf(stored: StoredPhase, intervalNs: number): StoredCells {
    const { phase, repetition, mix } = stored;
    const rows = this.rows.get(`${phase}#${repetition}`) ?? [];
    const series = mix.flatMap((operation) => this.seriesOf(stored, operation));
    const originS = this.originOf(stored, rows);
    const lines = new StoredLatencies(series, originS, intervalNs);
    for (const [position, { operation, metric }] of series.entries()) {
      for (const line of this.lines.get(logTag(stored, operation, metric)) ?? []) {
        try {
          lines.add(position, line);
        } catch (error) {
          const path = join(this.folder, "latency.hlog");
          throw new UsageError(`${path}:${line.line}: ${messageOf(error)}; ${DAMAGED}`);
        }
      }
    }
    const groups = [...Map.groupBy(rows, ({ interval }) => interval)].sort(([a], [b]) => a - b);
    const cells = groups.map(([index, own]) => cellOf(index, own, mix, lines.of(index, own)));
    const { result } = stored;
    if (result === null) return { series, cells, originS };
    return { series, cells: [...cells, drainOf(result, mix, cells, lines.drain(result))], originS };
  }

  /** The series of an operation: those that always exist, and those that have latencies. */
  private seriesOf(stored: StoredPhase, operation: Operation): readonly Series[] {
    const always: readonly Series["metric"][] = stored.isOpen
      ? ["service", "response", "pacing"]
      : ["service"];
    return LATENCY_METRICS.filter(
      (metric) => always.includes(metric) || this.lines.has(logTag(stored, operation, metric)),
    ).map((metric) => ({ operation, metric }));
  }

  /** The log counts from the start of the run, rows from that of measuring in the phase. */
  private originOf(stored: StoredPhase, rows: readonly IntervalRow[]): number | null {
    const row = rows.find(({ hasService, hasResponse }) => hasService || hasResponse);
    if (row === undefined) return null;
    const metric = row.hasService ? "service" : "response";
    const [line] = this.lines.get(logTag(stored, row.operation, metric)) ?? [];
    return line === undefined ? null : line.fromS - row.fromS;
  }
}

/** Latencies of the log by interval and series. */
class StoredLatencies {
  private readonly series: readonly Series[];
  private readonly originS: number | null;
  private readonly intervalNs: number;
  private readonly packed = new Map<number, Map<number, string>>();
  private readonly list = new CellList();

  constructor(series: readonly Series[], originS: number | null, intervalNs: number) {
    this.series = series;
    this.originS = originS;
    this.intervalNs = intervalNs;
  }

  add(position: number, { fromS, lengthS, histogram }: LogLine): void {
    const sinceNs = (fromS - (this.originS ?? fromS)) * 1e9;
    const index = lengthS === 0 ? DRAIN : Math.round(sinceNs / this.intervalNs);
    const group = this.packed.get(index) ?? new Map<number, string>();
    this.packed.set(index, group);
    this.list.collect((visit) => eachCell(histogram, visit));
    group.set(position, this.list.pack().toString("base64"));
  }

  /** Latencies of an interval, with the lower bounds of its rows. */
  of(index: number, rows: readonly IntervalRow[]): HostCell["latencies"] {
    return this.series.map(({ operation, metric }, position) => {
      const row = rows.find((one) => one.operation === operation);
      const least = metric === "service" ? row?.serviceAtLeastNs : row?.responseAtLeastNs;
      const isKnown = metric === "service" || metric === "response";
      return bounded(this.packed.get(index)?.get(position), isKnown ? least : null);
    });
  }

  /** Latencies of the drain. Its lower bounds are not in a file, but in those of the phase. */
  drain({ summaries, openLoop }: PhaseResult): HostCell["latencies"] {
    return this.series.map(({ operation, metric }, position) => {
      const summary = summaryOf(summaries, operation);
      const least =
        metric === "pacing" ? openLoop?.pacing?.atLeastNs : latencyOf(summary, metric)?.atLeastNs;
      return bounded(this.packed.get(DRAIN)?.get(position), least);
    });
  }
}

function bounded(packed: string | undefined, leastNs: number | null | undefined) {
  if (packed === undefined) return null;
  return leastNs == null ? packed : ([packed, leastNs] as const);
}

function latencyOf(summary: Summary | undefined, metric: Series["metric"]) {
  if (summary === undefined || metric === "pacing") return null;
  if (metric === "service") return summary.latency;
  if (metric === "response" || metric === "firstByte" || metric === "sync") return summary[metric];
  if (metric === "attempt") return summary.attempt;
  const { connections, stages }: Pick<Summary, "connections" | "stages"> = summary;
  const others: Partial<Record<typeof metric, LatencySummary>> = { ...connections, ...stages };
  return others[metric];
}

/** Numbers of an operation; of a phase with one operation those of all. */
function summaryOf(summaries: readonly Summary[], operation: Operation): Summary | undefined {
  return summaries.find((one) => one.operation === operation) ?? summaries[0];
}

function cellOf(
  index: number,
  rows: readonly IntervalRow[],
  mix: readonly Operation[],
  latencies: HostCell["latencies"],
): HostCell {
  const [first] = rows;
  const of = (count: (row: IntervalRow) => number | null) =>
    mix.map((operation) => {
      const row = rows.find((one) => one.operation === operation);
      return row === undefined ? 0 : (count(row) ?? 0);
    });
  return {
    index,
    widthNs: (first?.widthS ?? 0) * 1e9,
    operations: of(({ operations }) => operations),
    bytes: of(({ bytes }) => bytes),
    errors: of(({ errors }) => errors),
    throttled: of(({ throttled }) => throttled),
    opened: {
      late: first?.late ?? 0,
      dropped: first?.dropped ?? 0,
      backlogMost: first?.backlogMost ?? 0,
    },
    offered: first?.offered ?? 0,
    backlogEnd: first?.backlogEnd ?? 0,
    latencies,
  };
}

/** The drain: what the sums of the phase have more than its intervals. */
function drainOf(
  { summaries, openLoop, errors: kinds }: PhaseResult,
  mix: readonly Operation[],
  cells: readonly HostCell[],
  latencies: HostCell["latencies"],
): HostCell {
  const own = mix.map((operation) => summaryOf(summaries, operation));
  const sums = (count: "errors" | "throttled") =>
    mix.map((_, at) => cells.reduce((sum, cell) => sum + (cell[count][at] ?? 0), 0));
  const more = (total: number | undefined, sum: number) => Math.max(0, (total ?? 0) - sum);
  const unfinished = own.map((one) => one?.unfinished ?? 0);
  // Unfinished operations of a load that was interrupted do not count as errors.
  const counted = kinds.some(({ code }) => code === UNFINISHED) ? 1 : 0;
  const [errors, throttled] = [sums("errors"), sums("throttled")];
  const opened = (count: "late" | "dropped") =>
    more(
      openLoop?.[count],
      cells.reduce((sum, cell) => sum + cell.opened[count], 0),
    );
  return {
    index: DRAIN,
    widthNs: 0,
    operations: own.map((one) => one?.drained ?? 0),
    bytes: mix.map(() => 0),
    errors: own.map((one, at) =>
      more(one?.errors, (errors[at] ?? 0) + counted * (unfinished[at] ?? 0)),
    ),
    throttled: own.map((one, at) => more(one?.throttled, throttled[at] ?? 0)),
    ...(unfinished.some((count) => count > 0) ? { unfinished } : {}),
    opened: { late: opened("late"), dropped: opened("dropped"), backlogMost: 0 },
    offered: 0,
    backlogEnd: 0,
    latencies,
  };
}

function pushTo<One>(groups: Map<string, One[]>, key: string, one: One): void {
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  group.push(one);
}
