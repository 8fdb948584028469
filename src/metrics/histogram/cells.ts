import { inflateSync } from "node:zlib";
import type { HistogramCounts } from "./time-series.ts";

/** HdrHistogram's cells for 3 digits: 2,048 of 1 ns, then 1,024 for each doubling. */
export const FIRST_CELLS = 2048;
export const CELLS_EACH = 1024;

/**
 * Maximum latency of a histogram in nanoseconds: 52 days, the end of its cell. A longer latency is
 * counted as a lower bound of this value.
 */
export const LONGEST_NS = 2 ** 52 - 1;

/** How wide the cells of each doubling are, nanoseconds; a power is dear to compute. */
const WIDTHS = Float64Array.from({ length: 64 }, (_, shift) => 2 ** shift);

/** The smallest latency that is counted in a cell, nanoseconds; the end of the one before it. */
export function edgeOf(cell: number): number {
  if (cell < FIRST_CELLS) return cell;
  const shift = Math.floor(cell / CELLS_EACH) - 1;
  return (cell - shift * CELLS_EACH) * (WIDTHS[shift] ?? 0);
}

/**
 * The largest latency that is counted in a cell, nanoseconds: a histogram's percentiles are such,
 * and its maximum must not lie below them.
 */
export function highestOf(cell: number): number {
  return edgeOf(cell + 1) - 1;
}

/** Middle of a cell, nanoseconds, by which HdrHistogram computes means. */
export function middleOf(cell: number): number {
  const edge = edgeOf(cell);
  return edge + Math.floor((edgeOf(cell + 1) - edge) / 2);
}

/** Number of cells of a histogram: that of {@link LONGEST_NS} is the last one. */
export const CELLS = FIRST_CELLS + 41 * CELLS_EACH;

const COOKIE_V2 = 0x1c849303;
const COOKIE_V2_COMPRESSED = 0x1c849304;
const HEADER_BYTES = 40;

/** Maximum number of cells, up to 2^63 ns; a file with more is rejected. */
export const MAX_CELLS = FIRST_CELLS + 52 * CELLS_EACH;

/** Every cell counted takes up to 9 bytes. */
const MAX_BYTES = HEADER_BYTES + 9 * MAX_CELLS;
const SIGNIFICANT_DIGITS = 3;

/**
 * The counts of one histogram of `latency.hlog`, from its base64 text. Reading the cells themselves
 * takes a fiftieth of the time that a histogram object does, which has 40,000 of them.
 *
 * Format: HdrHistogram's V2 encoding, compressed: cookie, length, then deflated: a header of 40
 * bytes and counts as ZigZag LEB128, negative ones being so many empty cells
 * (https://github.com/HdrHistogram/HdrHistogram, encodeIntoByteBuffer).
 *
 * Throws an error in one sentence for any other text or another number of digits.
 */
export function decodeCells(base64: string): HistogramCounts {
  scratch ??= { cells: new Int32Array(MAX_CELLS), counts: new Float64Array(MAX_CELLS) };
  const { cells, counts } = scratch;
  let length = 0;
  eachCell(base64, (cell, count) => {
    cells[length] = cell;
    counts[length++] = count;
  });
  return { cells: cells.slice(0, length), counts: counts.slice(0, length) };
}

/** Takes the cells of one histogram at a time, before their number is known. */
let scratch: { readonly cells: Int32Array; readonly counts: Float64Array } | null = null;

/**
 * Calls `visit` with each counted cell of a histogram of `latency.hlog`, in order. Throws as
 * {@link decodeCells} does, possibly after some calls.
 */
export function eachCell(base64: string, visit: (cell: number, count: number) => void): void {
  const outer = Buffer.from(base64, "base64");
  if (outer.length < 8 || baseOf(outer.readInt32BE(0)) !== COOKIE_V2_COMPRESSED) {
    throw new Error("expected a histogram in HdrHistogram's compressed V2 encoding");
  }
  const bytes = inflateSync(outer.subarray(8, 8 + outer.readInt32BE(4)), {
    maxOutputLength: MAX_BYTES,
  });
  if (bytes.length < HEADER_BYTES || baseOf(bytes.readInt32BE(0)) !== COOKIE_V2) {
    throw new Error("expected a histogram in HdrHistogram's V2 encoding");
  }
  const digits = bytes.readInt32BE(12);
  if (digits !== SIGNIFICANT_DIGITS) {
    throw new Error(`it has ${digits} significant digits, where 3 were expected`);
  }
  eachCount(bytes, MAX_CELLS, visit);
}

/** The cookie without the four bits for the word size. */
function baseOf(cookie: number): number {
  return cookie & ~0xf0;
}

/**
 * Calls `visit` with each counted cell of a histogram in HdrHistogram's V2 encoding, in order.
 *
 * @throws an error in one sentence if there are more cells than `most`, possibly after some calls
 */
export function eachCount(
  encoded: Buffer,
  most: number,
  visit: (cell: number, count: number) => void,
): void {
  const payload = encoded.subarray(HEADER_BYTES, HEADER_BYTES + encoded.readInt32BE(4));
  let cell = 0;
  for (let at = 0; at < payload.length; ) {
    let zigzag = payload[at++] ?? 0;
    if (zigzag >= 0x80) {
      zigzag &= 0x7f;
      let scale = 128;
      for (let byte = 1; byte < 9; byte++) {
        const bits = payload[at++] ?? 0;
        // The ninth byte has no mark that another one follows.
        zigzag += (byte < 8 ? bits & 0x7f : bits) * scale;
        if (byte < 8 && bits < 0x80) break;
        scale *= 128;
      }
    }
    const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    if (value > 0) {
      if (cell >= most) throw new Error(`it has more than ${most} cells`);
      visit(cell, value);
    }
    cell += value < 0 ? -value : 1;
    if (cell > most) throw new Error(`it has more than ${most} cells`);
  }
}
