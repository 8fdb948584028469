import type { Arrivals } from "../load/arrivals.ts";
import { addPairs, type LatencyHistogram, makeHistogram, summarize } from "../metrics/histogram.ts";
import type { OperationTotals } from "../metrics/summary.ts";
import {
  CONNECTION_METRICS,
  DRAIN,
  type IntervalRecord,
  type LatencyPairs,
  NOTHING_OPENED,
  type OpenedCounts,
  type Series,
} from "../model/measurement.ts";
import type { LatencySummary, ThrottledInterval } from "../model/run.ts";

/**
 * One cell of a phase's time grid, all workers added; the drain comes last, with index `DRAIN`, at
 * the end of the grid and without width. The histograms are valid until the next one.
 */
export interface MergedInterval {
  readonly index: number;
  readonly fromNs: number;
  readonly widthNs: number;
  readonly operations: readonly number[];
  readonly bytes: readonly number[];
  readonly errors: readonly number[];
  readonly throttled: readonly number[];
  readonly opened: OpenedCounts;
  /** Of an open loop: operations that fell due in it; 0 in a closed one. */
  readonly offered: number;
  /** By series. */
  readonly histograms: readonly LatencyHistogram[];
}

/** Sums of one operation at the start. */
const NOTHING = { operations: 0, bytes: 0, errors: 0, drained: 0, throttled: 0 };

interface Pending {
  readonly operations: number[];
  readonly bytes: number[];
  readonly errors: number[];
  readonly throttled: number[];
  readonly latencies: (readonly LatencyPairs[])[];
  opened: OpenedCounts;
  widthNs: number;
}

/**
 * Adds the intervals of the workers by their index, never by order of arrival, and hands each on
 * once every worker has closed it. Keeps only what some worker has not reached yet.
 */
export class TimeLine {
  private readonly series: readonly Series[];
  private readonly operations: readonly Series["operation"][];
  private readonly intervalNs: number;
  private readonly emit: (interval: MergedInterval) => void;
  private readonly pending = new Map<number, Pending>();
  private readonly reached: number[];
  private readonly scratch: readonly LatencyHistogram[];
  private readonly totals: readonly LatencyHistogram[];
  private readonly sums: { -readonly [Count in keyof typeof NOTHING]: number }[];
  /** Intervals in which the store refused requests because there were too many. */
  readonly throttling: ThrottledInterval[] = [];
  /** Of an open loop: sums over all intervals and the drain. */
  opened: OpenedCounts = NOTHING_OPENED;
  /** What was issued or dropped after the deadline: it had fallen due before. */
  overdue = 0;
  private readonly arrivals: Arrivals | null;
  private due: number;
  private emitted = 0;
  private endNs = 0;

  constructor(
    series: readonly Series[],
    workers: number,
    intervalNs: number,
    emit: (interval: MergedInterval) => void,
    arrivals: Arrivals | null = null,
  ) {
    this.series = series;
    this.operations = [...new Set(series.map(({ operation }) => operation))];
    this.intervalNs = intervalNs;
    this.emit = emit;
    this.arrivals = arrivals;
    // What fell due in the warm-up is in no interval.
    this.due = arrivals?.pass(0) ?? 0;
    this.reached = Array.from({ length: workers }, () => 0);
    this.scratch = series.map(() => makeHistogram("interval"));
    this.totals = series.map(() => makeHistogram("total"));
    this.sums = this.operations.map(() => ({ ...NOTHING }));
  }

  /** Takes in what a worker closed. */
  add(record: IntervalRecord): void {
    const cell = this.cellOf(record.index);
    addInto(cell.operations, record.operations);
    addInto(cell.bytes, record.bytes);
    addInto(cell.errors, record.errors);
    addInto(cell.throttled, record.throttled);
    cell.opened = addOpened(cell.opened, record.opened);
    for (const [series, pairs] of record.latencies.entries()) {
      if (pairs !== null) cell.latencies[series] = [...(cell.latencies[series] ?? []), pairs];
    }
    if (record.index === DRAIN) return;
    cell.widthNs = Math.max(cell.widthNs, record.widthNs);
    this.reached[record.worker] = record.index + 1;
    this.handOn();
  }

  /** A worker is done: nothing more comes from it. */
  finish(worker: number): void {
    this.reached[worker] = Number.POSITIVE_INFINITY;
    this.handOn();
  }

  /** Intervals handed on so far. */
  get intervals(): number {
    return this.emitted;
  }

