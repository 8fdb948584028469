import type { RunToRun } from "../../model/run/run-to-run.ts";
import { studentQuantile } from "./beta.ts";
import { normalQuantile } from "./normal.ts";

/**
 * Distance in logarithms, either side, within which one run lies of what its storage does over a
 * long time, with a two-sided confidence.
 */
export function singleRunReach({ share, freedom }: RunToRun, confidence = 0.99): number {
  const level = (1 + confidence) / 2;
  return share * (freedom === null ? normalQuantile(level) : studentQuantile(level, freedom));
}

/** Chance that drift alone tells two samples apart in any of several independent phases. */
const DRIFT_ALPHA = 0.01;

/** {@link singleRunReach} for comparisons of so many phases, corrected for their number. */
export function comparedReach(assumed: RunToRun, phases: number): number {
  return singleRunReach(assumed, 1 - DRIFT_ALPHA / Math.max(1, phases));
}

/** Standard deviation of the logarithms of values above 0; null for fewer than two. */
export function logSpread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const squares = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return Math.sqrt(squares / (logs.length - 1));
}

/**
 * Over sqrt(n): how many standard deviations inside both sides the means of two series of n values
 * lie apart in at most 1 of 100 cases, where each value resembles the one before it by 0.99 (8,000
 * simulated pairs of autoregressive series each, n from 4 to 20).
 */
const DRIFT_FACTOR = 100;

/**
 * Distance in logarithms that two samples in blocks may lie apart by drift: what a strongly
 * correlated series with their spread does, but no more than two single runs of such storage. That
 * neighbors do not resemble each other excludes no drift: noise of each repetition hides it.
 */
export function driftReach(
  first: readonly number[],
  other: readonly number[],
  singleRun: number,
): number {
  const most = Math.SQRT2 * singleRun;
  const n = Math.min(first.length, other.length);
  const spreads = [first, other].map(logSpread);
  if (n < 2 || !spreads.every((one) => one !== null && Number.isFinite(one))) return most;
  // Pooled: by degrees of freedom.
  const squares = [first, other].map((side, at) => (side.length - 1) * (spreads[at] ?? 0) ** 2);
  const spread = Math.sqrt(
    squares.reduce((sum, one) => sum + one, 0) / (first.length + other.length - 2),
  );
  return Math.min(most, (DRIFT_FACTOR / Math.sqrt(n)) * spread);
}

/** Whether a ratio is further from 1 than drift alone may have moved it. */
export function exceedsDrift(ratio: number, drift: number): boolean {
  return Math.abs(Math.log(ratio)) > drift;
}
