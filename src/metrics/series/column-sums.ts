import type { SeriesColumn, SeriesMetric } from "./series.ts";

/** Stored counts of one operation in one interval; null: not stored. */
export interface IntervalSums {
  /** Position in the phase. */
  readonly interval: number;
  readonly fromS: number;
  readonly widthS: number;
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly throttled: number | null;
  /** Sum of all operations, the same in the row of each; null in a closed loop. */
  readonly offered: number | null;
  readonly late: number | null;
  readonly dropped: number | null;
  readonly backlogMost: number | null;
  readonly backlogEnd: number | null;
  /** Smallest latency known only as a lower bound, nanoseconds. */
  readonly serviceAtLeastNs: number | null;
  readonly responseAtLeastNs: number | null;
}

/** A column without its latencies and samples. */
type CountedColumn = Omit<SeriesColumn, "p50Ns" | "p99Ns" | "maxNs" | "cells">;

type Mutable<Of> = { -readonly [Field in keyof Of]: Of[Field] };
type Open = Mutable<NonNullable<SeriesColumn["open"]>>;
type Sums = Mutable<Omit<CountedColumn, "open">> & { open: Open | null };

/**
 * Adds stored intervals to columns of the same number of intervals; the last one can have fewer.
 */
export class ColumnSums {
  private readonly perColumn: number;
  private readonly metric: SeriesMetric;
  private readonly sums = new Map<number, Sums>();
  /** Interval of the last row: its other operations repeat what is common to all. */
  private last = -1;

  /** @param intervals number of stored intervals */
  constructor(intervals: number, metric: SeriesMetric, maxColumns: number) {
    this.perColumn = Math.max(1, Math.ceil(intervals / maxColumns));
    this.metric = metric;
  }

  /** Position of the column of an interval. */
  columnOf(interval: number): number {
    return Math.floor(interval / this.perColumn);
  }

  /** Adds a row; rows of one interval follow one another. */
  add(row: IntervalSums): void {
    const at = this.columnOf(row.interval);
    const column = this.sums.get(at) ?? startedAt(row.fromS);
    this.sums.set(at, column);
    column.operations += row.operations;
    column.bytes += row.bytes;
    column.errors += row.errors;
    column.throttled += row.throttled ?? 0;
    const atLeastNs = this.metric === "response" ? row.responseAtLeastNs : row.serviceAtLeastNs;
    if (atLeastNs !== null) column.atLeastNs = Math.min(column.atLeastNs ?? atLeastNs, atLeastNs);
    if (row.interval === this.last) return;
    this.last = row.interval;
    column.widthS = row.fromS + row.widthS - column.fromS;
    if (row.offered !== null) column.open = addOpen(column.open, row, row.offered);
  }

  /** The columns that have a row, by position. */
  columns(): readonly (readonly [at: number, column: CountedColumn])[] {
    return [...this.sums].toSorted(([one], [other]) => one - other);
  }
}

function startedAt(fromS: number): Sums {
  return {
    ...{ fromS, widthS: 0, operations: 0, bytes: 0, errors: 0, throttled: 0, open: null },
    ...{ stealShare: null, cpuWaitShare: null },
    ...{ deviceReadBytesPerSecond: null, deviceWriteBytesPerSecond: null },
  };
}

function addOpen(before: Open | null, row: IntervalSums, offered: number): Open {
  const open = before ?? { offered: 0, late: 0, dropped: 0, backlogMost: 0, backlogEnd: null };
  open.offered += offered;
  open.late += row.late ?? 0;
  open.dropped += row.dropped ?? 0;
  open.backlogMost = Math.max(open.backlogMost, row.backlogMost ?? 0);
  open.backlogEnd = row.backlogEnd;
  return open;
}
