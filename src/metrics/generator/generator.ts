/**
 * Evidence about the load generator: whether a number is that of the storage or of assay and its
 * host. This file makes the warnings of a phase and is the one to read first; `client-bound.ts`,
 * `in-flight.ts` and `pauses.ts` each derive one kind of evidence, `selftest.ts` rates a host as a
 * whole. What a sampler saw comes in as data: nothing here samples anything.
 */

import type { HarnessRecord, OwnPauses, OwnTime } from "../../model/run/harness.ts";
import type { OpenLoop, Summary, Warning } from "../../model/run/run.ts";
import { latencyFigure } from "../histogram/latency-figure.ts";
import { depthWarning, isBehindOthers } from "./in-flight.ts";
import { hasShortPauses } from "./pauses.ts";

/**
 * Workers that wait for a CPU longer than this, of all the time: their rates and mean latencies are
 * off by as much.
 */
const STARVED_SHARE = 0.05;

/** One instant in fifty: whatever is hit by it, a p99 lies well inside. */
export const STEAL_SHARE = 0.02;

/** Fewer than five ticks of 10 ms are too few for a share. */
const MIN_STEAL_NS = 50e6;

/** A CPU quota that stops a process for this share of the time takes as much of its rate. */
const THROTTLED_SHARE = 0.02;

/** Below this the ticks that a machine counts its time in are too few for a share. */
const SHORTEST_NS = 100e6;

/** What a reader must know of the load generator before believing a phase's numbers. */
export function loadGeneratorWarnings(record: HarnessRecord): readonly Warning[] {
  const { pauses, bound, watchedNs } = record;
  const warnings: Warning[] = [];
  if (pauses !== null && (pauses.count > 0 || hasShortPauses(pauses, watchedNs))) {
    warnings.push({ code: "own-pause", message: pauseText(pauses, watchedNs) });
  }
  const starved = starvedText(record);
  if (starved !== null) warnings.push({ code: "starved", message: starved });
  const throttled = throttledText(record);
  if (throttled !== null) warnings.push({ code: "cpu-throttled", message: throttled });
  const depth = bound?.by === "nothing" ? null : depthWarning(record.inFlight ?? null);
  if (depth !== null) warnings.push(depth);
  const steal = stealText(record);
  if (steal !== null) warnings.push({ code: "steal", message: steal });
  if (bound !== null) {
    warnings.push({ code: "client-bound", message: `${bound.reason}; to help: ${bound.advice}` });
  }
  return warnings;
}

function pauseText(pauses: OwnPauses, watchedNs: number): string {
  const { count, totalNs, longestNs, list, short } = pauses;
  const often =
    short != null && hasShortPauses(pauses, watchedNs)
      ? `about ${seconds(short.totalNs)} of ${seconds(watchedNs)} in pauses of up to 50 ms ` +
        `(${short.count} were seen)`
      : null;
  if (count === 0) {
    return `the load generator was stopped for ${often}: the run is not clean, ${UNRELIABLE}`;
  }
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
  const besides = often === null ? "" : `, and for ${often}`;
  return (
    `the load generator itself stood still for ${seconds(totalNs)} (${times}${at}; ${why})` +
    `${besides}: the run is not clean, ${UNRELIABLE}`
  );
}

const UNRELIABLE = "its rates and slowest latencies are not the storage's";

function starvedText({ workers, cores, idleShare = null }: HarnessRecord): string | null {
  const timed = workers.filter(({ processorWaitNs }) => processorWaitNs !== null);
  const watchedNs = sumOf(timed, (worker) => worker.watchedNs);
  const waiting = timed.filter(({ processorWaitNs, processorTurns }) =>
    isBehindOthers(processorWaitNs ?? 0, processorTurns ?? 0, idleShare),
  );
  const behindOthersNs = sumOf(waiting, ({ processorWaitNs }) => processorWaitNs ?? 0);
  if (watchedNs < SHORTEST_NS || behindOthersNs < STARVED_SHARE * watchedNs) return null;
  const waitNs = sumOf(timed, ({ processorWaitNs }) => processorWaitNs ?? 0);
  const busy = sumOf(timed, (worker) => worker.cpuUserNs + worker.cpuSystemNs) / watchedNs;
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

/**
 * Share of the time that a CPU quota stopped a worker, 0 to 1; null without one. The kernel sums it
 * over the CPUs that had something to run.
 */
export function throttledShare(record: HarnessRecord): number | null {
  const { throttling, workers, cores, watchedNs } = record;
  if (throttling == null || watchedNs <= 0) return null;
  const cpus = Math.max(1, Math.min(workers.length, Math.ceil(cores)));
  return Math.min(1, throttling.throttledNs / (watchedNs * cpus));
}

function throttledText(record: HarnessRecord): string | null {
  const share = throttledShare(record);
  const { throttling, watchedNs } = record;
  if (throttling == null || share === null || watchedNs < SHORTEST_NS) return null;
  if (throttling.throttledPeriods === 0 || share < THROTTLED_SHARE) return null;
  return (
    "the CPU quota of its control group stopped the load generator in " +
    `${throttling.throttledPeriods} of ${throttling.periods} periods, ${percent(share)} of the ` +
    "time, which is in the latencies; raise the quota (cpu.max, or the container's CPU limit) " +
    "or use fewer workers"
  );
}

/** Steal as a share of the CPU time that was asked for: an idle CPU loses nothing. */
function stealText({ stealShare, idleShare, cores, watchedNs }: HarnessRecord): string | null {
  if (stealShare === null || watchedNs < SHORTEST_NS) return null;
  const askedShare = idleShare == null ? 1 : Math.max(stealShare, 1 - idleShare);
  if (stealShare < STEAL_SHARE * askedShare) return null;
  if (idleShare != null && stealShare * watchedNs * cores < MIN_STEAL_NS) return null;
  const of = idleShare == null ? "this machine's processor time" : "the CPU time asked for here";
  return (
    `the hypervisor gave ${percent(stealShare / askedShare)} of ${of} to others: ` +
    "latencies from p99 on may be its own; use a machine that shares no processors"
  );
}

function sumOf(workers: readonly OwnTime[], of: (worker: OwnTime) => number): number {
  return workers.reduce((total, worker) => total + of(worker), 0);
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

function seconds(ns: number): string {
  if (ns < 1e9) return `${Math.round(ns / 1e6)} ms`;
  return `${(ns / 1e9).toFixed(ns < 10e9 ? 2 : 1)} s`;
}

/** From this share of the response time on, the load generator's own delay is no small part. */
const MAX_PACING_SHARE = 0.1;

/**
 * Warns where the p99 of the pacing error is not small beside the p99 of the response: response
 * times contain it. Service times, which run from the issue, do not.
 */
export function pacingWarning(
  open: OpenLoop | null,
  all: Pick<Summary, "response"> | undefined,
): readonly Warning[] {
  const pacingNs = latencyFigure(open?.pacing, "p99").ns;
  const responseNs = latencyFigure(all?.response, "p99").ns;
  if (pacingNs === null || responseNs === null || responseNs <= 0) return [];
  const share = pacingNs / responseNs;
  if (share < MAX_PACING_SHARE) return [];
  const message =
    `the load generator issued operations late by itself: the p99 of its pacing error is ` +
    `${(pacingNs / 1e6).toPrecision(3)} ms, ${Math.round(share * 100)} % of the response p99 ` +
    `(${(responseNs / 1e6).toPrecision(3)} ms). Response times contain this delay, service times ` +
    "do not. Stop other programs, use more workers or a lower rate";
  return [{ code: "pacing-error", message }];
}
