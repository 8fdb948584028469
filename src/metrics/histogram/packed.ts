import { CELLS, eachCount, highestOf } from "./cells.ts";
import type { LatencyHistogram } from "./histogram.ts";

/** Maximum length of a number that is exact, and of a pair of a cell and its count. */
const NUMBER_BYTES = 8;
const PAIR_BYTES = 3 + NUMBER_BYTES;
const MAX_BYTES = CELLS * PAIR_BYTES;

/**
 * Packs the counts of a histogram as base64, see {@link CellList}; 1,000 latencies take about 2 kB.
 */
export function packCounts(histogram: LatencyHistogram): string {
  shared ??= new CellList();
  shared.take(histogram);
  return shared.pack().toString("base64");
}

/** Used within a call. */
let shared: CellList | null = null;

/** Calls back with each counted cell, in order. */
type EachCell = (visit: (cell: number, count: number) => void) => void;

/** Room for all cells of a histogram and their counts. */
export interface Listed {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
}

/** Counts by cell that can be listed. */
interface Counted {
  readonly atLeastNs: number;
  /** Writes the counted cells in order, and returns their number. */
  write(to: Listed): number;
}

/**
 * Counted cells in the order of their latency, valid until the next ones. Packed, each cell is the
 * distance to the one before it and its count, both as LEB128 varints.
 */
export class CellList implements Listed {
  readonly cells = new Int32Array(CELLS);
  readonly counts = new Float64Array(CELLS);
  length = 0;
  /** Smallest latency that is a lower bound, nanoseconds; Infinity without one. */
  atLeastNs = Number.POSITIVE_INFINITY;
  private readonly bytes = Buffer.alloc(MAX_BYTES);
  /** Position after the number that was read or written last. */
  private at = 0;

  /** Replaces the cells by those of a histogram. */
  take(histogram: LatencyHistogram): void {
    const encoded = Buffer.from(histogram.encode());
    this.collect((visit) => eachCount(encoded, CELLS, visit), histogram.atLeastNs);
  }

  /** Replaces the cells by those of counts. */
  fill(counts: Counted): void {
    this.length = counts.write(this);
    this.atLeastNs = counts.atLeastNs;
  }

  /** Replaces the cells by those that a function visits, in order. */
  collect(each: EachCell, atLeastNs = Number.POSITIVE_INFINITY): void {
    let length = 0;
    each((cell, count) => {
      this.cells[length] = cell;
      this.counts[length++] = count;
    });
    this.length = length;
    this.atLeastNs = atLeastNs;
  }

  /** Adds the counts to a histogram. */
  addTo(histogram: LatencyHistogram): void {
    histogram.atLeastNs = Math.min(histogram.atLeastNs, this.atLeastNs);
    for (let at = 0; at < this.length; at++) {
      histogram.recordValueWithCount(highestOf(this.cells[at] ?? 0), this.counts[at] ?? 0);
    }
  }

  /** Packs the cells; the bytes are valid until the next ones. */
  pack(): Buffer {
    const { bytes, cells, counts, length } = this;
    this.at = 0;
    let last = 0;
    for (let place = 0; place < length; place++) {
      const cell = cells[place] ?? 0;
      const distance = cell - last;
      const count = counts[place] ?? 0;
      last = cell;
      if (distance < 0x80 && count < 0x80) {
        bytes[this.at++] = distance;
        bytes[this.at++] = count;
      } else {
        this.write(distance);
        this.write(count);
      }
    }
    return bytes.subarray(0, this.at);
  }

  /**
   * Replaces the cells by those of a packed text in base64. They are undefined after an error.
   *
   * @throws an error in one sentence for any other text
   */
  unpack(text: string, atLeastNs = Number.POSITIVE_INFINITY): void {
    this.length = 0;
    this.atLeastNs = atLeastNs;
    if (text.length > (MAX_BYTES / 3) * 4) {
      throw new Error(`expected packed counts, got a text of ${text.length} characters`);
    }
    const end = this.bytes.write(text, "base64");
    // `write` skips characters that are not base64.
    if (end !== decodedLength(text)) throw new Error("expected packed counts in base64");
    const { bytes, cells, counts } = this;
    let length = 0;
    let cell = 0;
    for (let at = 0; at < end; ) {
      let distance = bytes[at] ?? 0;
      let count = bytes[at + 1] ?? 0;
      if (distance < 0x80 && count < 0x80) at += 2;
      else {
        distance = this.read(at, end);
        count = this.read(this.at, end);
        at = this.at;
      }
      cell += distance;
      const isNext = distance > 0 || length === 0;
      if (count === 0 || cell >= CELLS || !isNext || at > end) {
        throw new Error(`expected counts of ${CELLS} cells, got cell ${cell} with ${count}`);
      }
      cells[length] = cell;
      counts[length++] = count;
    }
    this.length = length;
  }

  private write(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.at++] = rest;
  }

  /** Reads a varint; its end is in `at`. */
  private read(from: number, end: number): number {
    let value = 0;
    let scale = 1;
    for (let at = from; at < end && at < from + NUMBER_BYTES; at++) {
      const bits = this.bytes[at] ?? 0;
      value += (bits & 0x7f) * scale;
      scale *= 0x80;
      if (bits < 0x80 && value <= Number.MAX_SAFE_INTEGER) {
        this.at = at + 1;
        return value;
      }
    }
    throw new Error("expected packed counts, got a number that does not end");
  }
}

function decodedLength(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return text.length % 4 === 0 ? (text.length / 4) * 3 - padding : -1;
}
