import type { Statistic } from "../../model/plan/threshold.ts";
import type { Summary } from "../../model/run/run.ts";
import { latencyFigure } from "./latency-figure.ts";

/** Minimum duration of a phase for a steady rate. */
const SHORT_NS = 1e9;

/** With this number of operations, one more or less changes the rate by at most 5%. */
export const ENOUGH_FOR_RATE = 20;

/** Percentiles in the tables of a run's report. */
const SHOWN: readonly Statistic[] = ["p50", "p99", "p99.9"];

const grouped = (count: number): string => count.toLocaleString("en-US");

/**
 * Caveats of a small sample: a rate of few operations is coarse, and a percentile needs a minimum
 * number of operations (100 for p99, 1,000 for p99.9). Also reports lower bounds. Sentences; empty
 * if there are no caveats.
 *
 * @param shown percentiles that the caller shows
 */
export function sampleCaveats(
  elapsedNs: number,
  summary: Summary | null,
  shown: readonly Statistic[] = SHOWN,
): readonly string[] {
  if (summary === null) return [];
  const caveats: string[] = [];
  if (elapsedNs > 0 && elapsedNs < SHORT_NS) {
    caveats.push("The phase lasted less than 1 s, too short for a steady rate.");
  }
  const { operations } = summary;
  if (operations > 0 && operations < ENOUGH_FOR_RATE) {
    const finished = operations === 1 ? "1 operation" : `${operations} operations`;
    caveats.push(`Only ${finished} completed in the phase, so the rate is coarse.`);
  }
  const missing = shown
    .map((statistic) => ({
      statistic,
      ...latencyFigure(summary.latency, statistic),
    }))
    .filter(({ count, needed }) => count > 0 && count < needed);
  if (missing.length > 0) {
    const needs = missing.map(({ statistic, needed }) => `${statistic} needs ${grouped(needed)}`);
    const count = missing[0]?.count ?? 0;
    const recorded = count === 1 ? "1 operation was" : `${grouped(count)} operations were`;
    caveats.push(`Only ${recorded} recorded: ${needs.join(", ")}.`);
  }
  const { atLeastNs } = summary.latency ?? {};
  if (atLeastNs !== undefined) {
    caveats.push(
      "Some latencies are only known as lower bounds, so values marked ≥ and the mean are lower " +
        "bounds.",
    );
  }
  return caveats;
}
