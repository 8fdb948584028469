import { edgeOf } from "../../metrics/histogram/cells.ts";
import type {
  HistogramCounts,
  Timed,
  TimeSeriesSource,
} from "../../metrics/histogram/time-series.ts";
import { fallIn, overall } from "../../metrics/phase-result.ts";
import type { Estimate } from "../../metrics/statistics/bootstrap/bootstrap.ts";
import type { Dated } from "../../metrics/statistics/series/turns.ts";
import { valueIn } from "../../metrics/threshold/values.ts";
import type { ClaimMeasure } from "../../model/claim/claim.ts";
import { fourDigits } from "../../model/claim/figure-words.ts";
import type { Measured } from "../../model/claim/verdict.ts";
import type { Statistic } from "../../model/plan/threshold.ts";
import type { PhaseResult, Summary } from "../../model/run/run.ts";
import type { Repetition } from "./evidence.ts";
import { completed, failuresWith } from "./failures.ts";
import { medianOverRepetitions } from "./interval.ts";
import { lossFactor, widened } from "./loss.ts";
import { shareOfSeconds } from "./seconds.ts";

/** A value with its interval, and the repetitions behind it; none behind shares and counts. */
export interface MeasuredSamples {
  readonly measured: Measured;
  readonly samples: readonly Dated[];
}

/** What repetitions show of a measure, or why they show nothing. */
export type MeasureReading = MeasuredSamples | { readonly absent: string; readonly burst?: true };

/** How a measure is read from one repetition and from its time line. */
interface Gauge {
  readonly read: (result: PhaseResult) => number | null;
  /** Whether the true value of a repetition may be larger; absent: never. */
  readonly isLowerBound?: (result: PhaseResult) => boolean;
  /** Null: the time line cannot say how much of it is chance. */
  readonly estimate: Estimate | null;
  readonly absent: string;
}

/**
 * Reads a measure from repetitions of one phase. `least`: what seconds are held against, in base
 * units, for shares of seconds.
 */
export function readMeasure(
  measure: ClaimMeasure,
  repetitions: readonly Repetition[],
  least: number | null,
  timeSeries: TimeSeriesSource,
): MeasureReading {
  if (measure.kind === "share-of-seconds") {
    const of = measure.of === "iops" ? "operations" : "bytes";
    if (least === null) return { absent: "the rate to compare each second with is unknown" };
    const found = shareOfSeconds(repetitions, of, least, timeSeries);
    return "absent" in found ? found : { ...found, samples: [] };
  }
  if (measure.kind === "errors") return errors(measure.codes, repetitions);
  const gauge = gaugeOf(measure, repetitions, timeSeries);
  const sampled = repetitions.flatMap((repetition) => {
    const value = gauge.read(repetition.result);
    return value === null ? [] : [{ repetition, value }];
  });
  if (sampled.length === 0) {
    return measure.kind.startsWith("burst")
      ? { absent: gauge.absent, burst: true }
      : { absent: gauge.absent };
  }
  const samples = sampled.map(({ value, repetition: { run, result } }) => {
    return { value, runId: run.id, startedAt: run.startedAt, repetition: result.repetition };
  });
  const found = medianOverRepetitions(sampled, gauge.estimate, timeSeries);
  const measured = widened(found, lossFactor(measure, repetitions));
  const isLowerBound = repetitions.some(({ result }) => gauge.isLowerBound?.(result));
  return { measured: isLowerBound ? { ...measured, high: null, isLowerBound } : measured, samples };
}

function gaugeOf(
  measure: Exclude<ClaimMeasure, { kind: "share-of-seconds" | "errors" }>,
  repetitions: readonly Repetition[],
  timeSeries: TimeSeriesSource,
): Gauge {
  switch (measure.kind) {
    case "iops":
      return rate("operations");
    case "throughput":
      return rate("bytes");
    case "time":
      return time(measure, repetitions);
    case "share-slower":
      return slower(measure.thanNs, repetitions, timeSeries);
    case "burst":
      return {
        read: (result) => burstLevel(result, measure.of, measure.part),
        estimate: null,
        absent:
          severalLevels(repetitions) ??
          "the rate did not drop from one level to another during the phase",
      };
    case "burst-duration":
      return {
        read: (result) => burstEnd(result),
        estimate: null,
        absent: severalLevels(repetitions) ?? "no burst ended during the phase",
      };
  }
}

