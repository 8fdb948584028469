import type { PhaseResult, Run, Summary } from "../../model/run/run.ts";

/** The numbers over all operations of a phase; null for a phase that ended before any. */
export function overall(result: PhaseResult): Summary | null {
  return result.summaries.find((summary) => summary.operation === "all") ?? null;
}

/** Every repetition of a phase in a run, in order. */
export function repetitionsOf(run: Run, phase: string): readonly PhaseResult[] {
  return run.phases
    .filter((result) => result.phase.name === phase)
    .sort((a, b) => a.repetition - b.repetition);
}

/** Those that count: complete repetitions that measured something, others only without any. */
export function judged(results: readonly PhaseResult[]): readonly PhaseResult[] {
  const measured = results.filter((result) => overall(result) !== null);
  const complete = measured.filter((result) => result.state === "complete");
  return complete.length > 0 ? complete : measured;
}

/**
 * The repetition that stands for a phase: the one whose rate (operations/s) is the median, of an
 * even number the slower of the two in the middle. It is a repetition that happened, so its
 * percentiles belong to its rate; nothing is averaged. Only complete repetitions compete, unless
 * there are none. Null without repetitions that measured anything.
 */
export function medianRepetition(results: readonly PhaseResult[]): PhaseResult | null {
  const byRate = [...judged(results)].sort((a, b) => rate(a) - rate(b));
  return byRate[Math.floor((byRate.length - 1) / 2)] ?? null;
}

function rate(result: PhaseResult): number {
  return overall(result)?.operationsPerSecond ?? 0;
}
