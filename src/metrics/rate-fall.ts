import type { RateChange, Stability } from "../model/run/stability.ts";

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
