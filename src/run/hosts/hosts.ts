/**
 * A phase on several hosts: `HostsMeasurement` merges the intervals that the hosts send (`cell.ts`)
 * with the class that merges the threads of a host, `result.ts` makes one result of the merge and
 * of the hosts' own results, and `warnings.ts` its warnings. It loads nothing, and sends and
 * receives nothing: `cluster` does. Start with `HostsMeasurement`.
 */

import { CellList } from "../../metrics/histogram/packed.ts";
import type { OperationTotals } from "../../metrics/histogram/summary.ts";
import type { Intervals } from "../../model/plan/intervals.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import { DRAIN, type Series } from "../../model/run/measurement.ts";
import type { ThrottledInterval } from "../../model/run/run.ts";
import type { Stability } from "../../model/run/stability.ts";
import { type PhaseInterval, PhaseIntervals } from "../phase/intervals.ts";
import { RateSeries } from "../phase/stability.ts";
import { type CellShape, InvalidCell, unpackCell } from "./cell.ts";
import { HostIntervals, type OnHostInterval } from "./host-intervals.ts";
import { HostTotals } from "./host-totals.ts";
import { unionOf } from "./union-series.ts";

/** Hosts up to which intervals are as narrow as on one host. */
const MAX_NARROW_HOSTS = 16;
const SECOND_NS = 1e9;

/** Maximum intervals of a phase that a count ends. */
const MAX_INTERVALS = 1e7;

/** A phase before the hosts start it. */
export interface HostsPhase {
  readonly phase: PhasePlan;
  /** Intervals of each host, see {@link intervalsFor}. */
  readonly intervals: Intervals;
  /** By place of the host: the series that it measures, which its engine determines. */
  readonly series: readonly (readonly Series[])[];
  readonly onInterval?: (interval: PhaseInterval, series: readonly Series[]) => void;
  /**
   * Called with each interval of one host as it arrives, for its own time series. Not called with
   * more than 16 hosts, whose series would cost more than the merge.
   */
  readonly onHostInterval?: OnHostInterval;
  /** Called once when the merged rate has been steady for the planned time. */
  readonly onSteady?: () => void;
}

/** Merged measurement of the hosts. */
export interface HostsTotals {
  readonly intervals: number;
  /** Totals of the reported part, and its length. */
  readonly totals: readonly OperationTotals[];
  readonly reportedNs: number;
  readonly whole: readonly OperationTotals[];
  readonly stability: Stability;
  readonly throttling: readonly ThrottledInterval[];
  /** Start of the reported part, nanoseconds from the start of measuring. */
  readonly fromNs: number;
  /** Open loop of the reported part; of a closed loop zeros. */
  readonly offered: number;
  readonly late: number;
  readonly dropped: number;
  readonly backlogMost: number;
  readonly pacing: LatencySummary | null;
  /** Operations issued or dropped after the end, although scheduled before it. */
  readonly overdue: number;
  /** Whether a part of the intervals is reported. */
  readonly isPart: boolean;
}

/**
 * Intervals of a phase on several hosts: from 17 hosts on of 1 s, because every host sends each of
 * them.
 */
export function intervalsFor(intervals: Intervals, hosts: number): Intervals {
  const isNarrow = hosts <= MAX_NARROW_HOSTS || intervals.intervalNs >= SECOND_NS;
  return isNarrow ? intervals : { intervalNs: SECOND_NS, perRate: 1 };
}

/** Merges what the hosts of a phase measure, while they measure it. */
export class HostsMeasurement {
  /** All series that a host measures. */
  readonly series: readonly Series[];
  private readonly merge: PhaseIntervals;
  private readonly rates: RateSeries;
  private readonly shapes: readonly CellShape[];
  /** By place: position of each of its series in `series`. */
  private readonly positions: readonly (readonly number[])[];
  private readonly totals: readonly HostTotals[];
  private readonly lists: readonly CellList[];
  /** Intervals of each host; null if they are not stored. */
  private readonly own: HostIntervals | null;
  private readonly drained = new Set<number>();
  private readonly lost = new Set<number>();
  /** Operations completed up to the end of each interval. */
  private readonly done: { readonly endNs: number; readonly operations: number }[] = [];

  constructor(given: HostsPhase) {
    const { phase, intervals, series, onInterval, onSteady, onHostInterval } = given;
    this.series = unionOf(series);
    this.positions = series.map((own) => own.map((one) => this.positionOf(one)));
    this.totals = series.map((own) => new HostTotals(own));
    this.lists = this.series.map(() => new CellList());
    const isStored = onHostInterval !== undefined && series.length <= MAX_NARROW_HOSTS;
    this.own = isStored ? new HostIntervals(series, onHostInterval) : null;
    this.shapes = series.map((own) => ({
      operations: new Set(own.map(({ operation }) => operation)).size,
      series: own.length,
      intervalNs: intervals.intervalNs,
      intervals: mostIntervals(phase, intervals),
    }));
    this.rates = new RateSeries(phase, intervals, this.series);
    const emit = (interval: PhaseInterval): void => {
      onInterval?.(interval, this.series);
      if (interval.index === DRAIN) return;
      this.noteDone(interval);
      if (this.rates.closed(interval)) onSteady?.();
    };
    const { chooses } = this.rates;
    this.merge = new PhaseIntervals(
      ...([this.series, series.length, intervals.intervalNs] as const),
      ...([emit, null, chooses, "hosts"] as const),
    );
  }

