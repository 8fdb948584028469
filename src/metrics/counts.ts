import { encodeHistogram, type LatencyHistogram, LONGEST_NS, makeHistogram } from "./histogram.ts";

/** HdrHistogram's cells for 3 digits: 2,048 of 1 ns, then 1,024 for each doubling. */
const FIRST_CELLS = 2048;
const CELLS_EACH = 1024;
/** Doublings that a 32-bit number of nanoseconds (4.29 s) can be in. */
const DOUBLINGS = 21;
const CELLS = FIRST_CELLS + DOUBLINGS * CELLS_EACH;
const COUNTED_BELOW_NS = 2 ** 32;

/**
 * Counts latencies in the cells of HdrHistogram, in an array of its own: a count costs a few
 * nanoseconds where a call into the WebAssembly histogram costs 45, and at a million operations a
 * second that is a share of what is measured. When an interval closes the counts are put into the
 * histogram, which holds then what it would have held.
 */
export class LatencyCounts {
  private readonly cells: Uint32Array;
  /** Latencies too long for a 32-bit number, by series; there are never many of them. */
  private readonly long: readonly number[][];
  private readonly scratch: LatencyHistogram;

  constructor(series: number) {
    this.cells = new Uint32Array(series * CELLS);
    this.long = Array.from({ length: series }, () => []);
    this.scratch = makeHistogram("interval");
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

  /** The series' counts as an encoded histogram, null where there are none; they start over. */
  take(series: number): Uint8Array | null {
    const from = series * CELLS;
    for (let cell = 0; cell < CELLS; cell++) {
      const count = this.cells[from + cell] ?? 0;
      if (count > 0) this.scratch.recordValueWithCount(lowestOf(cell), count);
    }
    for (const ns of this.long[series] ?? []) this.scratch.recordValue(ns);
    const encoded = encodeHistogram(this.scratch);
    if (encoded !== null) this.scratch.reset();
    this.forget(series);
    return encoded;
  }

  /** Drops the counts of a series. */
  forget(series: number): void {
    this.cells.fill(0, series * CELLS, (series + 1) * CELLS);
    const long = this.long[series];
    if (long !== undefined) long.length = 0;
  }

  /** Frees the histogram's memory. */
  close(): void {
    this.scratch.destroy();
  }
}

/** The smallest latency that is counted in a cell, nanoseconds. */
function lowestOf(cell: number): number {
  if (cell < FIRST_CELLS) return cell;
  const shift = Math.floor(cell / CELLS_EACH) - 1;
  return (cell - shift * CELLS_EACH) * 2 ** shift;
}
