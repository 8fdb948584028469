import { highestOf, MAX_CELLS } from "../histogram/cells.ts";
import { operationsFor } from "../histogram/latency-figure.ts";
import { ROWS_PER_DECADE } from "./series.ts";

/**
 * Counts of histograms added cell by cell, in an array that is used again: adding and reading take
 * a few nanoseconds per counted cell.
 */
export class CountedCells {
  private readonly counts = new Float64Array(MAX_CELLS + 1);
  /** Cells with a count, in the order of their first one. */
  private used: number[] = [];
  private sum = 0;

  /** Number of operations. */
  get total(): number {
    return this.sum;
  }

  add(cell: number, count: number): void {
    const before = this.counts[cell] ?? 0;
    if (before === 0) this.used.push(cell);
    this.counts[cell] = before + count;
    this.sum += count;
  }

  /** Counts by cell, sorted by cell. */
  sorted(): Cells {
    return Array.from(Int32Array.from(this.used).sort(), (cell) => [cell, this.counts[cell] ?? 0]);
  }

  clear(): void {
    for (const cell of this.used) this.counts[cell] = 0;
    this.used = [];
    this.sum = 0;
  }
}

/** Counts by cell, sorted by cell. */
type Cells = readonly (readonly [cell: number, count: number])[];

/**
 * Latencies that shares of the operations did not exceed, nanoseconds, as a histogram gives them.
 * `shares`: increasing. Null with too few operations for the percentile.
 */
export function percentilesOf(
  cells: Cells,
  total: number,
  shares: readonly number[],
): readonly (number | null)[] {
  const known = shares.filter((share) => total >= operationsFor(share));
  const latencies = latenciesAt(cells, total, known);
  return shares.map((share) => latencies[known.indexOf(share)] ?? null);
}

/** Latencies at increasing shares, nanoseconds, however few the operations are. */
export function latenciesAt(
  cells: Cells,
  total: number,
  shares: readonly number[],
): readonly number[] {
  let at = 0;
  let seen = cells[0]?.[1] ?? 0;
  return shares.map((share) => {
    const needed = rankOf(share, total);
    while (seen < needed && at < cells.length - 1) seen += cells[++at]?.[1] ?? 0;
    return highestOf(cells[at]?.[0] ?? 0);
  });
}

/** Rank of the operation at a share, from 1; rounding errors of the product raise no rank. */
function rankOf(share: number, total: number): number {
  const exact = share * total;
  return Math.max(1, Math.ceil(exact - exact * 2 ** -51));
}

/** Operations by row of a heat map, sorted by row, see `SeriesColumn`. */
export function rowsOf(cells: Cells): readonly (readonly [row: number, operations: number])[] {
  const rows: [number, number][] = [];
  for (const [cell, count] of cells) {
    const row = rowOf(highestOf(cell));
    const last = rows.at(-1);
    if (last !== undefined && last[0] === row) last[1] += count;
    else rows.push([row, count]);
  }
  return rows;
}

/** Row of a latency in nanoseconds; 0 for anything below 1 ns. */
function rowOf(ns: number): number {
  return ns < 1 ? 0 : Math.floor(Math.log10(ns) * ROWS_PER_DECADE);
}
