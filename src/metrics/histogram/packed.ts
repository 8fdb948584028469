import { CELLS, eachCount, highestOf } from "./cells.ts";
import type { LatencyHistogram } from "./histogram.ts";

/** Header of HdrHistogram's V2 encoding; the counts follow it. */
const HEADER_BYTES = 40;
/** Position of the length of the counts in the header. */
const LENGTH_AT = 4;

/** Every counted cell takes at most two numbers of 9 bytes: an empty stretch and a count. */
const MAX_BYTES = CELLS * 10;

/**
 * Packs the counts of a histogram as base64: HdrHistogram's V2 counts without its header, which are
 * varints of counts and of stretches of empty cells. 1,000 latencies take about 2 kB.
 */
export function packCounts(histogram: LatencyHistogram): string {
  const bytes = Buffer.from(histogram.encode());
  const length = bytes.readInt32BE(LENGTH_AT);
  return bytes.toString("base64", HEADER_BYTES, HEADER_BYTES + length);
}

/** Counted cells in the order of their latency; valid until they are unpacked again. */
export class CellList {
  readonly cells = new Int32Array(CELLS);
  readonly counts = new Float64Array(CELLS);
  length = 0;
  /** Smallest latency that is a lower bound, nanoseconds; Infinity without one. */
  atLeastNs = Number.POSITIVE_INFINITY;
  private readonly bytes = Buffer.alloc(MAX_BYTES);

  /**
   * Replaces the cells by those of a packed text. The cells are undefined after an error.
   *
   * @throws an error in one sentence for any other text
   */
  unpack(text: string, atLeastNs = Number.POSITIVE_INFINITY): void {
    this.length = 0;
    this.atLeastNs = atLeastNs;
    if (text.length > (MAX_BYTES / 3) * 4) {
      throw new Error(`expected packed counts, got a text of ${text.length} characters`);
    }
    const length = this.bytes.write(text, "base64");
    // `write` skips characters that are not base64.
    if (length !== decodedLength(text)) throw new Error("expected packed counts in base64");
    this.fill(this.bytes.subarray(0, length));
  }

  /** Replaces the cells by those of a histogram. */
  take(histogram: LatencyHistogram): void {
    this.length = 0;
    this.atLeastNs = histogram.atLeastNs;
    const bytes = Buffer.from(histogram.encode());
    this.fill(bytes.subarray(HEADER_BYTES, HEADER_BYTES + bytes.readInt32BE(LENGTH_AT)));
  }

  /** Calls `visit` with each counted cell, in order. */
  each(visit: (cell: number, count: number) => void): void {
    for (let at = 0; at < this.length; at++) visit(this.cells[at] ?? 0, this.counts[at] ?? 0);
  }

  private fill(payload: Uint8Array): void {
    const { cells, counts } = this;
    let length = 0;
    eachCount(payload, CELLS, (cell, count) => {
      if (count > Number.MAX_SAFE_INTEGER)
        throw new Error(`the count of cell ${cell} is too large`);
      cells[length] = cell;
      counts[length++] = count;
    });
    this.length = length;
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
/** End of a 16-bit count; the rest is in the overflow. */
const RADIX = 2 ** 16;

/**
 * Counts by cell of a histogram, in the memory of the cells that are used: 10 kB per distribution,
 * where a histogram object has 180 or 360. Counts are exact, as far as a number is.
 */
export class CellCounts {
  private readonly pages: (Uint16Array | undefined)[] = [];
  /** Multiples of {@link RADIX} of a cell's count. */
  private readonly overflow = new Map<number, number>();
  /** Smallest latency that is a lower bound, nanoseconds; Infinity without one. */
  atLeastNs = Number.POSITIVE_INFINITY;

  add({ cells, counts, length, atLeastNs }: CellList): void {
    this.atLeastNs = Math.min(this.atLeastNs, atLeastNs);
    for (let at = 0; at < length; at++) this.count(cells[at] ?? 0, counts[at] ?? 0);
  }

  /** Adds the counts of another distribution. */
  join(other: CellCounts): void {
    this.atLeastNs = Math.min(this.atLeastNs, other.atLeastNs);
    other.each((cell, count) => this.count(cell, count));
  }

  /** Calls `visit` with each counted cell, in order. */
  each(visit: (cell: number, count: number) => void): void {
    for (let page = 0; page < PAGES; page++) {
      const counts = this.pages[page];
      if (counts === undefined) continue;
      for (let place = 0; place < PAGE; place++) {
        const cell = page * PAGE + place;
        const more = this.overflow.size === 0 ? 0 : (this.overflow.get(cell) ?? 0);
        const count = (counts[place] ?? 0) + more * RADIX;
        if (count > 0) visit(cell, count);
      }
    }
  }

  /** Adds the counts to a histogram; it equals one of all the latencies. */
  addTo(histogram: LatencyHistogram): void {
    histogram.atLeastNs = Math.min(histogram.atLeastNs, this.atLeastNs);
    this.each((cell, count) => histogram.recordValueWithCount(highestOf(cell), count));
  }

  private count(cell: number, count: number): void {
    const page = this.pages[cell >>> PAGE_BITS] ?? this.newPage(cell >>> PAGE_BITS);
    const place = cell & (PAGE - 1);
    const sum = (page[place] ?? 0) + count;
    page[place] = sum;
    if (sum < RADIX) return;
    this.overflow.set(cell, (this.overflow.get(cell) ?? 0) + Math.floor(sum / RADIX));
  }

  private newPage(number: number): Uint16Array {
    const page = new Uint16Array(PAGE);
    this.pages[number] = page;
    return page;
  }
}
