import { createHash } from "node:crypto";
import type { Series } from "../../model/run/measurement.ts";

/** Sums of one operation over a whole phase. */
export interface HashedSums {
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly drained: number;
  readonly throttled: number;
  readonly unfinished: number;
}

/** Calls back with each counted cell of a histogram, in order. */
type EachCell = (visit: (cell: number, count: number) => void) => void;

/** Room for the largest pair of numbers. */
const PAIR_BYTES = 16;

/**
 * SHA-256 of the totals of a phase on one host: sums by operation and packed histograms by series.
 * Host and coordinator compute it each from its own totals; a difference is an internal error.
 */
export class TotalsHash {
  private readonly hash = createHash("sha256");
  private readonly buffer = Buffer.alloc(2 ** 15);
  private length = 0;

  sums(operation: Series["operation"], sums: HashedSums): void {
    const { operations, bytes, errors, drained, throttled, unfinished } = sums;
    const counts = [operations, bytes, errors, drained, throttled, unfinished];
    this.hash.update(`${operation} ${counts.join(" ")}\n`);
  }

  series({ operation, metric }: Series, atLeastNs: number, each: EachCell): void {
    this.hash.update(`${operation}/${metric} ${atLeastNs}\n`);
    let last = 0;
    each((cell, count) => {
      this.put(cell - last);
      this.put(count);
      last = cell;
    });
    this.flush();
  }

  digest(): string {
    return this.hash.digest("hex");
  }

  /** Appends a number as a varint. */
  private put(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.buffer[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
    if (this.length > this.buffer.length - PAIR_BYTES) this.flush();
  }

  private flush(): void {
    this.hash.update(this.buffer.subarray(0, this.length));
    this.length = 0;
  }
}