function rate(of: "operations" | "bytes"): Gauge {
  const read = (summary: Summary): number =>
    of === "operations" ? summary.operationsPerSecond : summary.bytesPerSecond;
  return {
    read: (result) => {
      const summary = overall(result);
      return summary === null || summary.operations === 0 ? null : read(summary);
    },
    estimate: { kind: "rate", of },
    absent: "no operation completed",
  };
}

const QUANTILES: Readonly<Partial<Record<Statistic, number>>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  "p99.9": 0.999,
  "p99.99": 0.9999,
};

type Time = Extract<ClaimMeasure, { kind: "time" }>;

/** `latency` is what a caller waits: in an open loop from when an operation was due. */
function time(measure: Time, repetitions: readonly Repetition[]): Gauge {
  const { of, statistic } = measure;
  const isOpen = repetitions[0]?.result.phase.rate != null;
  const timed: Timed = of !== "latency" ? of : isOpen ? "response" : "service";
  const share = QUANTILES[statistic];
  const estimate: Estimate | null =
    share !== undefined
      ? { kind: "percentile", of: timed, share }
      : statistic === "mean"
        ? { kind: "mean", of: timed }
        : null;
  const value = (result: PhaseResult) => valueIn(result, { operation: "all", measure });
  const few = repetitions.map(({ result }) => value(result).absent).find((one) => one !== null);
  return {
    read: (result) => value(result).value,
    isLowerBound: (result) => value(result).isLowerBound,
    estimate,
    absent: few ?? `no ${of} times are recorded`,
  };
}

function slower(
  thanNs: number,
  repetitions: readonly Repetition[],
  timeSeries: TimeSeriesSource,
): Gauge {
  const read = (result: PhaseResult): number | null => {
    const run = repetitions.find((one) => one.result === result)?.run;
    const line = timeSeries(run?.id ?? "", result.phase.name, result.repetition, "all");
    const intervals = line?.latencies.service;
    if (intervals === undefined) return null;
    return shareSlower(intervals, thanNs);
  };
  const estimate = { kind: "slower", of: "service", thanNs } as const;
  return {
    read,
    estimate,
    absent: "no operation was slow enough to count, or the histogram is missing",
  };
}

/** Share of all operations that took at least so long; null where there are none, or none did. */
function shareSlower(
  intervals: readonly (HistogramCounts | null)[],
  thanNs: number,
): number | null {
  let all = 0;
  let slow = 0;
  for (const interval of intervals) {
    for (const [at, count] of (interval?.counts ?? []).entries()) {
      all += count;
      if (edgeOf(interval?.cells[at] ?? 0) >= thanNs) slow += count;
    }
  }
  return slow === 0 ? null : slow / all;
}

function errors(codes: readonly string[], repetitions: readonly Repetition[]): MeasureReading {
  const count = repetitions.reduce((sum, { result }) => sum + failuresWith(codes, result), 0);
  if (count === 0 && repetitions.every(({ result }) => completed(result) === 0)) {
    return { absent: "no operation completed" };
  }
  const measured: Measured = {
    value: count,
    low: count,
    high: count,
    confidence: 1,
    repetitions: repetitions.length,
    how: "counted",
  };
  return { measured, samples: [] };
}

/** Why repetitions with more than two levels show no burst: which of them is its, is unknown. */
function severalLevels(repetitions: readonly Repetition[]): string | null {
  const levels = repetitions.flatMap(({ result }) => {
    const found = result.stability?.levels ?? [];
    return found.length > 0 ? [found] : [];
  })[0];
  if (levels === undefined) return null;
  const rates = levels.map(({ perSecond }) => fourDigits(perSecond)).join(", ");
  return (
    `the rate changed more than once (${rates} operations per second), so the level of the burst ` +
    "is unknown"
  );
}

function burstLevel(
  result: PhaseResult,
  of: "iops" | "throughput",
  part: "during" | "after",
): number | null {
  const fall = fallIn(result.stability);
  const summary = overall(result);
  if (fall === null || summary === null || summary.operations === 0) return null;
  const level = part === "during" ? fall.beforePerSecond : fall.afterPerSecond;
  return of === "iops" ? level : (level * summary.bytes) / summary.operations;
}

/** From the start of the load, its warm-up included: that spends credits as well. */
function burstEnd(result: PhaseResult): number | null {
  const fall = fallIn(result.stability);
  return fall === null ? null : fall.atNs + result.phase.warmupNs;
}
