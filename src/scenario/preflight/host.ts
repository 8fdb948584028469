import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { BLOCKS, IN_PARTS, OPENS_WHOLE } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { type HostLimits, THREAD_RESERVES_BYTES } from "../../model/target/host-limits.ts";
import type { Address } from "../../model/target/target.ts";

/** Minimum file descriptors of a run without workers, and of the event loop of each worker. */
const OWN_DESCRIPTORS = 24;
const THREAD_DESCRIPTORS = 4;
/** Threads of a run in addition to its workers: the pause monitor and Node's file calls. */
const OWN_THREADS = 5;

/** Address space that a run reserves after the check: code, buffers, Node's WebAssembly. */
const RUN_RESERVES_BYTES = 4 * 2 ** 30;

/** The threads of a phase, and how many operations each has in flight. */
interface Shape {
  readonly threads: number;
  readonly depth: number;
}

/**
 * Returns which limit of this process is too low for a phase, one sentence; null if none is. The
 * counts are lower bounds, so a phase that could run is never rejected.
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
        `too many worker threads: ${threads} would increase the threads of this user to ` +
        `${needed}, but \`ulimit -u\` is ${limit}; raise it or use fewer workers`
      );
    }
  }
  const tooMuch = addressSpaceObstacle(threads, limits);
  if (tooMuch !== null) return tooMuch;
  const each = descriptorsOfThread(phase, dataset, family, { threads, depth });
  const needed = OWN_DESCRIPTORS + threads * (THREAD_DESCRIPTORS + each);
  if (limits.openFiles === null || needed <= limits.openFiles) return null;
  const what = family === "bucket" ? "connections" : "files";
  const less = opensInTurn(phase, family) ? "a lower queueDepth" : `fewer ${what}`;
  return (
    `too many open files: ${threads} threads with ${each} ${what} each require at least ` +
    `${needed}, but \`ulimit -n\` is ${limits.openFiles}; raise it, or use ${less} or fewer threads`
  );
}

/** Returns why the address space is too small for a number of threads; null if it is not. */
export function addressSpaceObstacle(
  threads: number,
  { addressSpace }: Pick<HostLimits, "addressSpace">,
): string | null {
  if (addressSpace === null) return null;
  const { limitBytes, usedBytes } = addressSpace;
  // The pause monitor is one more thread.
  const needed = usedBytes + RUN_RESERVES_BYTES + (threads + 1) * THREAD_RESERVES_BYTES;
  if (needed <= limitBytes) return null;
  return (
    `too little address space: with ${threads} worker thread${threads === 1 ? "" : "s"} this ` +
    `process reserves about ${Math.ceil(needed / 1024)} KiB (ENOMEM), but ` +
    `\`ulimit -v\` is ${Math.floor(limitBytes / 1024)}; raise it or use fewer workers`
  );
}

/** Returns the minimum number of files or connections that a worker keeps open. */
function descriptorsOfThread(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  family: Address["kind"],
  { threads, depth }: Shape,
): number {
  if (family === "memory") return 0;
  if (family === "device") return 1;
  const operations = phase.mix.map(({ operation }) => operation);
  if (family === "bucket") {
    const inParts = operations.some((one) => IN_PARTS.has(one));
    return inParts ? depth * phase.partConcurrency : depth;
  }
  const files = dataset?.kind === "files" ? dataset.count : null;
  if (operations.some((one) => BLOCKS.has(one))) return files ?? 1;
  if (!opensInTurn(phase, family)) return 1;
  return Math.max(1, Math.min(depth, Math.floor((files ?? depth) / threads)));
}

/** Whether each operation opens and closes a file, so that only those in flight are open. */
function opensInTurn({ mix }: PhasePlan, family: Address["kind"]): boolean {
  return family === "path" && mix.every(({ operation }) => OPENS_WHOLE.has(operation));
}
