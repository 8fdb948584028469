import type { PhasePlan } from "../../model/plan/plan.ts";
import type { InFlight, KernelThreads, OwnTime } from "../../model/run/harness.ts";
import type { LatencySummary } from "../../model/run/latency.ts";
import type { Summary, Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";

/** Operations in flight when a phase ended: drained ones, and those that never completed. */
export interface Tail {
  readonly count: number;
  /** Sum of their service times, beyond the end of the phase too; of unfinished ones the age. */
  readonly totalNs: number;
  readonly unfinished: number;
  /** Maximum sum of the drained operations alone. */
  readonly drainedMostNs: number;
  /** Length of the drain: an unfinished operation was in flight this long after the phase. */
  readonly drainNs: number;
}

/** Tail of a phase that ended with nothing in flight. */
export const NO_TAIL: Tail = {
  count: 0,
  totalNs: 0,
  unfinished: 0,
  drainedMostNs: 0,
  drainNs: 0,
};

/** Input to compute the operations in flight of a phase. Times in nanoseconds. */
export interface InFlightInput {
  readonly phase: PhasePlan;
  readonly threads: number;
  /** Queue depth of each thread. */
  readonly depth: number;
  /** Time that each thread ran, up to the end of the phase; without threads that had no work. */
  readonly elapsedNs: readonly number[];
  /** Whether operations were in flight when the reported part began. */
  readonly beginsInFlight: boolean;
  /** Summary of all operations in the reported part. */
  readonly summary: Summary | undefined;
  readonly tail: Tail;
  /** Whether each thread issues one operation and waits for it. */
  readonly threadPerOperation: boolean;
  readonly own: readonly OwnTime[];
  readonly kernelThreads: KernelThreads | null;
  /** Threads of the pool that executes the operations of all workers; 0 or absent: no pool. */
  readonly poolThreads?: number;
  /** Share of the time that the CPUs were idle; null if unknown. */
  readonly idleShare: number | null;
}

/** Minimum share of the planned operations in flight without a warning. */
const REACHED_SHARE = 0.9;

/** Maximum share of failed operations: they have no service time, so the mean is unknown. */
const MAX_FAILED_SHARE = 0.01;

/** Shortest time: start and end take too large a part of shorter phases. */
const SHORTEST_NS = 100e6;

/** Maximum uncertainty from operations in flight at the end, as a share of the planned ones. */
const MAX_UNCERTAIN_SHARE = 0.1;

/** Maximum share of the planned operations: rounding can exceed 1, a valid figure not by more. */
const MAX_SHARE = 1.05;

/** Minimum operations per slot: with fewer, start and end cut off too large a part. */
const MIN_ROUNDS = 10;

/**
 * Operations in flight of a closed loop; null if unknown. Those that wait for a thread of a pool
 * are in flight for the load generator, but not at the storage.
 */
export function inFlightOf(input: InFlightInput): InFlight | null {
  const { phase, threads, depth, poolThreads = 0 } = input;
  const found = byLittlesLaw(input);
  const planned = threads * depth;
  if (phase.rate !== null || poolThreads === 0 || poolThreads >= planned) return found;
  const reached = Math.min(found?.reached ?? planned, poolThreads);
  return { planned, reached, waitingForCpu: found?.waitingForCpu ?? null, poolThreads };
}

/**
 * Operations in flight of a closed loop by Little's law (J. Little, Operations Research 9, 1961):
 * rate × mean service time, counting the time inside the phase. Null if this does not apply: in an
 * open loop, with failures, with content verification, if writes wait for a sync, in a phase of
 * some milliseconds, and if it depends on the start of long operations that outlasted the phase.
 */
function byLittlesLaw(input: InFlightInput): InFlight | null {
  const { phase, threads, depth, summary, elapsedNs } = input;
  const planned = threads * depth;
  if (Math.max(0, ...elapsedNs) < SHORTEST_NS) return null;
  const slotNs = elapsedNs.reduce((sum, ns) => sum + ns, 0) * depth;
  if (phase.rate !== null || phase.verify || summary?.latency == null || slotNs <= 0) return null;
  const { operations, errors, drained, latency } = summary;
  if (errors > MAX_FAILED_SHARE * (operations + errors)) return null;
  const syncs = phase.sync !== null && phase.mix.some(({ operation }) => operation === "write");
  if (syncs && depth > 1) return null;
  const counted = phase.limit.kind !== "duration" && drained === 0;
  if (!counted && operations < MIN_ROUNDS * planned) return null;
  const share = shareOf(input, slotNs, syncs ? [latency, summary.sync] : [latency]);
  if (share === null) return null;
  return { planned, reached: planned * share, waitingForCpu: waitingForCpu(input, planned) };
}

/** Share of the slots' time with an operation in flight; null if unknown. */
function shareOf(
  { elapsedNs, beginsInFlight, tail }: InFlightInput,
  slotNs: number,
  times: readonly (LatencySummary | null)[],
): number | null {
  const allNs = times.reduce((sum, time) => sum + (time?.count ?? 0) * (time?.meanNs ?? 0), 0);
  const completedNs = Math.max(0, allNs - tail.totalNs);
  const mostNs = Math.max(0, tail.totalNs - tail.unfinished * tail.drainNs);
  const most = completedNs + Math.min(mostNs, tail.count * Math.max(...elapsedNs));
  // Without drained operations. The age of an unfinished one was inside, except for the drain.
  const least = Math.min(most, completedNs + Math.max(0, mostNs - tail.drainedMostNs));
  // On average a drained operation was inside for half of its time. If the load ran before the
  // reported part, the operations in flight at its start are overcounted by the same amount.
  const likely = beginsInFlight ? least : (least + most) / 2;
  if (most - likely > MAX_UNCERTAIN_SHARE * slotNs) {
    return most < REACHED_SHARE * slotNs ? most / slotNs : null;
  }
  return likely > MAX_SHARE * slotNs ? null : Math.min(1, likely / slotNs);
}

function waitingForCpu(input: InFlightInput, planned: number): number | null {
  const { threadPerOperation, own, kernelThreads, elapsedNs, idleShare } = input;
  if (threadPerOperation) {
    if (own.some(({ processorWaitNs }) => processorWaitNs === null)) return null;
    const waitNs = own.reduce((sum, { processorWaitNs, processorTurns }) => {
      const behind = isBehindOthers(processorWaitNs ?? 0, processorTurns ?? 0, idleShare);
      return sum + (behind ? (processorWaitNs ?? 0) : 0);
    }, 0);
    return (planned * waitNs) / own.reduce((sum, { watchedNs }) => sum + watchedNs, 0);
  }
  if (kernelThreads === null) return null;
  const { waitNs, turns } = kernelThreads;
  const longestNs = Math.max(...elapsedNs);
  return isBehindOthers(waitNs, turns, idleShare) ? Math.min(planned, waitNs / longestNs) : 0;
}

/** Operations at the storage: in flight and not waiting for a CPU. */
export function withStorage({ reached, waitingForCpu }: InFlight): number {
  return Math.max(0, reached - (waitingForCpu ?? 0));
}

/** Warns if clearly fewer operations were in flight than planned. */
export function depthWarning(inFlight: InFlight | null): Warning | null {
  if (inFlight === null) return null;
  const { planned, reached, waitingForCpu, poolThreads = planned } = inFlight;
  const served = withStorage(inFlight);
  if (served >= REACHED_SHARE * planned) return null;
  // The warning about CPU wait covers a single operation in flight.
  if (planned === 1 && reached >= REACHED_SHARE) return null;
  const waiting = waitingForCpu ?? 0;
  const parts = [
    ...(waiting >= 0.01 * planned ? [`${digits(waiting)} waited for a CPU of this host`] : []),
    ...(poolThreads < planned
      ? [
          `${planned - poolThreads} waited for one of the ${poolThreads} threads of libuv's pool ` +
            `(to avoid it, set UV_THREADPOOL_SIZE=${planned})`,
        ]
      : []),
    ...(reached < 0.99 * poolThreads
      ? [`${digits(poolThreads - reached)} were not yet issued by the load generator`]
      : []),
  ];
  const fact =
    `Of ${planned} planned operations in flight, ${digits(served)} were with the storage on ` +
    `average; ${parts.join(", and ")}`;
  return makeWarning("depth-not-reached", fact, { value: served, unit: "count" });
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

/**
 * Mean wait per turn from which a thread waited behind another thread. Shorter waits are the
 * wake-up of an idle CPU, which schedstat counts as well and which is part of any I/O. The share of
 * idle CPUs distinguishes the two: if almost none was idle, every wait is for a CPU. A wake-up took
 * 2 to 11 µs in the runs of results/examples, up to 60 µs if writes also woke kernel threads.
 */
const WAITS = [
  { idleBelow: 0.1, turnNs: 0 },
  { idleBelow: 0.5, turnNs: 25e3 },
  { idleBelow: Number.POSITIVE_INFINITY, turnNs: 200e3 },
] as const;

/** Whether a thread waited for a CPU behind another thread; see `WAITS`. */
export function isBehindOthers(waitNs: number, turns: number, idleShare: number | null): boolean {
  const { turnNs } = WAITS.find(({ idleBelow }) => (idleShare ?? 1) < idleBelow) ?? WAITS[2];
  return waitNs >= turnNs * turns;
}
