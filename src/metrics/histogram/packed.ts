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
  packing ??= new CellList();
  packing.take(histogram);
  const bytes = packing.pack();
  return bytes.toString("base64");
}

let packing: CellList | null = null;

/** Calls back with each counted cell, in order. */
type EachCell = (visit: (cell: number, count: number) => void) => void;

/**
 * Counted cells in the order of their latency, valid until the next ones. Packed, each cell is the
 * distance to the one before it and its count, both as LEB128 varints.
 */
export class CellList {
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
  fill(counts: CellCounts): void {
    this.collect((visit) => counts.each(visit), counts.atLeastNs);
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
    this.at = 0;
    let last = 0;
    for (let at = 0; at < this.length; at++) {
      const cell = this.cells[at] ?? 0;
      this.write(cell - last);
      this.write(this.counts[at] ?? 0);
      last = cell;
    }
    return this.bytes.subarray(0, this.at);
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

/** Cells of a page; a latency distribution touches five to ten doublings. */
const PAGE_BITS = 10;
const PAGE = 2 ** PAGE_BITS;
const PAGES = Math.ceil(CELLS / PAGE);
const NO_PAGE = new Uint16Array(0);
/** Pages of a block of memory. Single ones would leave gaps between buffers of short life. */
const BLOCK_PAGES = 64;
/** End of a 16-bit count; the rest is in the overflow. */
const RADIX = 2 ** 16;

/**
 * Counts by cell of a histogram, in the memory of the cells that are used: 10 kB per distribution,
 * where a histogram object has 180 or 360. Counts are exact, as far as a number is.
 */
export class CellCounts {
  private readonly pages: Uint16Array[] = [];
  /** Multiples of {@link RADIX} of a cell's count. */
  private readonly overflow = new Map<number, number>();
  /** Smallest latency that is a lower bound, nanoseconds; Infinity without one. */
  atLeastNs = Number.POSITIVE_INFINITY;

  add({ cells, counts, length, atLeastNs }: CellList): void {
    this.atLeastNs = Math.min(this.atLeastNs, atLeastNs);
    let number = -1;
    let page: Uint16Array = NO_PAGE;
    for (let at = 0; at < length; at++) {
      const cell = cells[at] ?? 0;
      if (cell >>> PAGE_BITS !== number) {
        number = cell >>> PAGE_BITS;
        page = this.page(number);
      }
      const sum = (page[cell & (PAGE - 1)] ?? 0) + (counts[at] ?? 0);
      page[cell & (PAGE - 1)] = sum;
      if (sum >= RADIX) {
        this.overflow.set(cell, (this.overflow.get(cell) ?? 0) + Math.floor(sum / RADIX));
      }
    }
  }

  /** Calls `visit` with each counted cell, in order. */
  each(visit: (cell: number, count: number) => void): void {
    for (let number = 0; number < PAGES; number++) {
      const page = this.pages[number];
      if (page === undefined) continue;
      for (let place = 0; place < PAGE; place++) {
        const cell = number * PAGE + place;
        const more = this.overflow.size === 0 ? 0 : (this.overflow.get(cell) ?? 0);
        const count = (page[place] ?? 0) + more * RADIX;
        if (count > 0) visit(cell, count);
      }
    }
  }

  /** Adds the counts to a histogram; it equals one of all the latencies. */
  addTo(histogram: LatencyHistogram): void {
    histogram.atLeastNs = Math.min(histogram.atLeastNs, this.atLeastNs);
    this.each((cell, count) => histogram.recordValueWithCount(highestOf(cell), count));
  }

  private page(number: number): Uint16Array {
    const page = this.pages[number] ?? newPage();
    this.pages[number] = page;
    return page;
  }
}

let block = NO_PAGE;

function newPage(): Uint16Array {
  if (block.length === 0) block = new Uint16Array(BLOCK_PAGES * PAGE);
  const page = block.subarray(0, PAGE);
  block = block.subarray(PAGE);
  return page;
}
