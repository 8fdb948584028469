/**
 * Evidence about the load generator: whether a number is that of the storage or of assay and its
 * host. This file makes the warnings of a phase and is the one to read first; `client-bound.ts`,
 * `in-flight.ts` and `pauses.ts` each derive one kind of evidence, `selftest.ts` rates a host as a
 * whole. The samples come in as data: nothing here takes samples.
 */

import type {
  ClientBound,
  HarnessRecord,
  OwnPauses,
  OwnTime,
  ShortPauses,
} from "../../model/run/harness.ts";
import type { OpenLoop, Summary, Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import { latencyFigure } from "../histogram/latency-figure.ts";
import { MORE_WORKERS } from "./client-bound.ts";
import { depthWarning, isBehindOthers } from "./in-flight.ts";
import { hasShortPauses, stoppedNs } from "./pauses.ts";
import { isCrowded, WITHOUT_WORKERS } from "./worker-advice.ts";

/**
 * Share of the time that workers may wait for a CPU: with more, rates and mean latencies are wrong
 * by as much.
 */
const STARVED_SHARE = 0.05;

/** CPU steal in one of fifty instants affects the p99. */
export const STEAL_SHARE = 0.02;

/** CPU steal is counted in ticks of 10 ms; fewer than five are too few for a share. */
const MIN_STEAL_NS = 50e6;

/** Share of the time that a CPU quota may stop the process: the rate falls by as much. */
const THROTTLED_SHARE = 0.02;

/** Shorter times have too few clock ticks for a share. */
const SHORTEST_NS = 100e6;

/**
 * Warnings about the load generator in one phase: pauses, CPU wait, CPU steal, client limits.
 * `others`: other warnings of the phase, whose remedies these do not contradict.
 */
export function loadGeneratorWarnings(
  record: HarnessRecord,
  others: readonly Warning[] = [],
): readonly Warning[] {
  const { pauses, bound, watchedNs } = record;
  const depth = bound?.by === "nothing" ? null : depthWarning(record.inFlight ?? null);
  const found = [
    pauses === null ? null : pauseWarning(pauses, watchedNs),
    starvedWarning(record),
    throttledWarning(record),
    depth,
    stealWarning(record),
  ].filter((warning) => warning !== null);
  const isFull = isCrowded([...found, ...others]);
  return [...found, ...(bound === null ? [] : [boundWarning(bound, isFull)])];
}

function boundWarning({ reason, advice }: ClientBound, isFull: boolean): Warning {
  const possible = isFull ? advice.replace(MORE_WORKERS, "use a host with more cores") : advice;
  const remedy = `${capitalized(possible)}.`;
  return makeWarning("client-bound", capitalized(reason), { remedy });
}

function pauseWarning(pauses: OwnPauses, watchedNs: number): Warning | null {
  const hasShort = hasShortPauses(pauses, watchedNs);
  if (pauses.count === 0 && !hasShort) return null;
  const fact = [
    ...(pauses.count > 0 ? [longPauses(pauses)] : []),
    ...(hasShort && pauses.short != null ? [shortPauses(pauses.short, watchedNs)] : []),
  ].join(", and ");
  const value = stoppedNs(pauses);
  return makeWarning("own-pause", `The load generator ${fact}`, { value, unit: "ns" });
}

function longPauses({ count, totalNs, longestNs, list }: OwnPauses): string {
  const [first] = list;
  const times = count === 1 ? "1 pause" : `${count} pauses, longest ${seconds(longestNs)}`;
  const at = first === undefined ? "" : `, first after ${seconds(first.atNs)}`;
  const known = list.filter(({ readyShare }) => readyShare !== null);
  const knownNs = known.reduce((sum, { lengthNs }) => sum + lengthNs, 0);
  const readyNs = known.reduce(
    (sum, { lengthNs, readyShare }) => sum + lengthNs * (readyShare ?? 0),
    0,
  );
  const cause =
    knownNs > 0 && readyNs >= 0.5 * knownNs
      ? "no CPU was free"
      : "the process or the host was stopped";
  return `was not scheduled for ${seconds(totalNs)} (${times}${at}): ${cause}`;
}

function shortPauses({ count, totalNs }: ShortPauses, watchedNs: number): string {
  return (
    `was stopped for about ${seconds(totalNs)} of ${seconds(watchedNs)} in pauses of up to 50 ms ` +
    `(${count} observed)`
  );
}

function starvedWarning({ workers, cores, idleShare = null }: HarnessRecord): Warning | null {
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
  const value = waitNs / watchedNs;
  const fact = `Workers waited for a CPU ${percent(value)} of the time`;
  if (own && timed.length > cores) {
    const share = `${timed.length} threads share ${cores} ${cores === 1 ? "core" : "cores"}`;
    const remedy = "Use fewer workers; they sustain the same rate.";
    return makeWarning("starved", `${fact}: ${share}`, { value, unit: "share", remedy });
  }
  const others = `${fact}: other programs use the CPUs of this host`;
  return makeWarning("starved", others, { value, unit: "share", remedy: "Stop other programs." });
}

/**
 * Share of the time that a CPU quota stopped a worker, 0 to 1; null without one. The kernel sums
 * the time over the CPUs that had something to run.
 */
export function throttledShare(
  record: HarnessRecord,
  workers = record.workers.length,
): number | null {
  const { throttling, cores, watchedNs } = record;
  if (throttling == null || watchedNs <= 0) return null;
  const cpus = Math.max(1, Math.min(workers, Math.ceil(cores)));
  return Math.min(1, throttling.throttledNs / (watchedNs * cpus));
}

function throttledWarning(record: HarnessRecord): Warning | null {
  const value = throttledShare(record);
  const { throttling, watchedNs } = record;
  if (throttling == null || value === null || watchedNs < SHORTEST_NS) return null;
  if (throttling.throttledPeriods === 0 || value < THROTTLED_SHARE) return null;
  const fact =
    `The CPU quota of the control group stopped the load generator in ` +
    `${throttling.throttledPeriods} of ${throttling.periods} periods, ${percent(value)} of ` +
    "the time";
  return makeWarning("cpu-throttled", fact, { value, unit: "share" });
}

/** CPU steal as a share of the CPU time that programs wanted: an idle CPU loses nothing. */
function stealWarning(record: HarnessRecord): Warning | null {
  const { stealShare, idleShare, cores, watchedNs } = record;
  if (stealShare === null || watchedNs < SHORTEST_NS) return null;
  const wantedShare = idleShare == null ? 1 : Math.max(stealShare, 1 - idleShare);
  if (stealShare < STEAL_SHARE * wantedShare) return null;
  if (idleShare != null && stealShare * watchedNs * cores < MIN_STEAL_NS) return null;
  const of = idleShare == null ? "the CPU time of this host" : "the CPU time in demand on the host";
  const value = stealShare / wantedShare;
  const fact = `The hypervisor gave ${percent(value)} of ${of} to other VMs`;
  return makeWarning("steal", fact, { value, unit: "share" });
}

function sumOf(workers: readonly OwnTime[], of: (worker: OwnTime) => number): number {
  return workers.reduce((total, worker) => total + of(worker), 0);
}

/** Formats a share: `4.2%`, from 10% upward `12%`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}%`;
}

function seconds(ns: number): string {
  if (ns < 1e9) return `${Math.round(ns / 1e6)} ms`;
  return `${(ns / 1e9).toFixed(ns < 10e9 ? 2 : 1)} s`;
}

/** Maximum pacing error, as a share of the response time, without a warning. */
const MAX_PACING_SHARE = 0.1;

/**
 * Warns if the p99 of the pacing error is a considerable share of the p99 of the response time,
 * which includes it. Service times do not: they begin at the issue. `others`: other warnings of the
 * phase, whose remedies this one does not contradict.
 */
export function pacingWarning(
  open: OpenLoop | null,
  all: Pick<Summary, "response"> | undefined,
  others: readonly Warning[] = [],
): readonly Warning[] {
  const pacingNs = latencyFigure(open?.pacing, "p99").ns;
  const responseNs = latencyFigure(all?.response, "p99").ns;
  if (pacingNs === null || responseNs === null || responseNs <= 0) return [];
  const share = pacingNs / responseNs;
  if (share < MAX_PACING_SHARE) return [];
  const fact =
    `The load generator issued operations late: the p99 of its pacing error is ` +
    `${(pacingNs / 1e6).toPrecision(3)} ms, ${Math.round(share * 100)}% of the response p99 ` +
    `(${(responseNs / 1e6).toPrecision(3)} ms)`;
  const remedy = isCrowded(others) ? WITHOUT_WORKERS["pacing-error"] : undefined;
  const measured = { value: pacingNs, unit: "ns" } as const;
  return [makeWarning("pacing-error", fact, { ...measured, ...(remedy && { remedy }) })];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