  /**
   * Adds an interval that a host sent, see `HostCell`; one of a lost host does not count.
   *
   * @throws InvalidCell if it is not an interval of the phase; then nothing is added
   */
  add(place: number, cell: unknown): void {
    const shape = this.shapes[place];
    const positions = this.positions[place];
    if (shape === undefined || positions === undefined) {
      throw new InvalidCell(`there is no host at place ${place}`);
    }
    if (this.lost.has(place)) return;
    const record = unpackCell(cell, shape, this.lists);
    this.inOrder(place, record.index);
    this.totals[place]?.add(record);
    const latencies = this.series.map((_, position) => {
      const at = positions.indexOf(position);
      return at < 0 ? null : (record.latencies[at] ?? null);
    });
    this.merge.addOf(place, { ...record, latencies });
    this.own?.emit(place, record, this.of(place).endNs);
  }

  /** Marks a host as done: it has sent all of its intervals. */
  finish(place: number): void {
    this.merge.finish(place);
  }

  /** Drops a lost host: it holds nothing back from now on, and what it sent so far stays. */
  lose(place: number): void {
    this.lost.add(place);
    this.merge.drop(place);
  }

  /** Whether the totals of a host are those that it computed itself. */
  isSame(place: number, hash: string): boolean {
    return this.totals[place]?.hash(this.lists[0] ?? new CellList()) === hash;
  }

  /** Totals of one host, of the whole phase. */
  of(place: number): HostTotals {
    const totals = this.totals[place];
    if (totals === undefined) throw new Error(`there is no host at place ${place}`);
    return totals;
  }

  /** Operations that all hosts completed up to a time from the start, by whole intervals. */
  doneAt(ns: number): { readonly endNs: number; readonly operations: number } {
    // Widths are rounded to nanoseconds, and a host's end is their sum.
    const toNs = ns + this.intervalNs / 100;
    return this.done.findLast(({ endNs }) => endNs <= toNs) ?? { endNs: 0, operations: 0 };
  }

  /** Merged totals. `elapsedNs`: longest time of a host; `doneNs`: when the hosts were done. */
  total(elapsedNs: number, doneNs: readonly number[]): HostsTotals {
    const part = this.rates.part();
    const { whole, chosen, chosenNs } = this.merge.total(part);
    return {
      intervals: this.merge.intervals,
      totals: chosen.result(),
      reportedNs: chosenNs ?? elapsedNs,
      whole: whole.result(),
      stability: this.rates.stability(doneNs),
      throttling: this.merge.throttling,
      fromNs: chosenNs === null ? 0 : (part?.from ?? 0) * this.intervalNs,
      offered: chosen.offered,
      ...chosen.opened,
      pacing: chosen.merged("pacing"),
      overdue: this.merge.overdue,
      isPart: chosenNs !== null,
    };
  }

  /** Frees the histograms' memory. */
  close(): void {
    this.merge.close();
    this.own?.close();
  }

  /** Width of an interval. */
  get intervalNs(): number {
    return this.shapes[0]?.intervalNs ?? SECOND_NS;
  }

  /** A host sends its intervals in order, each once, and its drain last. */
  private inOrder(place: number, index: number): void {
    const reached = this.merge.reachedBy(place);
    if (this.drained.has(place) || !Number.isFinite(reached)) {
      throw new InvalidCell("an interval came after the end");
    }
    if (index === DRAIN) this.drained.add(place);
    else if (index !== reached) {
      throw new InvalidCell(`expected interval ${reached}, got ${index}`);
    }
  }

  private noteDone({ fromNs, widthNs, operations }: PhaseInterval): void {
    const before = this.done.at(-1)?.operations ?? 0;
    const sum = operations.reduce((total, one) => total + one, before);
    this.done.push({ endNs: fromNs + widthNs, operations: sum });
  }

  private positionOf({ operation, metric }: Series): number {
    return this.series.findIndex((one) => one.operation === operation && one.metric === metric);
  }
}

/** A worker that is blocked closes its intervals until the deadline; the one after is the last. */
function mostIntervals(phase: PhasePlan, { intervalNs }: Intervals): number {
  const length = longestNs(phase.limit);
  return length === null ? MAX_INTERVALS : Math.ceil(length / intervalNs) + 1;
}