  /**
   * Adds the drain, hands it on and returns what the whole phase came to. Called once, after all
   * finished.
   */
  total(): readonly OperationTotals[] {
    const drain = this.pending.get(DRAIN);
    if (drain !== undefined) {
      this.count(drain);
      for (const [position, sum] of this.sums.entries()) {
        sum.drained += drain.operations[position] ?? 0;
        sum.errors += drain.errors[position] ?? 0;
        sum.throttled += drain.throttled[position] ?? 0;
      }
      const { latencies: _, ...counts } = drain;
      this.opened = addOpened(this.opened, counts.opened);
      this.overdue = counts.opened.late + counts.opened.dropped;
      const cell = { index: DRAIN, fromNs: this.endNs, offered: 0, ...counts };
      this.emit({ ...cell, histograms: this.scratch });
    }
    return this.operations.map((operation, position) => ({
      operation,
      ...(this.sums[position] ?? NOTHING),
      service: this.histogramOf(operation, "service") ?? makeHistogram("total"),
      firstByte: this.histogramOf(operation, "firstByte"),
      sync: this.histogramOf(operation, "sync"),
      attempt: this.histogramOf(operation, "attempt"),
      response: this.histogramOf(operation, "response"),
      connections: CONNECTION_METRICS.flatMap((metric) => {
        const histogram = this.histogramOf(operation, metric);
        return histogram === null ? [] : [{ metric, histogram }];
      }),
    }));
  }

  /** How late operations were issued for which a slot stood free; null in a closed loop. */
  pacing(): LatencySummary | null {
    const all = makeHistogram("total");
    for (const [index, { metric }] of this.series.entries()) {
      const histogram = this.totals[index];
      if (metric === "pacing" && histogram !== undefined) all.add(histogram);
    }
    const summary = summarize(all);
    all.destroy();
    return summary;
  }

  /** Frees the histograms' memory. */
  close(): void {
    for (const histogram of [...this.scratch, ...this.totals]) histogram.destroy();
  }

  private handOn(): void {
    const reached = Math.min(...this.reached);
    const last = Number.isFinite(reached) ? reached : Math.max(0, ...this.pending.keys()) + 1;
    while (this.emitted < last) {
      const cell = this.pending.get(this.emitted);
      if (cell === undefined && !Number.isFinite(reached)) break;
      if (cell !== undefined) this.handOnCell(this.emitted, cell);
      this.pending.delete(this.emitted);
      this.emitted++;
    }
  }

  private handOnCell(index: number, cell: Pending): void {
    this.count(cell);
    for (const [position, sum] of this.sums.entries()) {
      sum.operations += cell.operations[position] ?? 0;
      sum.bytes += cell.bytes[position] ?? 0;
      sum.errors += cell.errors[position] ?? 0;
      sum.throttled += cell.throttled[position] ?? 0;
    }
    const fromNs = index * this.intervalNs;
    const requests = cell.throttled.reduce((sum, count) => sum + count, 0);
    if (requests > 0) this.throttling.push({ fromNs, requests });
    const { latencies: _, ...counts } = cell;
    this.endNs = fromNs + counts.widthNs;
    this.opened = addOpened(this.opened, counts.opened);
    const due = this.arrivals?.pass(this.endNs / 1e6) ?? 0;
    const offered = due - this.due;
    this.due = due;
    this.emit({ index, fromNs, offered, ...counts, histograms: this.scratch });
  }

  private count(cell: Pending): void {
    for (const [series, scratch] of this.scratch.entries()) {
      if (scratch.totalCount > 0) scratch.reset();
      for (const pairs of cell.latencies[series] ?? []) addPairs(scratch, pairs);
      this.totals[series]?.add(scratch);
    }
  }

  private cellOf(index: number): Pending {
    const known = this.pending.get(index);
    if (known !== undefined) return known;
    const zeros = (): number[] => this.operations.map(() => 0);
    const counts = { operations: zeros(), bytes: zeros(), errors: zeros(), throttled: zeros() };
    const cell = { ...counts, latencies: [], opened: NOTHING_OPENED, widthNs: 0 };
    this.pending.set(index, cell);
    return cell;
  }

  private histogramOf(
    operation: Series["operation"],
    metric: Series["metric"],
  ): LatencyHistogram | null {
    const index = this.series.findIndex((s) => s.operation === operation && s.metric === metric);
    return this.totals[index] ?? null;
  }
}

/** Dropped and late operations of all workers; each of them saw the backlog of all. */
function addOpened(a: OpenedCounts, b: OpenedCounts): OpenedCounts {
  return {
    late: a.late + b.late,
    dropped: a.dropped + b.dropped,
    backlogMost: Math.max(a.backlogMost, b.backlogMost),
  };
}

function addInto(sums: number[], values: readonly number[]): void {
  for (const [i, value] of values.entries()) sums[i] = (sums[i] ?? 0) + value;
}
