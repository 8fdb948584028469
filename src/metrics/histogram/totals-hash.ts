import { createHash } from "node:crypto";
import type { Series } from "../../model/run/measurement.ts";
import type { CellList } from "./packed.ts";

/** Sums of one operation over a whole phase. */
interface HashedSums {
  readonly operations: number;
  readonly bytes: number;
  readonly errors: number;
  readonly drained: number;
  readonly throttled: number;
  readonly unfinished: number;
}

/**
 * SHA-256 of the totals of a phase on one host: sums by operation and packed histograms by series.
 * Host and coordinator compute it each from its own totals; a difference is an internal error.
 */
export class TotalsHash {
  private readonly hash = createHash("sha256");

  sums(operation: Series["operation"], sums: HashedSums): void {
    const { operations, bytes, errors, drained, throttled, unfinished } = sums;
    const counts = [operations, bytes, errors, drained, throttled, unfinished];
    this.hash.update(`${operation} ${counts.join(" ")}\n`);
  }

  series({ operation, metric }: Series, list: CellList): void {
    this.hash.update(`${operation}/${metric} ${list.atLeastNs} ${list.length}\n`);
    this.hash.update(list.pack());
  }

  digest(): string {
    return this.hash.digest("hex");
  }
}
