import type { PhaseResult } from "../model/run.ts";
import type { RateChange } from "../model/stability.ts";

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

/** The change of level within the reported part; null if there is none there. */
export function reportedChange(result: Pick<PhaseResult, "stability">): RateChange | null {
  const change = result.stability?.change ?? null;
  const { fromNs, toNs } = reportedPart(result);
  return change !== null && change.atNs > fromNs && change.atNs < toNs ? change : null;
}
