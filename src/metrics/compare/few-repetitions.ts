import { FEW_RUNS, type RunToRun } from "../../model/run/run-to-run.ts";
import { comparedReach } from "../statistics/drift.ts";
import type { Interval } from "../statistics/median.ts";
import { COMPARED, type MetricName } from "./metrics.ts";

/**
 * How many times the spread assumed between two runs a difference must exceed, on logarithms. The
 * published spreads are those of rates; tail latencies vary more from run to run.
 */
const MARGIN = 2;

/** Distance on logarithms, a factor of 10, that is required if within-run variation is unknown. */
const UNKNOWN_SPREAD = Math.log(10);

/** Two samples that a rank test cannot tell apart because they are too small. */
export interface FewRepetitions {
  readonly first: readonly number[];
  readonly other: readonly number[];
  /** Interval of the ratio of two single repetitions, from variation within both; else null. */
  readonly interval: Interval | null;
  /** Factor between two runs that is still plausible without any difference; above 1. */
  readonly plausibleFactor: number;
}

/** Returns the factor by which two runs of storage with these spreads may differ without cause. */
export function plausibleFactorOf(assumed: readonly RunToRun[], phases: number): number {
  const reaches = [...assumed, FEW_RUNS].map((one) => comparedReach(one, phases));
  return Math.exp(Math.SQRT2 * Math.max(...reaches));
}

/** Returns the factor that a difference between too few repetitions must exceed. */
export function requiredFactor(plausibleFactor: number): number {
  return plausibleFactor ** MARGIN;
}

/**
 * Whether too few repetitions for a rank test differ by more than runs of one storage plausibly do.
 * Every pair of repetitions must differ by more than {@link requiredFactor}, and two single ones
 * also by more than they vary within themselves. Where that variation is unknown, the factor must
 * be 10 or more, and a latency counts only if the rate differs by as much in the same direction.
 */
export function exceedsRunToRun(
  name: MetricName,
  samples: FewRepetitions,
  rate: FewRepetitions | null,
): boolean {
  const { first, other, interval, plausibleFactor } = samples;
  const distance = Math.abs(closestPair(first, other));
  const required = Math.log(requiredFactor(plausibleFactor));
  if (!Number.isFinite(distance) || distance <= required) return false;
  if (first.length > 1 && other.length > 1) return true;
  if (interval !== null) {
    const within = Math.log(interval.high / interval.low) / 2;
    const isApart = Math.log(interval.low) * Math.log(interval.high) > 0;
    return isApart && distance > required + within;
  }
  if (COMPARED[name].estimate.kind === "rate") return distance >= UNKNOWN_SPREAD;
  // A rate is the faster one if it is larger, a latency if it is smaller.
  const opposed = -Math.sign(closestPair(first, other));
  return (
    distance >= UNKNOWN_SPREAD &&
    rate !== null &&
    opposed * closestPair(rate.first, rate.other) >= UNKNOWN_SPREAD
  );
}

/**
 * Distance on logarithms between the nearest values of two samples, negative if the first sample is
 * the larger one; 0 if they overlap.
 */
function closestPair(first: readonly number[], other: readonly number[]): number {
  const up = Math.log(Math.min(...other) / Math.max(...first));
  const down = Math.log(Math.min(...first) / Math.max(...other));
  return up > 0 ? up : Math.min(0, -down);
}
