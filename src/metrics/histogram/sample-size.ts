import type { Statistic } from "../../model/plan/threshold.ts";
import type { Summary } from "../../model/run/run.ts";
import { latencyFigure } from "./latency-figure.ts";

/** A phase shorter than this says little about a steady rate. */
const SHORT_NS = 1e9;

/** From this many operations on, one more or less changes the rate by no more than 5 %. */
export const ENOUGH_FOR_RATE = 20;

/** Percentiles that tables show. */
const SHOWN: readonly Statistic[] = ["p50", "p99", "p99.9"];

const grouped = (count: number): string => count.toLocaleString("en-US");

/**
 * What the size of a sample forbids: a rate of a few operations is coarse, and a percentile
 * needs as many operations as it has parts (100 for p99, 1,000 for p99.9). Also says where
 * latencies are lower bounds. Sentences, empty where nothing is forbidden.
 */
export function sampleCaveats(elapsedNs: number, summary: Summary | null): readonly string[] {
  if (summary === null) return [];
  const doubts: string[] = [];
  if (elapsedNs > 0 && elapsedNs < SHORT_NS) {
    doubts.push("It lasted less than a second, too short for a steady rate.");
  }
  const { operations } = summary;
  if (operations > 0 && operations < ENOUGH_FOR_RATE) {
    const finished = operations === 1 ? "1 operation" : `${operations} operations`;
    doubts.push(`Only ${finished} completed inside the phase: the rate is coarse.`);
  }
  const missing = SHOWN.map((statistic) => ({
    statistic,
    ...latencyFigure(summary.latency, statistic),
  })).filter(({ count, needed }) => count > 0 && count < needed);
  if (missing.length > 0) {
    const needs = missing.map(({ statistic, needed }) => `${statistic} needs ${grouped(needed)}`);
    const count = missing[0]?.count ?? 0;
    const operations = count === 1 ? "1 operation was" : `${grouped(count)} operations were`;
    doubts.push(`${operations} recorded: ${needs.join(", ")}.`);
  }
  const { atLeastNs } = summary.latency ?? {};
  if (atLeastNs !== undefined) {
    doubts.push(
      "Some operations took longer than is known: latencies marked ≥, and the mean, are lower " +
        "bounds.",
    );
  }
  return doubts;
}
