import type { LatencyPairs } from "../../model/run/measurement.ts";
import { CELLS_EACH, FIRST_CELLS, highestOf, LONGEST_NS } from "./cells.ts";

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
  /** By series, a bit for each doubling that has counts: the others need not be looked through. */
  private readonly used: Int32Array;
  /**
   * Latencies too long for a 32-bit number, by series, and negative ones of at least a length: each
   * with how many there are. Those of about the same length come one after another.
   */
  private readonly long: readonly number[][];

  constructor(series: number) {
    this.cells = new Uint32Array(series * CELLS);
    this.used = new Int32Array(series);
    this.long = Array.from({ length: series }, () => []);
  }

  /** Counts one latency, in nanoseconds; fractions are rounded. */
  record(series: number, latencyNs: number): void {
    const rounded = latencyNs + 0.5;
    if (rounded >= COUNTED_BELOW_NS) {
      if (rounded > LONGEST_NS) this.recordAtLeast(series, LONGEST_NS);
      else this.long[series]?.push(Math.floor(rounded), 1);
      return;
    }
    const ns = rounded >>> 0;
    const shift = ns < FIRST_CELLS ? 0 : DOUBLINGS - Math.clz32(ns);
    const cell = series * CELLS + shift * CELLS_EACH + (ns >>> shift);
    this.cells[cell] = (this.cells[cell] ?? 0) + 1;
    this.used[series] = (this.used[series] ?? 0) | (1 << shift);
  }

  /** Counts one latency each in consecutive series, in nanoseconds, from an array. */
  recordEach(firstSeries: number, latenciesNs: Float64Array): void {
    for (let at = 0; at < latenciesNs.length; at++) {
      this.record(firstSeries + at, latenciesNs[at] ?? 0);
    }
  }

  /**
   * Counts one latency of which only a lower bound is known, in nanoseconds. One that is longer
   * than the last by less than a cell of the histogram is counted with it.
   */
  recordAtLeast(series: number, latencyNs: number): void {
    const ns = Math.min(Math.max(1, Math.floor(latencyNs)), LONGEST_NS);
    const long = this.long[series];
    if (long === undefined) return;
    const last = -(long.at(-2) ?? 0);
    if (last > 0 && ns >= last && ns < last * (1 + 1 / CELLS_EACH)) {
      long[long.length - 1] = (long.at(-1) ?? 0) + 1;
    } else long.push(-ns, 1);
  }

  /** Returns and resets the counts, see `LatencyPairs`; null without any. */
  take(series: number): LatencyPairs | null {
    const { cells } = this;
    const from = series * CELLS;
    const long = this.long[series] ?? [];
    let filled = long.length / 2;
    for (const [first, end] of this.stretches(series)) {
      for (let at = from + first; at < from + end; at++) if (cells[at] !== 0) filled++;
    }
    if (filled === 0) return null;
    const pairs = new Float64Array(2 * filled);
    let next = 0;
    for (const [first, end] of this.stretches(series)) {
      for (let cell = first; cell < end; cell++) {
        const count = cells[from + cell] ?? 0;
        if (count === 0) continue;
        pairs[next++] = highestOf(cell);
        pairs[next++] = count;
      }
    }
    for (let at = 0; at < long.length; at += 2) {
      const ns = long[at] ?? 0;
      // A lower bound is kept as it is: the highest of its cell would claim more.
      pairs[next++] = ns < 0 ? ns : highestLike(ns);
      pairs[next++] = long[at + 1] ?? 0;
    }
    this.forget(series);
    return pairs;
  }

  /** Drops the counts of a series. */
  forget(series: number): void {
    const from = series * CELLS;
    for (const [first, end] of this.stretches(series)) this.cells.fill(0, from + first, from + end);
    this.used[series] = 0;
    const long = this.long[series];
    if (long !== undefined) long.length = 0;
  }

  /** The cells of a series that may have counts: first ones, and those before which they end. */
  private stretches(series: number): (readonly [first: number, end: number])[] {
    const used = this.used[series] ?? 0;
    const found: (readonly [number, number])[] = [];
    for (let shift = 0; shift <= DOUBLINGS; shift++) {
      if ((used & (1 << shift)) === 0) continue;
      found.push([shift === 0 ? 0 : (shift + 1) * CELLS_EACH, (shift + 2) * CELLS_EACH]);
    }
    return found;
  }
}

/** The highest latency that is counted with one of any length, nanoseconds. */
function highestLike(ns: number): number {
  const step = 2 ** (Math.floor(Math.log2(ns)) - Math.log2(CELLS_EACH));
  return (Math.floor(ns / step) + 1) * step - 1;
}
