import type { RunToRun } from "../../model/run/run-to-run.ts";
import { studentQuantile } from "../statistics/beta.ts";
import { normalQuantile } from "../statistics/normal.ts";

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
