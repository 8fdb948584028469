import type { PhasePlan } from "../../model/plan/plan.ts";
import type { InFlight, KernelThreads, OwnTime } from "../../model/run/harness.ts";
import type { LatencySummary, Summary, Warning } from "../../model/run/run.ts";

/** Operations in flight when a phase ended: drained ones, and those that never completed. */
export interface Tail {
  readonly count: number;
  /** Sum of their service times, beyond the end of the phase too; of unfinished ones the age. */
  readonly totalNs: number;
  readonly unfinished: number;
  /** The drained ones alone came to so much at most. */
  readonly drainedMostNs: number;
  /** How long the drain waited: an unfinished operation was in flight so long after the phase. */
  readonly drainNs: number;
}

/** Nothing was in flight when the phase ended. */
export const NO_TAIL: Tail = {
  count: 0,
  totalNs: 0,
  unfinished: 0,
  drainedMostNs: 0,
  drainNs: 0,
};

/** What the operations in flight of a phase are worked out from. Times in nanoseconds. */
export interface InFlightInput {
  readonly phase: PhasePlan;
  readonly threads: number;
  /** Queue depth of each thread. */
  readonly depth: number;
  /** Time that each thread ran for, up to the end of the phase; those without work left out. */
  readonly elapsedNs: readonly number[];
  /** Whether operations were in flight already where the reported part begins. */
  readonly beginsInFlight: boolean;
  /** Of the reported part, all operations together. */
  readonly summary: Summary | undefined;
  readonly tail: Tail;
  /** Whether each thread carries one operation and waits for it. */
  readonly threadPerOperation: boolean;
  readonly own: readonly OwnTime[];
  readonly kernelThreads: KernelThreads | null;
  /** Share of the time that the CPUs were idle; null: unknown. */
  readonly idleShare: number | null;
}

/** Below this share of the planned operations in flight a phase has not reached its depth. */
const REACHED_SHARE = 0.9;

/** Failed operations have no service time: with more of them the mean in flight is not known. */
const MAX_FAILED_SHARE = 0.01;

/** What starting and closing a phase takes is too large a part of less. */
const SHORTEST_NS = 100e6;

/** What was in flight at the end may leave the figure uncertain by so much of the planned. */
const MAX_UNCERTAIN_SHARE = 0.1;

/** More than planned cannot be in flight; what exceeds it by more than rounding is no figure. */
const MAX_SHARE = 1.05;

/** With fewer rounds of all slots, what the beginning and the end cut off is too large a part. */
const MIN_ROUNDS = 10;

/**
 * Operations in flight of a closed loop by Little's law (J. Little, Operations Research 9, 1961):
 * rate × mean service time, of which counts what lies inside the phase. Null where that does not
 * say it: in an open loop, with failures, with checks of what was read, where writes wait for a
 * sync, in a phase of some milliseconds, and where it depends on when long operations that
 * outlasted the phase were issued.
 */
export function inFlightOf(input: InFlightInput): InFlight | null {
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

/** Share of the slots' time with an operation in flight; null where it is not known. */
function shareOf(
  { elapsedNs, beginsInFlight, tail }: InFlightInput,
  slotNs: number,
  times: readonly (LatencySummary | null)[],
): number | null {
  const allNs = times.reduce((sum, time) => sum + (time?.count ?? 0) * (time?.meanNs ?? 0), 0);
  const completedNs = Math.max(0, allNs - tail.totalNs);
  const mostNs = Math.max(0, tail.totalNs - tail.unfinished * tail.drainNs);
  const most = completedNs + Math.min(mostNs, tail.count * Math.max(...elapsedNs));
  // Without the drained ones. The age of an unfinished one but for the drain was inside.
  const least = Math.min(most, completedNs + Math.max(0, mostNs - tail.drainedMostNs));
  // A drained one was inside for half of its time, in the mean. Where the load went on before the
  // part that is reported, those in flight at its beginning count too much by the same.
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

/** Operations that were with the storage: in flight and not waiting for a CPU. */
export function withStorage({ reached, waitingForCpu }: InFlight): number {
  return Math.max(0, reached - (waitingForCpu ?? 0));
}

/** A warning where clearly fewer operations were in flight than planned. */
export function depthWarning(inFlight: InFlight | null): Warning | null {
  if (inFlight === null) return null;
  const { planned, reached, waitingForCpu } = inFlight;
  const served = withStorage(inFlight);
  if (served >= REACHED_SHARE * planned) return null;
  // One operation in flight that waits for a CPU is told by the warning about CPU wait.
  if (planned === 1 && reached >= REACHED_SHARE) return null;
  const waiting = waitingForCpu ?? 0;
  const parts = [
    ...(waiting >= 0.01 * planned ? [`${digits(waiting)} waited for a CPU of this host`] : []),
    ...(reached < 0.99 * planned
      ? [`${digits(planned - reached)} were not issued yet by the load generator`]
      : []),
  ];
  const message =
    `of ${planned} operations in flight, ${digits(served)} were with the storage on average; ` +
    `${parts.join(", and ")}. The rate is that of fewer in flight and limited by the load ` +
    "generator. Use fewer workers, a lower queueDepth, or a host with more free cores";
  return { code: "depth-not-reached", message };
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

/**
 * Mean wait for a CPU from which on it is one behind another thread and not the waking of an idle
 * CPU, which schedstat counts as well and which is part of any I/O. What tells the two apart is
 * whether a CPU was idle: where next to none was, every wait is one for a CPU. Waking took 2 to
 * 11 µs in the runs of results/examples, up to 60 µs where writes woke kernel threads besides.
 */
const WAITS = [
  { idleBelow: 0.1, turnNs: 0 },
  { idleBelow: 0.5, turnNs: 25e3 },
  { idleBelow: Number.POSITIVE_INFINITY, turnNs: 200e3 },
] as const;

/** Whether a thread that waited for a CPU did so behind another one; see `WAITS`. */
export function isBehindOthers(waitNs: number, turns: number, idleShare: number | null): boolean {
  const { turnNs } = WAITS.find(({ idleBelow }) => (idleShare ?? 1) < idleBelow) ?? WAITS[2];
  return waitNs >= turnNs * turns;
}
