import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { BLOCKS, IN_PARTS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { type HostLimits, THREAD_RESERVES_BYTES } from "../../model/target/host-limits.ts";
import type { Address } from "../../model/target/target.ts";

/** Descriptors of a run without workers, and of each worker's event loop: at least so many. */
const OWN_DESCRIPTORS = 24;
const THREAD_DESCRIPTORS = 4;
/** Threads of a run next to its workers: the pause monitor and Node's file system calls. */
const OWN_THREADS = 5;

/** What the rest of a run reserves after the check: code, buffers, WebAssembly of Node's own. */
const RUN_RESERVES_BYTES = 4 * 2 ** 30;

/** The threads of a phase, and how many operations each has in flight. */
interface Shape {
  readonly threads: number;
  readonly depth: number;
}

/**
 * Why this process may not open or start enough for a phase, one sentence; null where it may. The
 * counts are lower bounds, so nothing is refused that could be run.
 */
export function hostObstacle(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  family: Address["kind"],
  { threads, depth }: Shape,
  limits: HostLimits,
): string | null {
  if (limits.threads !== null) {
    const { limit, used } = limits.threads;
    const needed = used + threads + OWN_THREADS;
    if (needed > limit) {
      return (
        `${threads} worker threads are too many: with those running this user would have ` +
        `${needed}, and \`ulimit -u\` is ${limit}; raise it, or use fewer workers`
      );
    }
  }
  const tooMuch = addressSpaceObstacle(threads, limits);
  if (tooMuch !== null) return tooMuch;
  const each = descriptorsOfThread(phase, dataset, family, depth);
  const needed = OWN_DESCRIPTORS + threads * (THREAD_DESCRIPTORS + each);
  if (limits.openFiles === null || needed <= limits.openFiles) return null;
  const what = family === "bucket" ? "connections" : "files";
  return (
    `too many open files: ${threads} threads with ${each} ${what} each need at least ${needed}, ` +
    `and \`ulimit -n\` is ${limits.openFiles}; raise it, or use fewer ${what} or threads`
  );
}

/** Why so many threads would not fit into the address space, one sentence; null where they do. */
export function addressSpaceObstacle(
  threads: number,
  { addressSpace }: Pick<HostLimits, "addressSpace">,
): string | null {
  if (addressSpace === null) return null;
  const { limitBytes, usedBytes } = addressSpace;
  // One more is the pause monitor's.
  const needed = usedBytes + RUN_RESERVES_BYTES + (threads + 1) * THREAD_RESERVES_BYTES;
  if (needed <= limitBytes) return null;
  return (
    `${threads} worker thread${threads === 1 ? " is" : "s are"} too many: with them this process ` +
    `reserves some ${Math.ceil(needed / 1024)} KiB of address space (ENOMEM), and ` +
    `\`ulimit -v\` is ${Math.floor(limitBytes / 1024)}; raise it, or use fewer workers`
  );
}

/** Files or connections that a worker keeps open, at least. */
function descriptorsOfThread(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  family: Address["kind"],
  depth: number,
): number {
  if (family === "memory") return 0;
  if (family === "device") return 1;
  const operations = phase.mix.map(({ operation }) => operation);
  if (family === "bucket") {
    const inParts = operations.some((one) => IN_PARTS.has(one));
    return inParts ? depth * phase.partConcurrency : depth;
  }
  if (!operations.some((one) => BLOCKS.has(one))) return 1;
  return dataset?.kind === "files" ? dataset.count : 1;
}
