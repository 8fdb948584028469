import {
  decodeHistogram,
  type EncodedHistogram,
  encodeHistogram,
  type HistogramBits,
  type LatencyHistogram,
  makeHistogram,
  resetHistogram,
} from "../../metrics/histogram/histogram.ts";
import {
  DRAIN,
  type IntervalRecord,
  type LatencyPairs,
  type Series,
} from "../../model/run/measurement.ts";
import type { ThrottledInterval } from "../../model/run/run.ts";
import { Members } from "./members.ts";
import type { OfferedLoad } from "./offered-load.ts";
import { type MemberKind, type MemberRecord, PendingInterval } from "./pending-interval.ts";
import { type IntervalCounts, PhaseTotals } from "./totals.ts";

/**
 * One cell of a phase's time grid, all members added; the drain comes last, with index `DRAIN`, at
 * the end of the grid and without width. The histograms are valid until the next one.
 */
export interface PhaseInterval extends IntervalCounts {
  readonly index: number;
  readonly fromNs: number;
  readonly widthNs: number;
  /** By series. */
  readonly histograms: readonly LatencyHistogram[];
}

/** A cell kept until the reported part is chosen: its counts and encoded histograms. */
interface Kept {
  readonly counts: IntervalCounts;
  readonly widthNs: number;
  readonly encoded: readonly (EncodedHistogram | null)[];
}

/** Totals of the whole phase and of its reported part. */
export interface IntervalTotals {
  readonly whole: PhaseTotals;
  /** `whole`, unless a part of the intervals was chosen. */
  readonly chosen: PhaseTotals;
  /** Length of the chosen intervals, nanoseconds; null if all are chosen. */
  readonly chosenNs: number | null;
}

/**
 * Adds the intervals of the members by index, never by order of arrival, and emits each one when
 * every member has closed it. Members are the threads of a host, or the hosts of a run. Keeps only
 * intervals that a member has not reached yet.
 */
export class PhaseIntervals {
  readonly series: readonly Series[];
  private readonly operations: readonly Series["operation"][];
  private readonly intervalNs: number;
  private readonly emit: (interval: PhaseInterval) => void;
  private readonly pending = new Map<number, PendingInterval>();
  private readonly members: Members;
  private readonly kind: MemberKind;
  private readonly bits: HistogramBits;
  private readonly scratch: readonly LatencyHistogram[];
  readonly whole: PhaseTotals;
  private chosen: PhaseTotals | null = null;
  /** Every cell if a part of them will be chosen, else null. */
  private readonly kept: Kept[] | null;
  /** Intervals with throttled requests. */
  readonly throttling: ThrottledInterval[] = [];
  /** Operations issued or dropped after the deadline, although scheduled before it. */
  overdue = 0;
  private readonly load: OfferedLoad | null;
  private emitted = 0;
  private endNs = 0;

  constructor(
    series: readonly Series[],
    members: number,
    intervalNs: number,
    emit: (interval: PhaseInterval) => void,
    load: OfferedLoad | null = null,
    chooses = false,
    kind: MemberKind = "threads",
  ) {
    this.series = series;
    this.operations = [...new Set(series.map(({ operation }) => operation))];
    this.intervalNs = intervalNs;
    this.emit = emit;
    this.load = load;
    this.members = new Members(members);
    this.kind = kind;
    // Thousands of threads or hosts may exceed 32 bits in one cell.
    this.bits = kind === "hosts" ? "total" : "interval";
    this.scratch = series.map(() => makeHistogram(this.bits));
    this.whole = new PhaseTotals(series);
    this.kept = chooses ? [] : null;
  }

  /** Adds an interval that a worker has closed. */
  add(record: IntervalRecord): void {
    this.addOf(record.worker, record);
  }

  /** Adds an interval that a member has closed; one of a dropped member does not count. */
  addOf(member: number, record: MemberRecord): void {
    if (this.members.isDropped(member)) return;
    this.cellOf(record.index).add(record);
    if (record.index !== DRAIN) this.emitTo(this.members.reach(member, record.index + 1));
  }

  /** Marks a member as done. */
  finish(member: number): void {
    this.emitTo(this.members.finish(member));
  }

  /** Drops a lost member: it holds nothing back from now on, and what it sent so far stays. */
  drop(member: number): void {
    this.emitTo(this.members.drop(member));
  }

