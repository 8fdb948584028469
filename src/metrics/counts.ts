import type { LatencyPairs } from "../model/measurement.ts";
import { LONGEST_NS } from "./histogram.ts";
import { CELLS_EACH, FIRST_CELLS } from "./histogram-cells.ts";

/** Doublings that a 32-bit number of nanoseconds (4.29 s) can be in. */
const DOUBLINGS = 21;
const CELLS = FIRST_CELLS + DOUBLINGS * CELLS_EACH;
const COUNTED_BELOW_NS = 2 ** 32;

/**
 * Counts latencies in the cells of HdrHistogram, in an array of its own: a count costs a few
 * nanoseconds where a call into the WebAssembly histogram costs 45, and at a million operations a
 * second that is a share of what is measured. As an interval closes, what was counted goes to the
 * main thread, which puts it into the histogram: it holds then what it would have held.
 */
export class LatencyCounts {
  private readonly cells: Uint32Array;
  /** Latencies too long for a 32-bit number, by series; there are never many of them. */
  private readonly long: readonly number[][];

  constructor(series: number) {
    this.cells = new Uint32Array(series * CELLS);
    this.long = Array.from({ length: series }, () => []);
  }

  /** Counts one latency, in nanoseconds; fractions are rounded. */
  record(series: number, latencyNs: number): void {
    const rounded = latencyNs + 0.5;
    if (rounded >= COUNTED_BELOW_NS) {
      this.long[series]?.push(Math.min(Math.floor(rounded), LONGEST_NS));
      return;
    }
    const ns = rounded >>> 0;
    const shift = ns < FIRST_CELLS ? 0 : DOUBLINGS - Math.clz32(ns);
    const cell = series * CELLS + shift * CELLS_EACH + (ns >>> shift);
    this.cells[cell] = (this.cells[cell] ?? 0) + 1;
  }

  /** What was counted, see `LatencyPairs`; null where that is nothing. The series starts over. */
  take(series: number): LatencyPairs | null {
    const { cells } = this;
    const from = series * CELLS;
    const long = this.long[series] ?? [];
    let filled = long.length;
    for (let at = from; at < from + CELLS; at++) if (cells[at] !== 0) filled++;
    if (filled === 0) return null;
    const pairs = new Float64Array(2 * filled);
    let next = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const count = cells[from + cell] ?? 0;
      if (count === 0) continue;
      pairs[next++] = highestOf(cell);
      pairs[next++] = count;
    }
    for (const ns of long) {
      pairs[next++] = highestLike(ns);
      pairs[next++] = 1;
    }
    this.forget(series);
    return pairs;
  }

  /** Drops the counts of a series. */
  forget(series: number): void {
    this.cells.fill(0, series * CELLS, (series + 1) * CELLS);
    const long = this.long[series];
    if (long !== undefined) long.length = 0;
  }
}

/**
 * The largest latency that is counted in a cell, nanoseconds: a histogram's percentiles are such,
 * and its maximum must not lie below them.
 */
function highestOf(cell: number): number {
  if (cell < FIRST_CELLS) return cell;
  const shift = Math.floor(cell / CELLS_EACH) - 1;
  return (cell - shift * CELLS_EACH + 1) * 2 ** shift - 1;
}

/** The same for a latency of any length. */
function highestLike(ns: number): number {
  const step = 2 ** (Math.floor(Math.log2(ns)) - Math.log2(CELLS_EACH));
  return Math.min((Math.floor(ns / step) + 1) * step - 1, LONGEST_NS);
}
