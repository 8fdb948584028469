import type { PhaseResult } from "../../model/run/run.ts";

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
