import { BLOCKS } from "../model/plan/operation.ts";
import { stretchOf, WHOLE } from "../model/plan/part.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { PhaseSetup } from "./task.ts";

/** Facts that decide the share of one host. */
type HostShare = Pick<PhaseSetup, "phase" | "threads" | "part">;

/** Place of a thread in the work of a phase, of all hosts together. */
export interface WorkPlace {
  /** Number of the thread among all hosts, from 0 to `workers` - 1. */
  readonly worker: number;
  readonly workers: number;
  /** Threads per worker of the plan, which issue its block operations in turn. */
  readonly lanes: number;
}

/** Place of a thread of this host in the work; `thread`: from 0. */
export function placeOf({ phase, threads, part = WHOLE }: HostShare, thread: number): WorkPlace {
  return {
    worker: part.host * threads + thread,
    workers: part.hosts * threads,
    lanes: threads % phase.workers === 0 ? threads / phase.workers : 1,
  };
}

/** Operations of a worker that a thread issues: `thread`, `thread + threads` and so on. */
export interface ThreadShare {
  readonly worker: number;
  readonly workers: number;
  readonly thread: number;
  readonly threads: number;
}

/** Place of a thread; without lanes: 1. */
type Lanes = Omit<WorkPlace, "lanes"> & { readonly lanes?: number };

/**
 * On an engine with one operation per thread, a worker of the plan has one thread per unit of queue
 * depth: the threads issue its operations in turn, the same as one thread at that depth.
 */
export function threadShare({ worker, workers, lanes = 1 }: Lanes, inPlace: boolean): ThreadShare {
  const threads = inPlace ? lanes : 1;
  return {
    worker: Math.floor(worker / threads),
    workers: workers / threads,
    thread: worker % threads,
    threads,
  };
}

/** Operations of one host in a phase that ends after a count of operations; else Infinity. */
export function operationsOfHost(setup: HostShare): number {
  const { limit } = setup.phase;
  if (limit.kind !== "operations") return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let thread = 0; thread < setup.threads; thread++) {
    const share = threadShare(placeOf(setup, thread), inBlocks(setup.phase));
    if (share.thread === 0) sum += shareOf(limit.operations, share);
  }
  return sum;
}

/** Whether every operation of the phase transfers a block. */
export function inBlocks({ access, mix }: PhasePlan): boolean {
  return access !== "samples" && BLOCKS.has(mix[0]?.operation ?? "read");
}

/** This worker's part of a count; the parts of all workers sum to it. */
export function shareOf(count: number, { worker, workers }: Omit<WorkPlace, "lanes">): number {
  return stretchOf(count, worker, workers).length;
}
