import { CELLS } from "./cells.ts";
import type { LatencyHistogram } from "./histogram.ts";
import { CellList, type Listed } from "./packed.ts";

/** Cells of a page; a latency distribution touches five to ten doublings. */
const PAGE_BITS = 10;
const PAGE = 2 ** PAGE_BITS;
const PAGES = Math.ceil(CELLS / PAGE);
/** Counts of a page: one byte each until one of them needs two. */
type Page = Uint8Array | Uint16Array;
/** Pages of a block of memory. Single ones would leave gaps between buffers of short life. */
const BLOCK_PAGES = 64;
/** End of a count of one byte; of two bytes, where the rest is in the overflow. */
const BYTE_END = 2 ** 8;
const RADIX = 2 ** 16;

/**
 * Counts by cell of a histogram, in the memory of the cells that are used: 5 or 10 kB per
 * distribution, where a histogram object has 180 or 360. Counts are exact, as far as a number is.
 */
export class CellCounts {
  private readonly pages: Page[] = [];
  /** Multiples of {@link RADIX} of a cell's count. */
  private readonly overflow = new Map<number, number>();
  /** Smallest latency that is a lower bound, nanoseconds; Infinity without one. */
  atLeastNs = Number.POSITIVE_INFINITY;

  add(given: CellList): void {
    this.atLeastNs = Math.min(this.atLeastNs, given.atLeastNs);
    for (let at = 0; at < given.length; ) {
      const number = (given.cells[at] ?? 0) >>> PAGE_BITS;
      const page = this.page(number);
      // A loop for each kind of page: one for both takes twice as long.
      if (page instanceof Uint16Array) at = this.addWords(page, given, at);
      else at = this.addBytes(page, given, at);
    }
  }

  /** Adds the counts of a page from a position in the list; returns the position after them. */
  private addBytes(page: Uint8Array, given: CellList, from: number): number {
    const { cells, counts, length } = given;
    const number = (cells[from] ?? 0) >>> PAGE_BITS;
    const end = (number + 1) * PAGE;
    let at = from;
    for (; at < length; at++) {
      const cell = cells[at] ?? 0;
      if (cell >= end) break;
      const sum = (page[cell & (PAGE - 1)] ?? 0) + (counts[at] ?? 0);
      if (sum >= BYTE_END) return this.addWords(this.widen(number, page), given, at);
      page[cell & (PAGE - 1)] = sum;
    }
    return at;
  }

  private addWords(page: Uint16Array, given: CellList, from: number): number {
    const { cells, counts, length } = given;
    const end = (((cells[from] ?? 0) >>> PAGE_BITS) + 1) * PAGE;
    let at = from;
    for (; at < length; at++) {
      const cell = cells[at] ?? 0;
      if (cell >= end) break;
      const sum = (page[cell & (PAGE - 1)] ?? 0) + (counts[at] ?? 0);
      page[cell & (PAGE - 1)] = sum;
      if (sum >= RADIX) {
        this.overflow.set(cell, (this.overflow.get(cell) ?? 0) + Math.floor(sum / RADIX));
      }
    }
    return at;
  }

  /** Writes the counted cells in order, and returns their number. */
  write(to: Listed): number {
    let length = 0;
    for (let number = 0; number < PAGES; number++) {
      const page = this.pages[number];
      if (page === undefined) continue;
      const first = number * PAGE;
      if (page instanceof Uint8Array) length = writeBytes(page, first, to, length);
      else length = this.writeWords(page, first, to, length);
    }
    return length;
  }

  private writeWords(page: Uint16Array, first: number, to: Listed, from: number): number {
    const { cells, counts } = to;
    const { overflow } = this;
    const hasOverflow = overflow.size > 0;
    let length = from;
    for (let place = 0; place < PAGE; place++) {
      const low = page[place] ?? 0;
      const count = hasOverflow ? low + (overflow.get(first + place) ?? 0) * RADIX : low;
      if (count === 0) continue;
      cells[length] = first + place;
      counts[length++] = count;
    }
    return length;
  }

  /** Adds the counts to a histogram; it equals one of all the latencies. */
  addTo(histogram: LatencyHistogram): void {
    histogram.atLeastNs = Math.min(histogram.atLeastNs, this.atLeastNs);
    list ??= new CellList();
    list.fill(this);
    list.addTo(histogram);
  }

  private page(number: number): Page {
    const page = this.pages[number] ?? BYTES.take();
    this.pages[number] = page;
    return page;
  }

  /** Replaces a page by one with two bytes per count. */
  private widen(number: number, page: Uint8Array): Uint16Array {
    const wide = WORDS.take();
    wide.set(page);
    this.pages[number] = wide;
    BYTES.give(page);
    return wide;
  }
}

/** Writes the counts of a page from a position, and returns the position after them. */
function writeBytes(page: Uint8Array, first: number, to: Listed, from: number): number {
  const { cells, counts } = to;
  let length = from;
  for (let place = 0; place < PAGE; place++) {
    const count = page[place] ?? 0;
    if (count === 0) continue;
    cells[length] = first + place;
    counts[length++] = count;
  }
  return length;
}

/** Used within a call. */
let list: CellList | null = null;

/** Empty pages of one kind. */
class Pages<Kind extends Page> {
  private readonly make: (cells: number) => Kind;
  private readonly free: Kind[] = [];

  constructor(make: (cells: number) => Kind) {
    this.make = make;
  }

  take(): Kind {
    const free = this.free.pop();
    if (free !== undefined) return free;
    const block = this.make(BLOCK_PAGES * PAGE);
    for (let at = BLOCK_PAGES - 1; at > 0; at--) this.free.push(this.pageOf(block, at));
    return this.pageOf(block, 0);
  }

  /** Takes a page back. */
  give(page: Kind): void {
    page.fill(0);
    this.free.push(page);
  }

  private pageOf(block: Kind, at: number): Kind {
    return block.subarray(at * PAGE, (at + 1) * PAGE) as Kind;
  }
}

const BYTES = new Pages<Uint8Array>((cells) => new Uint8Array(cells));
const WORDS = new Pages<Uint16Array>((cells) => new Uint16Array(cells));