  /** Number of intervals that a member has closed; Infinity when it is done. */
  reachedBy(member: number): number {
    return this.members.of(member);
  }

  /** Adds the waits of operations that no worker issued to the drain, by series. */
  addUnissued(latencies: readonly (LatencyPairs | null)[]): void {
    this.cellOf(DRAIN).addLatencies(latencies);
  }

  /** Arrivals scheduled so far, warm-up included; 0 in a closed loop. */
  get due(): number {
    return this.load?.scheduled ?? 0;
  }

  /** Intervals emitted so far. */
  get intervals(): number {
    return this.emitted;
  }

  /**
   * Adds and emits the drain, and returns the totals. `part`: the reported intervals from `from` up
   * to, but not including, `to`; null: all. Called once, after all workers are done.
   */
  total(part: { readonly from: number; readonly to: number } | null = null): IntervalTotals {
    const chosen = part === null || this.kept === null ? this.whole : this.choose(part);
    const drain = this.pending.get(DRAIN);
    if (drain !== undefined) {
      this.count(drain);
      const { counts } = drain;
      for (const totals of new Set([this.whole, chosen])) totals.add(counts, this.scratch, true);
      this.overdue = counts.opened.late + counts.opened.dropped;
      this.emit({ index: DRAIN, fromNs: this.endNs, ...counts, histograms: this.scratch });
    }
    const widths = this.kept?.slice(part?.from, part?.to).map(({ widthNs }) => widthNs) ?? [];
    const chosenNs = chosen === this.whole ? null : widths.reduce((sum, width) => sum + width, 0);
    return { whole: this.whole, chosen, chosenNs };
  }

  /** Frees the histograms' memory. */
  close(): void {
    for (const histogram of this.scratch) histogram.destroy();
    this.whole.close();
    this.chosen?.close();
  }

  private choose({ from, to }: { readonly from: number; readonly to: number }): PhaseTotals {
    const chosen = new PhaseTotals(this.series);
    this.chosen = chosen;
    for (const [index, { counts, encoded }] of (this.kept ?? []).entries()) {
      if (index < from || index >= to) {
        chosen.leaveOut(counts);
        continue;
      }
      const histograms = encoded.map((one) =>
        one === null ? null : decodeHistogram(one, this.bits),
      );
      chosen.add(counts, histograms);
      for (const histogram of histograms) histogram?.destroy();
    }
    return chosen;
  }

  private emitTo(reached: number): void {
    if (reached <= this.emitted) return;
    const last = Number.isFinite(reached) ? reached : Math.max(0, ...this.pending.keys()) + 1;
    while (this.emitted < last) {
      const cell = this.pending.get(this.emitted);
      if (cell === undefined && !Number.isFinite(reached)) break;
      if (cell !== undefined) this.emitCell(this.emitted, cell);
      this.pending.delete(this.emitted);
      this.emitted++;
    }
  }

  private emitCell(index: number, cell: PendingInterval): void {
    this.count(cell);
    const closed = cell.counts;
    const fromNs = index * this.intervalNs;
    this.endNs = fromNs + closed.widthNs;
    const load = this.load?.close(this.endNs, cell.claimed) ?? closed;
    const backlogMost = Math.max(closed.opened.backlogMost, load.backlogEnd);
    const { offered, backlogEnd } = load;
    const counts = { ...closed, offered, backlogEnd, opened: { ...closed.opened, backlogMost } };
    this.whole.add(counts, this.scratch);
    this.kept?.push({
      counts,
      widthNs: counts.widthNs,
      encoded: this.scratch.map((one) => (one.totalCount === 0 ? null : encodeHistogram(one))),
    });
    const requests = cell.throttled.reduce((sum, count) => sum + count, 0);
    if (requests > 0) this.throttling.push({ fromNs, requests });
    this.emit({ index, fromNs, ...counts, histograms: this.scratch });
  }

  private count(cell: PendingInterval): void {
    for (const [series, scratch] of this.scratch.entries()) {
      if (scratch.totalCount > 0) resetHistogram(scratch);
      cell.addTo(scratch, series);
    }
  }

  private cellOf(index: number): PendingInterval {
    const cell = this.pending.get(index) ?? new PendingInterval(this.operations.length, this.kind);
    this.pending.set(index, cell);
    return cell;
  }
}
