import type { HarnessRecord, OwnPauses } from "../model/harness.ts";
import type { Warning } from "../model/run.ts";

/**
 * Workers that wait for a processor longer than this, of all the time: their rates and mean
 * latencies are off by as much. Woken threads on an idle machine were measured to wait below it.
 */
const STARVED_SHARE = 0.05;

/**
 * A wait this long on average is one behind another thread's turn (milliseconds in the kernel's
 * scheduler); waking an idle processor takes some ten microseconds and is part of any I/O.
 */
const STARVED_TURN_NS = 200e3;

/** One instant in fifty: whatever is hit by it, a p99 lies well inside. */
export const STEAL_SHARE = 0.02;

/** Below this the ticks that a machine counts its time in are too few for a share. */
const SHORTEST_NS = 100e6;

/** What a reader must know of the load generator before believing a phase's numbers. */
export function ownDoubts(record: HarnessRecord): readonly Warning[] {
  const { pauses, stealShare, bound, watchedNs } = record;
  const warnings: Warning[] = [];
  if (pauses !== null && pauses.count > 0) {
    warnings.push({ code: "own-pause", message: pauseText(pauses) });
  }
  const starved = starvedText(record);
  if (starved !== null) warnings.push({ code: "starved", message: starved });
  if (stealShare !== null && stealShare >= STEAL_SHARE && watchedNs >= SHORTEST_NS) {
    const message =
      `the hypervisor gave ${percent(stealShare)} of this machine's processor time to others: ` +
      "latencies from p99 on may be its own; use a machine that shares no processors";
    warnings.push({ code: "steal", message });
  }
  if (bound !== null) {
    warnings.push({ code: "client-bound", message: `${bound.reason}; to help: ${bound.advice}` });
  }
  return warnings;
}

function pauseText({ count, totalNs, longestNs, list }: OwnPauses): string {
  const [first] = list;
  const times = count === 1 ? "once" : `${count} times, at most ${seconds(longestNs)}`;
  const at = first === undefined ? "" : `, first after ${seconds(first.atNs)}`;
  const told = list.filter(({ readyShare }) => readyShare !== null);
  const toldNs = told.reduce((sum, { lengthNs }) => sum + lengthNs, 0);
  const readyNs = told.reduce(
    (sum, { lengthNs, readyShare }) => sum + lengthNs * (readyShare ?? 0),
    0,
  );
  const why =
    toldNs > 0 && readyNs >= 0.5 * toldNs
      ? "it was ready and got no processor: keep other programs off this machine"
      : "it was stopped, or the machine stood still";
  return (
    `the load generator itself stood still for ${seconds(totalNs)} (${times}${at}; ${why}): the ` +
    "run is not clean, its rates and slowest latencies are not the storage's"
  );
}

function starvedText({ workers, cores }: HarnessRecord): string | null {
  const timed = workers.filter(({ processorWaitNs }) => processorWaitNs !== null);
  const sum = (of: (worker: (typeof workers)[number]) => number): number =>
    timed.reduce((total, worker) => total + of(worker), 0);
  const watchedNs = sum((worker) => worker.watchedNs);
  const waitNs = sum(({ processorWaitNs }) => processorWaitNs ?? 0);
  const turns = sum(({ processorTurns }) => processorTurns ?? 0);
  if (watchedNs < SHORTEST_NS || waitNs < STARVED_SHARE * watchedNs) return null;
  if (waitNs < STARVED_TURN_NS * turns) return null;
  const busy = sum((worker) => worker.cpuUserNs + worker.cpuSystemNs) / watchedNs;
  const own = busy * timed.length >= 0.9 * cores;
  const why =
    own && timed.length > cores
      ? `${timed.length} threads share ${cores} ${cores === 1 ? "core" : "cores"}: fewer workers ` +
        "would do as much"
      : "other programs use this machine's processors: keep them off it";
  return (
    `workers were ready but waited for a processor ${percent(waitNs / watchedNs)} of the time, ` +
    `which is in the latencies; ${why}`
  );
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

function seconds(ns: number): string {
  if (ns < 1e9) return `${Math.round(ns / 1e6)} ms`;
  return `${(ns / 1e9).toFixed(ns < 10e9 ? 2 : 1)} s`;
}
