import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { LISTS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";

/** No single request takes so long on storage that works. */
const REQUEST_NS = 300e9;
/** The slowest transfer that is waited for, bytes per second. */
const SLOWEST_BYTES_PER_SECOND = 1e6;
/** A listing takes one request for 1,000 names. */
const NAME_NS = 10e6;

/**
 * How long a phase without a deadline goes on while no operation completes, nanoseconds: five
 * minutes, and the time that the largest file at 1 MB/s and a listing of all of them at 100 names
 * per second take. Infinity for restores, which take hours and have a time limit of their own.
 */
export function quietNs({ mix }: PhasePlan, { sizes, count }: DatasetLocation): number {
  if (mix.some(({ operation }) => operation === "restore")) return Number.POSITIVE_INFINITY;
  const largest = sizes.reduce((most, bytes) => Math.max(most, bytes), 0);
  const lists = mix.some(({ operation }) => LISTS.has(operation));
  const names = lists ? count * NAME_NS : 0;
  return REQUEST_NS + (largest / SLOWEST_BYTES_PER_SECOND) * 1e9 + names;
}
