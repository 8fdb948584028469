import type { Summary } from "../model/run.ts";

/** A phase shorter than this says little about a steady rate. */
const SHORT_NS = 1e9;

/** From this many operations on, one more or less changes the rate by no more than 5 %. */
const ENOUGH_FOR_RATE = 20;

/**
 * What the size of a sample forbids: a rate of a few operations is coarse, and a percentile of
 * fewer operations than it has parts (100 for p99, 1,000 for p99.9) is only the slowest one.
 * Sentences, empty where nothing is forbidden.
 */
export function sampleDoubts(elapsedNs: number, summary: Summary | null): readonly string[] {
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
  const count = summary.latency?.count ?? 0;
  if (count > 0 && count < 100) {
    doubts.push("Fewer than 100 operations: the p99 and p99.9 are only the slowest one.");
  } else if (count > 0 && count < 1000) {
    doubts.push("Fewer than 1,000 operations: the p99.9 is only the slowest one.");
  }
  return doubts;
}
