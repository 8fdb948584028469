import type { WorkerMeasurement } from "../model/measurement.ts";
import { longestNs, type PhasePlan } from "../model/plan.ts";
import type { OpenLoop } from "../model/run.ts";

/**
 * An open loop with the arrivals that belong to its phase: where a count ends the phase, those that
 * fell due while its last operations were in flight do not.
 */
export function ownArrivals(
  open: OpenLoop,
  { limit }: PhasePlan,
  workers: readonly WorkerMeasurement[],
): OpenLoop {
  if (longestNs(limit) !== null || workers.some(({ taken }) => taken === undefined)) return open;
  const taken = workers.reduce((sum, { taken = 0 }) => sum + taken, 0);
  return { ...open, offered: Math.min(open.offered, taken + open.unissued) };
}
