/**
 * Numbers to better numbers: summaries, comparisons, statistics, thresholds and searches, each in a
 * folder of its own. Pure: nothing here reads a file, asks the clock or prints, and nothing imports
 * anything but `model`. This file reads a stored phase, which most of the others begin with: its
 * repetitions, the one that stands for them, the part that is reported and how its rate fell. Read
 * `histogram/histogram.ts` next, then `compare/compare.ts`.
 */

import type { PhaseResult, Run, Summary } from "../model/run/run.ts";
import type { RateChange, Stability } from "../model/run/stability.ts";

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
export function countedRepetitions(results: readonly PhaseResult[]): readonly PhaseResult[] {
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
  const byRate = [...countedRepetitions(results)].sort((a, b) => rate(a) - rate(b));
  return byRate[Math.floor((byRate.length - 1) / 2)] ?? null;
}

function rate(result: PhaseResult): number {
  return overall(result)?.operationsPerSecond ?? 0;
}

/** Part of a phase, nanoseconds from the start of measuring; `toNs` is excluded. */
export interface TimeSpan {
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * The part of a phase that its summaries report: the steady window after `until: steady`, what
 * follows the warm-up after `warmup: auto`, else all of it. Stored runs of older versions, which
 * have no `stability`, reported all of it.
 */
export function reportedPart({ stability }: Pick<PhaseResult, "stability">): TimeSpan {
  const { steady = null, warmup = null } = stability ?? {};
  if (steady !== null) return { fromNs: steady.fromNs, toNs: steady.fromNs + steady.lengthNs };
  return { fromNs: warmup?.leftOutNs ?? 0, toNs: Number.POSITIVE_INFINITY };
}

/**
 * Rates that the reported part went through, per second, in order: two or more where the level
 * changed within it, else none.
 */
export function reportedRates(result: Pick<PhaseResult, "stability">): readonly number[] {
  const { change = null, levels = [] } = result.stability ?? {};
  const { fromNs, toNs } = reportedPart(result);
  const known =
    change === null
      ? levels
      : [
          { fromNs: 0, perSecond: change.beforePerSecond },
          { fromNs: change.atNs, perSecond: change.afterPerSecond },
        ];
  const within = known.filter((level, at) => {
    const endNs = known[at + 1]?.fromNs ?? Number.POSITIVE_INFINITY;
    return level.fromNs < toNs && endNs > fromNs;
  });
  return within.length < 2 ? [] : within.map(({ perSecond }) => perSecond);
}

/** A rate below this share of the one before is a stop, not the baseline after a burst. */
const MIN_BASELINE_SHARE = 0.01;

/** The fall from one level to a lower one that lasted to the end, as when a burst ends. */
export function fallIn(stability: Stability | undefined): RateChange | null {
  const change = stability?.change ?? null;
  if (change === null) return null;
  const { beforePerSecond: before, afterPerSecond: after } = change;
  return after < before && after >= MIN_BASELINE_SHARE * before ? change : null;
}

/** Whether the rate ended on a lower level than it began on, in one step or in several. */
export function hasFallen(stability: Stability | undefined): boolean {
  const { levels = [] } = stability ?? {};
  const [first, last] = [levels[0], levels.at(-1)];
  const steps = first !== undefined && last !== undefined && last.perSecond < first.perSecond;
  return steps || fallIn(stability) !== null;
}
