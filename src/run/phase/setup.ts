import type { PhaseSetup } from "../../load/task.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { LISTS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";

/** What is in flight at the end may take so long before it is given up. */
const DRAIN_NS = 10e9;

/** No single request takes so long on storage that works. */
const REQUEST_NS = 300e9;
/** The slowest transfer that is waited for, bytes per second. */
const SLOWEST_BYTES_PER_SECOND = 1e6;
/** A listing takes one request for 1,000 names. */
const NAME_NS = 10e6;

/** A setup with the usual limits of what may happen at the end of its phase. */
export function phaseSetup(given: Omit<PhaseSetup, "drainNs" | "quietNs">): PhaseSetup {
  return { ...given, drainNs: DRAIN_NS, quietNs: quietNs(given.phase, given.dataset) };
}

/**
 * How long a phase without a deadline goes on while no operation completes, nanoseconds: five
 * minutes, and the time that the largest file at 1 MB/s and a listing of all of them at 100 names
 * per second take. Infinity for restores, which take hours and have a time limit of their own.
 */
function quietNs({ mix }: PhasePlan, { sizes, count }: DatasetLocation): number {
  if (mix.some(({ operation }) => operation === "restore")) return Number.POSITIVE_INFINITY;
  const largest = sizes.reduce((most, bytes) => Math.max(most, bytes), 0);
  const lists = mix.some(({ operation }) => LISTS.has(operation));
  const names = lists ? count * NAME_NS : 0;
  return REQUEST_NS + (largest / SLOWEST_BYTES_PER_SECOND) * 1e9 + names;
}
