import {
  DRAIN,
  type IntervalRecord,
  type LatencyPairs,
  NOTHING_OPENED,
  type OpenedCounts,
} from "../../model/run/measurement.ts";
import { addClaims, type Claimed, NOTHING_CLAIMED } from "./offered-load.ts";
import { addInto, addOpened } from "./totals.ts";

/** An interval that not all workers have closed; counts by the position of the operation. */
export class PendingInterval {
  readonly operations: number[];
  readonly bytes: number[];
  readonly errors: number[];
  readonly throttled: number[];
  unfinished?: number[];
  /** By series. */
  readonly latencies: (readonly LatencyPairs[])[] = [];
  opened: OpenedCounts = NOTHING_OPENED;
  claimed: Claimed = NOTHING_CLAIMED;
  widthNs = 0;

  /** @param operations number of operations of the mix */
  constructor(operations: number) {
    const zeros = (): number[] => Array.from({ length: operations }, () => 0);
    this.operations = zeros();
    this.bytes = zeros();
    this.errors = zeros();
    this.throttled = zeros();
  }

  /** Adds what one worker measured. */
  add(record: IntervalRecord): void {
    addInto(this.operations, record.operations);
    addInto(this.bytes, record.bytes);
    addInto(this.errors, record.errors);
    addInto(this.throttled, record.throttled);
    this.opened = addOpened(this.opened, record.opened);
    this.claimed = addClaims(this.claimed, record.claims);
    if (record.unfinished !== undefined) {
      this.unfinished ??= this.operations.map(() => 0);
      addInto(this.unfinished, record.unfinished);
    }
    this.addLatencies(record.latencies);
    if (record.index !== DRAIN) this.widthNs = Math.max(this.widthNs, record.widthNs);
  }

  addLatencies(latencies: readonly (LatencyPairs | null)[]): void {
    for (const [series, pairs] of latencies.entries()) {
      if (pairs !== null) this.latencies[series] = [...(this.latencies[series] ?? []), pairs];
    }
  }
}
