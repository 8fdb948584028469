import { creditsOf, declaredBurst } from "../../metrics/declared-burst.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { SearchResult } from "../../model/plan/search.ts";
import type { Warning } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";

export const BURST_NOT_LEFT = "burst-not-left";

/** What is to be known before a phase that is too short to empty the target's bucket of credits. */
export function burstWarning(target: TargetSpec, { limit, warmupNs }: PhasePlan): Warning | null {
  const burst = declaredBurst(target);
  const lengthNs = longestNs(limit);
  if (burst === null || lengthNs === null || lengthNs + warmupNs >= burst.lastsNs) return null;
  const seconds = Math.round((lengthNs + warmupNs) / 1e9);
  const message =
    `${target.name} bursts: ${burst.burst} for up to ${minutes(burst.lastsNs)} from a full ` +
    `bucket of credits, then ${burst.baseline}; a phase of ${seconds} s ` +
    `is too short to leave the burst, ${minutes(burst.lastsNs)} are needed to see the baseline`;
  return { code: BURST_NOT_LEFT, message };
}

/**
 * What limits the answer of a search on a target with burst credits: as long as no point emptied
 * them, the answer is the burst's. Empty where nothing is known to burst, or the answer is within
 * the baseline.
 */
export function searchCaveats(
  target: TargetSpec,
  { by, best }: Pick<SearchResult, "by" | "best">,
): readonly string[] {
  const credits = creditsOf(target);
  if (credits === null || best === null) return [];
  const iops = declaredBurst(target)?.baselineIops ?? null;
  const rate = by === "rate" ? best.value : best.achievedPerSecond;
  if (iops !== null && rate <= iops) return [];
  return [
    `The load reaches ${credits}: unless the credits were empty before, this is the answer for ` +
      "the burst. To find the baseline, empty the credits first or use points that outlast them.",
  ];
}

function minutes(ns: number): string {
  const whole = Math.ceil(ns / 60e9);
  return whole < 120 ? `${whole} min` : `${(ns / 3600e9).toFixed(1)} h`;
}
