import {
  addHistogram,
  type LatencyHistogram,
  makeHistogram,
  summarize,
} from "../../metrics/histogram/histogram.ts";
import { CellList } from "../../metrics/histogram/packed.ts";
import type { OperationTotals } from "../../metrics/histogram/summary.ts";
import { TotalsHash } from "../../metrics/histogram/totals-hash.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import {
  CONNECTION_METRICS,
  NOTHING_OPENED,
  type OpenedCounts,
  type Series,
  STAGES,
} from "../../model/run/measurement.ts";

/** Counts of one cell of a time series, by the position of the operation. */
export interface IntervalCounts {
  readonly operations: readonly number[];
  readonly bytes: readonly number[];
  readonly errors: readonly number[];
  readonly throttled: readonly number[];
  /** Operations scheduled in the cell; 0 in a closed loop. */
  readonly offered: number;
  /** Scheduled operations that no worker had claimed at the end of the cell; 0 in a closed loop. */
  readonly backlogEnd: number;
  readonly opened: OpenedCounts;
  /** Operations that never completed; only in the drain, absent if there are none. */
  readonly unfinished?: readonly number[];
}

/** Sums of one operation at the start. */
const NOTHING = {
  ...{ operations: 0, bytes: 0, errors: 0, drained: 0, throttled: 0, unfinished: 0 },
  leftOut: 0,
};

/** Sums over cells of a time series: counts by operation, histograms by series. */
export class PhaseTotals {
  private readonly series: readonly Series[];
  private readonly operations: readonly Series["operation"][];
  private readonly histograms: readonly LatencyHistogram[];
  /** Operations scheduled in the added cells; cells that were left out do not count. */
  offered = 0;
  opened: OpenedCounts = NOTHING_OPENED;
  private readonly sums: { -readonly [Count in keyof typeof NOTHING]: number }[];

  constructor(series: readonly Series[]) {
    this.series = series;
    this.operations = [...new Set(series.map(({ operation }) => operation))];
    this.histograms = series.map(() => makeHistogram("total"));
    this.sums = this.operations.map(() => ({ ...NOTHING }));
  }

  /** Adds a cell; operations that completed in the drain count for latencies, not for rates. */
  add(
    cell: IntervalCounts,
    histograms: readonly (LatencyHistogram | null)[],
    drained = false,
  ): void {
    for (const [position, sum] of this.sums.entries()) {
      const count = cell.operations[position] ?? 0;
      if (drained) sum.drained += count;
      else {
        sum.operations += count;
        sum.bytes += cell.bytes[position] ?? 0;
      }
    }
    this.offered += cell.offered;
    this.opened = addOpened(this.opened, cell.opened);
    this.addFailures(cell);
    for (const [index, total] of this.histograms.entries()) {
      const histogram = histograms[index];
      if (histogram != null && histogram.totalCount > 0) addHistogram(total, histogram);
    }
  }

  /**
   * Adds a cell that is not reported: its errors and throttled requests count in any case, and its
   * operations in the total that shares refer to.
   */
  leaveOut(cell: IntervalCounts): void {
    for (const [position, sum] of this.sums.entries()) {
      sum.leftOut += cell.operations[position] ?? 0;
    }
    this.addFailures(cell);
  }

  private addFailures(cell: IntervalCounts): void {
    const { unfinished } = cell;
    for (const [position, sum] of this.sums.entries()) {
      sum.errors += cell.errors[position] ?? 0;
      sum.throttled += cell.throttled[position] ?? 0;
      sum.unfinished += unfinished?.[position] ?? 0;
    }
  }

  /** Totals by operation. This object still owns the histograms. */
  result(): readonly OperationTotals[] {
    return this.operations.map((operation, position) => ({
      operation,
      ...(this.sums[position] ?? NOTHING),
      service: this.histogramOf(operation, "service") ?? makeHistogram("total"),
      firstByte: this.histogramOf(operation, "firstByte"),
      sync: this.histogramOf(operation, "sync"),
      attempt: this.histogramOf(operation, "attempt"),
      response: this.histogramOf(operation, "response"),
      connections: this.timingsOf(operation, CONNECTION_METRICS),
      stages: this.timingsOf(operation, STAGES),
    }));
  }

  /** SHA-256 of the totals, which the coordinator of several hosts compares with its own. */
  hash(): string {
    const hash = new TotalsHash();
    for (const [position, operation] of this.operations.entries()) {
      hash.sums(operation, this.sums[position] ?? NOTHING);
    }
    const list = new CellList();
    for (const [index, series] of this.series.entries()) {
      const histogram = this.histograms[index];
      if (histogram === undefined) continue;
      list.take(histogram);
      hash.series(series, list);
    }
    return hash.digest();
  }

  /** Latencies of all operations together; null if there are none. */
  merged(metric: Series["metric"]): LatencySummary | null {
    const all = makeHistogram("total");
    for (const [index, series] of this.series.entries()) {
      const histogram = this.histograms[index];
      if (series.metric === metric && histogram !== undefined) addHistogram(all, histogram);
    }
    const summary = summarize(all);
    all.destroy();
    return summary;
  }

  /** Frees the histograms' memory. */
  close(): void {
    for (const histogram of this.histograms) histogram.destroy();
  }

  private timingsOf<Metric extends Series["metric"]>(
    operation: Series["operation"],
    metrics: readonly Metric[],
  ): { readonly metric: Metric; readonly histogram: LatencyHistogram }[] {
    return metrics.flatMap((metric) => {
      const histogram = this.histogramOf(operation, metric);
      return histogram === null ? [] : [{ metric, histogram }];
    });
  }

  private histogramOf(
    operation: Series["operation"],
    metric: Series["metric"],
  ): LatencyHistogram | null {
    const index = this.series.findIndex((s) => s.operation === operation && s.metric === metric);
    return this.histograms[index] ?? null;
  }
}

/** Adds dropped and late operations; the backlog is common to all workers. */
export function addOpened(a: OpenedCounts, b: OpenedCounts): OpenedCounts {
  return {
    late: a.late + b.late,
    dropped: a.dropped + b.dropped,
    backlogMost: Math.max(a.backlogMost, b.backlogMost),
  };
}

/** Adds counts to those at the same positions. */
export function addInto(sums: number[], values: readonly number[]): void {
  for (const [i, value] of values.entries()) sums[i] = (sums[i] ?? 0) + value;
}
