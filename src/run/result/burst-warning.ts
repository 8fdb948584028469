import { creditsOf, declaredBurst } from "../../metrics/declared-burst.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { SearchResult } from "../../model/plan/search.ts";
import type { Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import type { TargetSpec } from "../../model/target/target.ts";

export const BURST_NOT_LEFT = "burst-not-left";

/** Warns before a phase that is too short to use up the burst credits of the target. */
export function burstWarning(target: TargetSpec, { limit, warmupNs }: PhasePlan): Warning | null {
  const burst = declaredBurst(target);
  const lengthNs = longestNs(limit);
  if (burst === null || lengthNs === null || lengthNs + warmupNs >= burst.lastsNs) return null;
  const seconds = Math.round((lengthNs + warmupNs) / 1e9);
  const lasts = minutes(burst.lastsNs);
  const fact =
    `${target.name} can burst: ${burst.burst} for up to ${lasts} with all burst credits, then ` +
    `${burst.baseline}. This phase takes ${seconds} s`;
  const remedy = `To measure the baseline performance, run longer than ${lasts}.`;
  return makeWarning(BURST_NOT_LEFT, fact, { remedy });
}

/**
 * Caveats on the result of a search on a target with burst credits: it holds for the burst as long
 * as no point used up the credits. Empty if the target has none, or the result is within the
 * baseline performance.
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
    `The load uses ${credits}: unless the credits were used up before, this result holds for the ` +
      "burst. To find the baseline performance, use up the credits first or use longer points.",
  ];
}

function minutes(ns: number): string {
  const whole = Math.ceil(ns / 60e9);
  return whole < 120 ? `${whole} min` : `${(ns / 3600e9).toFixed(1)} h`;
}
