import { studentQuantile } from "../metrics/statistics/beta.ts";
import { bootstrap, type Estimate } from "../metrics/statistics/block-bootstrap.ts";
import { medianOf } from "../metrics/statistics/median.ts";
import { normalQuantile } from "../metrics/statistics/normal.ts";
import { expandedInterval } from "../metrics/statistics/ratio-interval.ts";
import type { TimeLineSource } from "../metrics/time-line.ts";
import type { Measured } from "../model/verdict.ts";
import type { Repetition } from "./evidence.ts";

/** Verdicts come in dozens: each interval is surer than the customary 95 %. */
export const CONFIDENCE = 0.99;

/**
 * How much the same phase differs from run to run where fewer than three runs can tell: a standard
 * deviation, as a share. Volumes at their limit differ by less, busy shared storage by more.
 */
const ASSUMED_RUN_TO_RUN_SHARE = 0.02;

/** From so many repetitions on, their own spread is what counts. */
const ENOUGH_REPETITIONS = 3;

const SEED = 1;

/** One value a repetition, and what a time line is asked for to see chance inside of one. */
export interface Sampled {
  readonly repetition: Repetition;
  readonly value: number;
}

/**
 * The value over repetitions, their median, with its interval. From three on the interval is
 * Student's on logarithms, from what lies between repetitions. With fewer it joins chance inside
 * the repetition (a block bootstrap over its time line) with an assumed difference between runs.
 * Bounds are null where not even that can be told. Values must be above 0.
 */
export function measuredOf(
  sampled: readonly Sampled[],
  estimate: Estimate | null,
  timeLines: TimeLineSource,
): Measured {
  const values = sampled.map(({ value }) => value);
  const value = medianOf(values);
  const repetitions = values.length;
  if (repetitions >= ENOUGH_REPETITIONS && values.every((one) => one > 0)) {
    return { ...spread(values), value, confidence: CONFIDENCE, repetitions, how: BETWEEN };
  }
  const within = withinReach(sampled, value, estimate, timeLines);
  const open = { value, confidence: CONFIDENCE, repetitions };
  if (within === null) return { ...open, low: null, high: null, how: UNKNOWN };
  const assumed = normalQuantile((1 + CONFIDENCE) / 2) * ASSUMED_RUN_TO_RUN_SHARE;
  const between = assumed / Math.sqrt(repetitions);
  const low = value * Math.exp(-Math.hypot(within.below, between));
  const high = value * Math.exp(Math.hypot(within.above, between));
  return { ...open, low, high, how: estimate === null ? ASSUMED : WITHIN };
}

const BETWEEN = "median of the repetitions; interval by Student's t on their logarithms";
const WITHIN =
  "interval from a block bootstrap over the time line, and 2 % assumed between single runs";
const ASSUMED = "interval from 2 % assumed between single runs";
const UNKNOWN = "no interval: too short, or too few operations, to tell chance";

function spread(values: readonly number[]): { readonly low: number; readonly high: number } {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const squares = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const error = Math.sqrt(squares / (logs.length - 1) / logs.length);
  const reach = studentQuantile((1 + CONFIDENCE) / 2, logs.length - 1) * error;
  const median = medianOf(values);
  return {
    low: Math.min(median, Math.exp(mean - reach)),
    high: Math.max(median, Math.exp(mean + reach)),
  };
}

/** How far chance inside one repetition reaches, on logarithms; null where it cannot be told. */
function withinReach(
  sampled: readonly Sampled[],
  value: number,
  estimate: Estimate | null,
  timeLines: TimeLineSource,
): { readonly below: number; readonly above: number } | null {
  if (estimate === null) return { below: 0, above: 0 };
  const reaches = sampled.map(({ repetition: { run, result } }) => {
    const line = timeLines(run.id, result.phase.name, result.repetition, "all");
    const [replicates = null] = line === null ? [] : bootstrap(line, [estimate], SEED);
    if (replicates === null) return null;
    const values = [...replicates.relative].map((share) => share * value);
    const interval = expandedInterval(value, values, replicates.blocks, CONFIDENCE);
    if (interval === null || interval.low <= 0) return null;
    return { below: Math.log(value / interval.low), above: Math.log(interval.high / value) };
  });
  const [first = null, second = first] = reaches;
  if (first === null || second === null) return null;
  // Of two, the mean of both is surer than either; the wider stands for it.
  const few = Math.sqrt(sampled.length);
  return {
    below: Math.max(0, first.below, second.below) / few,
    above: Math.max(0, first.above, second.above) / few,
  };
}
