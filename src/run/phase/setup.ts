import type { PhaseSetup } from "../../load/task.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { LISTS } from "../../model/plan/operation.ts";
import { WHOLE } from "../../model/plan/part.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";

/** Time that operations in flight at the end of a phase get to complete. */
const DRAIN_NS = 10e9;

/** No single request takes this long on working storage. */
const REQUEST_NS = 300e9;
/** Minimum rate of a transfer that is waited for, bytes per second. */
const SLOWEST_BYTES_PER_SECOND = 1e6;
/** Maximum time per name of a listing, which takes one request for 1,000 names. */
const NAME_NS = 10e6;

/** Completes a setup with its real depth, and the default time limits at the end of a phase. */
export function phaseSetup(given: Omit<PhaseSetup, "drainNs" | "quietNs">): PhaseSetup {
  const { phase, dataset } = given;
  const depth = depthOf(given);
  return { ...given, depth, drainNs: DRAIN_NS, quietNs: quietNs(phase, dataset) };
}

/**
 * Operations in flight of a worker. Renames of one file follow each other, and one that waits for
 * another would have that time in its latency. With at most one for two files of the worker, a
 * rename may take twice as long as the others before the next pass reaches its file.
 */
function depthOf({
  phase,
  dataset,
  depth,
  threads,
  part = WHOLE,
}: Omit<PhaseSetup, "drainNs" | "quietNs">): number {
  if (!phase.mix.some(({ operation }) => operation === "rename")) return depth;
  const filesEach = Math.floor(dataset.count / (threads * part.hosts));
  return Math.max(1, Math.min(depth, Math.floor(filesEach / 2)));
}

/**
 * Maximum time without a completed operation in a phase without a deadline, nanoseconds: five
 * minutes plus the time for the largest file at 1 MB/s and for a listing at 100 names per second.
 * Infinity for restores, which take hours and have a separate time limit.
 */
function quietNs({ mix }: PhasePlan, { sizes, count }: DatasetLocation): number {
  if (mix.some(({ operation }) => operation === "restore")) return Number.POSITIVE_INFINITY;
  const largest = sizes.reduce((most, bytes) => Math.max(most, bytes), 0);
  const lists = mix.some(({ operation }) => LISTS.has(operation));
  const names = lists ? count * NAME_NS : 0;
  return REQUEST_NS + (largest / SLOWEST_BYTES_PER_SECOND) * 1e9 + names;
}
