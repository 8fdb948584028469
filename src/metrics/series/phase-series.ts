import type { PhaseResult } from "../../model/run/run.ts";
import type { Sample } from "../../model/run/sample.ts";
import { reportedPart, startsIn, type TimeSpan } from "../phase-result.ts";
import { ColumnSums, type IntervalSums } from "./column-sums.ts";
import { CountedCells, percentilesOf, rowsOf } from "./counted-cells.ts";
import { curvePoints } from "./curve.ts";
import { sampledIn } from "./samples.ts";
import type { LatencyCurve, PhaseSeries, SeriesColumn, SeriesMetric } from "./series.ts";

/** Calls its argument with each counted cell of a histogram. */
type EachCell = (visit: (cell: number, count: number) => void) => void;

/** Latencies of a column, once all its histograms are merged. */
type ColumnLatencies = Pick<SeriesColumn, "p50Ns" | "p99Ns" | "maxNs" | "cells">;

const NO_LATENCIES: ColumnLatencies = { p50Ns: null, p99Ns: null, maxNs: null, cells: [] };

/**
 * Builds the series of one phase from its stored intervals: first all rows, then all histograms,
 * both in the order of time. Keeps one column of cells and one distribution per curve.
 */
export class PhaseSeriesBuilder {
  private readonly result: PhaseResult;
  private readonly metric: SeriesMetric;
  private readonly reported: TimeSpan;
  private readonly sums: ColumnSums;
  private readonly hasColumns: boolean;
  private readonly latencies = new Map<number, ColumnLatencies>();
  private readonly curves = new Map<string, Curve>();
  private column: CountedCells | null = null;
  private columnAt = 0;
  private readonly samples: Sample[] = [];

  /** `maxColumns`: 0 for none; curves are always built. */
  constructor(result: PhaseResult, maxColumns: number) {
    this.result = result;
    this.metric = result.openLoop === undefined ? "service" : "response";
    this.reported = reportedPart(result);
    this.sums = new ColumnSums(result.intervals, this.metric, Math.max(1, maxColumns));
    this.hasColumns = maxColumns > 0;
  }

  /** Adds one operation of one interval. */
  addRow(row: IntervalSums): void {
    if (this.hasColumns) this.sums.add(row);
  }

  /**
   * Adds the histogram of one operation. `interval`: position in the phase; null: the drain, which
   * counts in curves only, as in the summaries. Returns false for an interval of an earlier column:
   * the order is wrong.
   */
  addLatencies(
    { operation, metric }: Pick<LatencyCurve, "operation"> & { readonly metric: SeriesMetric },
    interval: number | null,
    eachCell: EachCell,
  ): boolean {
    const inCurve =
      interval === null || startsIn(this.reported, (interval * this.result.intervalNs) / 1e9);
    const curve = inCurve ? this.curveOf(operation, metric).counted : null;
    const column = metric === this.metric && interval !== null ? this.columnOf(interval) : null;
    if (column === "passed") return false;
    if (curve !== null || column !== null) {
      eachCell((cell, count) => {
        curve?.add(cell, count);
        column?.add(cell, count);
      });
    }
    return true;
  }

  /** Adds a sample of the host. */
  addSample(sample: Sample): void {
    if (this.hasColumns) this.samples.push(sample);
  }

  /** The series; called once, at the end. */
  series(): PhaseSeries {
    this.closeColumn();
    return {
      phase: this.result.phase.name,
      repetition: this.result.repetition,
      metric: this.metric,
      columns: this.sums.columns().map(([at, column]) => ({
        ...column,
        ...(this.latencies.get(at) ?? NO_LATENCIES),
        ...sampledIn(this.samples, column),
      })),
      curves: [...this.curves.values()].map((curve) => this.finished(curve)),
    };
  }

  private finished({ operation, metric, counted }: Curve): LatencyCurve {
    const summary =
      this.result.summaries.find((one) => one.operation === operation) ??
      this.result.summaries.find((one) => one.operation === "all");
    const latency = metric === "response" ? summary?.response : summary?.latency;
    const atLeastNs = latency?.atLeastNs;
    return {
      operation,
      metric,
      count: counted.total,
      points: curvePoints(counted),
      ...(atLeastNs === undefined ? {} : { atLeastNs }),
    };
  }

  private curveOf(operation: string, metric: SeriesMetric): Curve {
    const key = `${operation}/${metric}`;
    const found = this.curves.get(key) ?? { operation, metric, counted: new CountedCells() };
    this.curves.set(key, found);
    return found;
  }

  /** Cells of the column of an interval; null without columns. */
  private columnOf(interval: number): CountedCells | null | "passed" {
    if (!this.hasColumns) return null;
    const at = this.sums.columnOf(interval);
    if (at < this.columnAt) return "passed";
    if (at > this.columnAt) this.closeColumn();
    this.columnAt = at;
    this.column ??= new CountedCells();
    return this.column;
  }

  private closeColumn(): void {
    const { column } = this;
    if (column === null || column.total === 0) return;
    const cells = column.sorted();
    const [p50Ns = null, p99Ns = null, maxNs = null] = percentilesOf(
      cells,
      column.total,
      [0.5, 0.99, 1],
    );
    this.latencies.set(this.columnAt, { p50Ns, p99Ns, maxNs, cells: rowsOf(cells) });
    column.clear();
  }
}

interface Curve {
  readonly operation: string;
  readonly metric: SeriesMetric;
  readonly counted: CountedCells;
}
