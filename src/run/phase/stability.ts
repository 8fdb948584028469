import { levelChanges } from "../../metrics/statistics/series/levels.ts";
import { steadiness } from "../../metrics/statistics/series/steady-state.ts";
import { trendOf } from "../../metrics/statistics/series/trend.ts";
import { warmUpEnd } from "../../metrics/statistics/series/warm-up.ts";
import type { Intervals } from "../../model/plan/intervals.ts";
import { WHOLE } from "../../model/plan/part.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { Stability, SteadyWindow } from "../../model/run/stability.ts";
import { BacklogSeries, joined, type Watched } from "./backlog.ts";
import type { PhaseInterval } from "./intervals.ts";

/** Intervals from `from` up to, but not including, `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/**
 * Evaluates the rate of a phase as its intervals close: detects the steady state that ends the
 * phase, chooses the reported intervals, and describes their stability.
 */
export class RateSeries {
  private readonly phase: PhasePlan;
  private readonly intervalNs: number;
  private readonly perRate: number;
  /** Width of a rate: that of `perRate` intervals. */
  private readonly rateNs: number;
  /** Operations per second, by rate of full width. */
  private readonly rates: number[] = [];
  /** Operations in the intervals of the next rate, and their number. */
  private next = { operations: 0, intervals: 0 };
  /** The same intervals joined; only in an open loop. */
  private watched: Watched | null = null;
  private window: SteadyWindow | null = null;
  /** Null in a closed loop. */
  private readonly backlog: BacklogSeries | null;
  /** Whether this host decides when the phase is steady and which intervals are reported. */
  private readonly decides: boolean;

  /** `part`: of several hosts none decides, because the rate of one is not that of the phase. */
  constructor(
    phase: PhasePlan,
    { intervalNs, perRate }: Intervals,
    series: readonly Series[],
    part = WHOLE,
  ) {
    this.phase = phase;
    this.decides = part.hosts === 1;
    this.intervalNs = intervalNs;
    this.perRate = perRate;
    this.rateNs = intervalNs * perRate;
    this.backlog = phase.rate === null ? null : new BacklogSeries(series);
  }

  /** Whether a part of the intervals will be chosen, which requires keeping all. */
  get chooses(): boolean {
    return this.findsWarmup || (this.decides && this.phase.limit.kind === "steady");
  }

  private get findsWarmup(): boolean {
    return this.decides && this.phase.warmupAuto;
  }

  /** Adds an interval; returns true when the phase has been steady for the planned time. */
  closed(interval: PhaseInterval): boolean {
    if (interval.widthNs < this.intervalNs) return false;
    const { next } = this;
    next.operations += interval.operations.reduce((sum, one) => sum + one, 0);
    if (this.backlog !== null) this.watched = joined(this.watched, interval);
    if (++next.intervals < this.perRate) return false;
    this.rates.push((next.operations * 1e9) / this.rateNs);
    if (this.watched !== null) this.backlog?.closed(this.watched);
    this.watched = null;
    this.next = { operations: 0, intervals: 0 };
    return this.isSteady();
  }

  /** Evaluates the last rates; true once the phase has been steady for the planned time. */
  private isSteady(): boolean {
    const { limit } = this.phase;
    if (limit.kind !== "steady" || !this.decides || this.window?.reached === true) return false;
    const length = Math.max(2, Math.round(limit.windowNs / this.rateNs));
    if (this.rates.length < length) return false;
    const from = this.rates.length - length;
    const criterion = { range: limit.rangeShare, slope: limit.slopeShare };
    const { steady, range, slope } = steadiness(this.rates.slice(from), criterion);
    this.window = {
      reached: steady,
      fromNs: from * this.rateNs,
      lengthNs: length * this.rateNs,
      rangeShare: range,
      slopeShare: slope,
    };
    return steady;
  }

  /** The reported intervals; null: all. */
  part(): Part | null {
    const { window } = this;
    if (window !== null) {
      const from = Math.round(window.fromNs / this.intervalNs);
      return { from, to: from + Math.round(window.lengthNs / this.intervalNs) };
    }
    if (!this.findsWarmup) return null;
    const from = warmUpEnd(this.rates).discard * this.perRate;
    return { from, to: Number.POSITIVE_INFINITY };
  }

  /** Describes the stability of the phase. `doneNs`: end times of its workers. */
  stability(doneNs: readonly number[]): Stability {
    const part = this.part();
    const reported =
      part === null
        ? this.rates
        : this.rates.slice(part.from / this.perRate, part.to / this.perRate);
    return {
      warmup: this.findsWarmup ? this.warmup() : null,
      steady: this.window,
      trend: trendIn(reported),
      ...this.changes(),
      backlog: this.backlog?.growth() ?? null,
      done: longestNs(this.phase.limit) === null ? doneOf(doneNs) : null,
    };
  }

  private warmup(): Stability["warmup"] {
    const { discard, found } = warmUpEnd(this.rates);
    return { leftOutNs: discard * this.rateNs, found };
  }

  private changes(): Pick<Stability, "change" | "levels"> {
    const { change, levels } = levelChanges(this.rates);
    const at = (rates: number): number => Math.round(rates * this.rateNs);
    if (levels !== null) {
      const found = levels.map(({ from, value }) => ({ fromNs: at(from), perSecond: value }));
      return { change: null, levels: found };
    }
    if (change === null) return { change };
    const { before, after, p } = change;
    return {
      change: { atNs: at(change.at), beforePerSecond: before, afterPerSecond: after, p },
    };
  }
}

/** Rise or fall of rates, and their means at both ends; null with too few rates. */
function trendIn(rates: readonly number[]): Stability["trend"] {
  const { change, interval } = trendOf(rates);
  if (interval === null) return null;
  const quarter = Math.floor(rates.length / 4);
  return {
    ...{ changeShare: change, lowShare: interval.low, highShare: interval.high },
    firstPerSecond: meanOf(rates.slice(0, quarter)),
    lastPerSecond: meanOf(rates.slice(-quarter)),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function doneOf(timesNs: readonly number[]): Stability["done"] {
  return { firstNs: Math.min(...timesNs), lastNs: Math.max(...timesNs) };
}
