import { CellCounts } from "../../metrics/histogram/cell-counts.ts";
import { addPairs, type LatencyHistogram } from "../../metrics/histogram/histogram.ts";
import { CellList } from "../../metrics/histogram/packed.ts";
import {
  DRAIN,
  type IntervalRecord,
  type LatencyPairs,
  NOTHING_OPENED,
  type OpenedCounts,
} from "../../model/run/measurement.ts";
import { addClaims, type Claimed, NOTHING_CLAIMED } from "./offered-load.ts";
import { addInto, addOpened } from "./totals.ts";

/** Measurement of a member in one interval: of a thread of a host, or of a host of a run. */
export interface MemberRecord extends Omit<IntervalRecord, "worker" | "latencies"> {
  /** By series; a list of cells may change once it is added. */
  readonly latencies: readonly (LatencyPairs | CellList | null)[];
  /** Scheduled operations of a host, and its backlog at the end of the interval. */
  readonly offered?: number;
  readonly backlogEnd?: number;
}

/** `threads` of a host have one backlog, which each of them sees; `hosts` have one each. */
export type MemberKind = "threads" | "hosts";

/** An interval that not all members have closed; counts by the position of the operation. */
export class PendingInterval {
  readonly operations: number[];
  readonly bytes: number[];
  readonly errors: number[];
  readonly throttled: number[];
  unfinished?: number[];
  opened: OpenedCounts = NOTHING_OPENED;
  claimed: Claimed = NOTHING_CLAIMED;
  /** Sums of the hosts; 0 for threads. */
  offered = 0;
  backlogEnd = 0;
  widthNs = 0;
  private readonly kind: MemberKind;
  /** By series. */
  private readonly pairs: LatencyPairs[][] = [];
  private readonly cells: CellCounts[] = [];

  /** @param operations number of operations of the mix */
  constructor(operations: number, kind: MemberKind = "threads") {
    const zeros = (): number[] => Array.from({ length: operations }, () => 0);
    this.operations = zeros();
    this.bytes = zeros();
    this.errors = zeros();
    this.throttled = zeros();
    this.kind = kind;
  }

  /** Adds what one member measured. */
  add(record: MemberRecord): void {
    addInto(this.operations, record.operations);
    addInto(this.bytes, record.bytes);
    addInto(this.errors, record.errors);
    addInto(this.throttled, record.throttled);
    const backlogMost = this.opened.backlogMost + record.opened.backlogMost;
    this.opened = addOpened(this.opened, record.opened);
    if (this.kind === "hosts") this.opened = { ...this.opened, backlogMost };
    this.claimed = addClaims(this.claimed, record.claims);
    this.offered += record.offered ?? 0;
    this.backlogEnd += record.backlogEnd ?? 0;
    if (record.unfinished !== undefined) {
      this.unfinished ??= this.operations.map(() => 0);
      addInto(this.unfinished, record.unfinished);
    }
    this.addLatencies(record.latencies);
    if (record.index !== DRAIN) this.widthNs = Math.max(this.widthNs, record.widthNs);
  }

  addLatencies(latencies: MemberRecord["latencies"]): void {
    for (const [series, one] of latencies.entries()) {
      if (one instanceof CellList) {
        const cells = this.cells[series] ?? new CellCounts();
        this.cells[series] = cells;
        cells.add(one);
      } else if (one !== null) {
        const pairs = this.pairs[series] ?? [];
        this.pairs[series] = pairs;
        pairs.push(one);
      }
    }
  }

  /** Adds the latencies of a series to a histogram. */
  addTo(histogram: LatencyHistogram, series: number): void {
    for (const pairs of this.pairs[series] ?? []) addPairs(histogram, pairs);
    this.cells[series]?.addTo(histogram);
  }

  /** Counts of the interval. */
  get counts() {
    const { operations, bytes, errors, throttled, unfinished, opened } = this;
    const { offered, backlogEnd, widthNs } = this;
    const sums = { operations, bytes, errors, throttled, opened, offered, backlogEnd, widthNs };
    return unfinished === undefined ? sums : { ...sums, unfinished };
  }
}
