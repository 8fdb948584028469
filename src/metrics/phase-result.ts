/**
 * Calculations: summaries, comparisons, statistics, thresholds and searches, one directory each.
 * Pure: nothing here reads a file or the clock, or prints; only `model` is imported. This file
 * reads a stored phase: its repetitions, the representative one, the reported part, and how its
 * rate fell. Most other files start from it. Read `histogram/histogram.ts` next, then
 * `compare/compare.ts`.
 */

import { warmupMs } from "../model/plan/intervals.ts";
import type { PhaseResult, Run, Summary } from "../model/run/run.ts";
import type { RateChange, Stability } from "../model/run/stability.ts";
import { elapsedText } from "../model/units.ts";

/** Summary over all operations of a phase; null if the phase has no summaries. */
export function overall(result: PhaseResult): Summary | null {
  return result.summaries.find((summary) => summary.operation === "all") ?? null;
}

/** Completed operations per second; null if none completed: there is no rate. */
export function achievedPerSecond(summary: Summary | null | undefined): number | null {
  return summary != null && summary.operations > 0 ? summary.operationsPerSecond : null;
}

/** Why a phase has no rate, a clause; null if an operation completed in it. */
export function noRateReason(
  { phase, state, elapsedNs }: Pick<PhaseResult, "phase" | "state" | "elapsedNs">,
  operations: number,
): string | null {
  if (operations > 0) return null;
  if (elapsedNs > 0) return `no operation completed in ${elapsedText(elapsedNs)}`;
  if (state === "complete") return "no operation was issued";
  const warmupNs = warmupMs(phase) * 1e6;
  return warmupNs > 0
    ? `the phase ended before its warm-up of ${elapsedText(warmupNs)} was over`
    : "the phase ended before its load began";
}

/** Bytes per second; null if no operation completed, or if operations transfer no data. */
export function throughputOf(summary: Summary | null | undefined): number | null {
  return summary != null && summary.operations > 0 && summary.bytes > 0
    ? summary.bytesPerSecond
    : null;
}

/** Bytes per operation from which throughput describes a workload better than ops/s. */
const THROUGHPUT_BYTES = 128 * 1024;

/** Whether throughput describes a workload better than ops/s; both may be rates or totals. */
export function isThroughput(bytes: number, operations: number): boolean {
  return operations > 0 && bytes / operations >= THROUGHPUT_BYTES;
}

/** All repetitions of a phase in a run, in order. */
export function repetitionsOf(run: Run, phase: string): readonly PhaseResult[] {
  return run.phases
    .filter((result) => result.phase.name === phase)
    .sort((a, b) => a.repetition - b.repetition);
}

/** Repetitions that count: complete ones with a summary; without any, all with a summary. */
export function countedRepetitions(results: readonly PhaseResult[]): readonly PhaseResult[] {
  const measured = results.filter((result) => overall(result) !== null);
  const complete = measured.filter((result) => result.state === "complete");
  return complete.length > 0 ? complete : measured;
}

/**
 * Representative repetition of a phase: the one with the median rate (operations/s); of an even
 * number, the slower of the middle two. It is a real repetition, so its percentiles belong to its
 * rate; nothing is averaged. Only complete repetitions count, unless there are none. Null without
 * repetitions that have a summary.
 */
export function medianRepetition(results: readonly PhaseResult[]): PhaseResult | null {
  const byRate = [...countedRepetitions(results)].sort((a, b) => rate(a) - rate(b));
  return byRate[Math.floor((byRate.length - 1) / 2)] ?? null;
}

/** The results that stand for the phases of a run: the representative repetition of each. */
export function shownResults(run: Run): readonly PhaseResult[] {
  return byPhase(run).flatMap((results) => medianRepetition(results) ?? results.slice(0, 1));
}

/** The representative repetition of each phase, in the order of the run; only measured phases. */
export function medianResults(run: Pick<Run, "phases">): readonly PhaseResult[] {
  return byPhase(run).flatMap((results) => medianRepetition(results) ?? []);
}

function byPhase({ phases }: Pick<Run, "phases">): readonly (readonly PhaseResult[])[] {
  const groups = Map.groupBy(phases, ({ phase }) => phase.name);
  return [...groups.values()].map((results) =>
    results.toSorted((a, b) => a.repetition - b.repetition),
  );
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
 * Part of a phase that its summaries cover: the steady window with `until: steady`, the time after
 * the warm-up with `warmup: auto`, else all of it. Runs of older versions have no `stability` and
 * cover all of it.
 */
export function reportedPart({ stability }: Pick<PhaseResult, "stability">): TimeSpan {
  const { steady = null, warmup = null } = stability ?? {};
  if (steady !== null) return { fromNs: steady.fromNs, toNs: steady.fromNs + steady.lengthNs };
  return { fromNs: warmup?.leftOutNs ?? 0, toNs: Number.POSITIVE_INFINITY };
}

/** Whether an interval that starts `fromS` seconds after the start of measuring is in a part. */
export function startsIn({ fromNs, toNs }: TimeSpan, fromS: number): boolean {
  // Starts are stored in seconds with decimals: a microsecond absorbs their rounding.
  return fromS * 1e9 >= fromNs - 1e3 && fromS * 1e9 < toNs - 1e3;
}

/** Rates of the levels in the reported part, per second, in order; empty with a single level. */
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

/** Minimum share of the rate before; a lower rate is a stop, not the baseline after a burst. */
const MIN_BASELINE_SHARE = 0.01;

/** Fall to a lower level that lasted to the end, as at the end of a burst; null if none. */
export function fallIn(stability: Stability | undefined): RateChange | null {
  const change = stability?.change ?? null;
  if (change === null) return null;
  const { beforePerSecond: before, afterPerSecond: after } = change;
  return after < before && after >= MIN_BASELINE_SHARE * before ? change : null;
}

/** Whether the last level of the rate is lower than the first, in one step or several. */
export function hasFallen(stability: Stability | undefined): boolean {
  const { levels = [] } = stability ?? {};
  const [first, last] = [levels[0], levels.at(-1)];
  const steps = first !== undefined && last !== undefined && last.perSecond < first.perSecond;
  return steps || fallIn(stability) !== null;
}
