import { loadGeneratorWarnings, pacingWarning } from "../../metrics/generator/generator.ts";
import type { Tail } from "../../metrics/generator/in-flight.ts";
import { allOperations, summarizePhase } from "../../metrics/histogram/summary.ts";
import { hasFallen } from "../../metrics/phase-result.ts";
import { type DatasetLocation, directoryCount } from "../../model/plan/dataset.ts";
import { LISTS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import {
  type ErrorCount,
  UNFINISHED,
  type WorkerMeasurement,
} from "../../model/run/measurement.ts";
import type { PhaseResult, RunState, Summary, Warning } from "../../model/run/run.ts";
import type { ResolvedPhase } from "../execute.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";
import { carriedRate, TOO_FEW_SLOTS } from "../probe.ts";
import { harnessRecord, type OwnEvidence } from "../watch/harness.ts";
import { BURST_NOT_LEFT } from "./burst-warning.ts";
import { cacheWarnings } from "./cache-warnings.ts";
import { engineWarnings, singlePartWarning } from "./engine-warnings.ts";
import { type CacheWatch, cacheEvidence } from "./evidence.ts";
import { addBackOffs, backOffWarning, unfinishedWarning } from "./failure-warnings.ts";
import { movedByWorker } from "./moved-bytes.ts";

/** Everything known about a phase that has been timed. */
export interface TimedPhase {
  readonly phase: PhasePlan;
  readonly repetition: number;
  readonly pointOf?: string;
  readonly resolved: ResolvedPhase;
  readonly dataset: DatasetLocation;
  readonly startedAt: Date;
  readonly intervalNs: number;
  readonly measured: PhaseMeasurement;
  /** Of this process, while it measured. */
  readonly evidence: OwnEvidence;
  readonly watch: CacheWatch;
  /** What the target says of the cache it was asked to empty or fill. */
  readonly cacheProblems: readonly string[];
  /** What was known before the phase was timed. */
  readonly doubts: readonly Warning[];
  /** What was in flight when the phase ended. */
  readonly tail: Tail;
  readonly memoryBytes: number;
  /** Why the phase ended before its time; null where it did not. */
  readonly interrupted: string | null;
  /** Whether the interruption ended the load; false where that had ended by itself before. */
  readonly endedEarly: boolean;
}

/** The result of a phase as it is stored. */
export function toResult(timed: TimedPhase): PhaseResult {
  const { phase, measured, dataset, resolved } = timed;
  const summaries = summarizePhase(measured.totals, measured.reportedNs, timed.endedEarly);
  const open = measured.openLoop;
  const cache = cacheOf(timed);
  const found = addErrors(measured.workers);
  const errors = timed.endedEarly ? found.filter(({ code }) => code !== UNFINISHED) : found;
  const counters = addCounters(measured.workers);
  const backOff = addBackOffs(measured.workers);
  const { state, reason } = stateOf(timed, summaries);
  const harness = harnessRecord(
    timed.evidence,
    measured,
    resolved,
    phase,
    summaries[0],
    timed.tail,
  );
  return {
    phase,
    repetition: timed.repetition,
    ...(timed.pointOf === undefined ? {} : { pointOf: timed.pointOf }),
    state,
    reason,
    engine: resolved.engine,
    threads: resolved.threads,
    queueDepthPerThread: resolved.depth,
    startedAt: timed.startedAt.toISOString(),
    elapsedNs: measured.elapsedNs,
    ...(measured.reportedNs === measured.elapsedNs ? {} : { reportedNs: measured.reportedNs }),
    intervalNs: timed.intervalNs,
    intervals: measured.intervals,
    datasetBytes: dataset.totalBytes,
    summaries,
    errors,
    counters,
    throttling: measured.throttling,
    stability: measured.stability,
    ...(open === null ? {} : { openLoop: open }),
    ...(backOff === null ? {} : { backOff }),
    cache,
    cpu: measured.cpu,
    harness,
    warnings: [
      ...fallbackWarning(resolved),
      ...stillTrue(timed),
      ...timed.cacheProblems.map((message) => ({ code: "cache-policy", message })),
      ...cacheWarnings(cache, phase, dataset, timed.memoryBytes),
      ...verifiedWarning(phase, resolved),
      ...engineWarnings(counters, resolved.threads),
      ...singlePartWarning(phase, dataset),
      ...measureWarnings(timed, summaries),
      ...unfinishedWarning(found, summaries[0], timed.endedEarly),
      ...backOffWarning(backOff),
      ...pacingWarning(measured.openLoop, summaries[0]),
      ...loadGeneratorWarnings(harness),
    ],
  };
}

/**
 * The warnings from before a phase that remain true after it. Not those of a burst that ended in
 * it, nor of too few slots that carried the rate.
 */
function stillTrue({ doubts, measured, phase, resolved }: TimedPhase): readonly Warning[] {
  const left = hasFallen(measured.stability);
  const carried = carriedRate(phase, measured.openLoop, resolved.threads * resolved.depth);
  return doubts.filter(
    ({ code }) => !(left && code === BURST_NOT_LEFT) && !(carried && code === TOO_FEW_SLOTS),
  );
}

/** The counters are of all of the phase, whatever part of it is reported. */
function cacheOf({ phase, dataset, measured, resolved, watch }: TimedPhase) {
  const { fromNs, elapsedNs, whole: totals } = measured;
  const inFlight = resolved.threads * resolved.depth;
  const workerBytes = movedByWorker(measured.workers, phase.workers);
  return cacheEvidence({ phase, dataset, totals, workerBytes, inFlight, fromNs, elapsedNs }, watch);
}

/** Errors after which a phase measures something else than was planned, and what happened. */
const SPOILS: Readonly<Record<string, string>> = {
  ENOSPC: "the storage became full",
  EDQUOT: "the disk quota was used up",
  XMinioStorageFull: "the storage became full",
  ESHORT: "the dataset was changed while it was used",
};

function stateOf(
  timed: TimedPhase,
  summaries: readonly Summary[],
): { readonly state: RunState; readonly reason: string | null } {
  if (timed.interrupted !== null) return { state: "partial", reason: timed.interrupted };
  const { workers } = timed.measured;
  const failed = workers.find(({ failure }) => failure !== null);
  if (failed !== undefined) return { state: "failed", reason: failureReason(failed) };
  for (const { code, first } of addErrors(workers)) {
    const what = SPOILS[code];
    if (what !== undefined) return { state: "failed", reason: `${what}; the first: ${first}` };
  }
  const all = summaries[0];
  if (all !== undefined && all.operations === 0 && all.drained === 0 && all.errors > 0) {
    const first = addErrors(workers)[0]?.first ?? "no reason given";
    return { state: "failed", reason: `every operation failed; the first: ${first}` };
  }
  return { state: "complete", reason: null };
}

/** Which worker failed and why, on one line: a stack is for whoever mends it, not for a report. */
export function failureReason({ worker, failure }: WorkerMeasurement): string {
  const [first = ""] = (failure?.message ?? "no reason given").split("\n");
  return `worker ${worker}: ${first}`;
}

function measureWarnings(timed: TimedPhase, summaries: readonly Summary[]): readonly Warning[] {
  const warnings: Warning[] = [];
  const all = summaries[0];
  const idle = idleWorkers(timed.measured.workers, timed);
  if (idle !== null) warnings.push(idle);
  if (all === undefined) return warnings;
  const failed = all.errors - (timed.endedEarly ? 0 : (all.unfinished ?? 0));
  if (failed > 0) {
    const share = (failed / allOperations(all)) * 100;
    const message =
      `${failed} operations failed (${share.toPrecision(2)} %); rates and latencies are of ` +
      "the others";
    warnings.push({ code: "errors", message });
  }
  if (all.operations === 0) {
    const message = "no operation completed inside the phase: it is too short for this storage";
    warnings.push({ code: "nothing-completed", message });
  } else if (all.drained > all.operations) {
    const message = "more operations completed after the phase than inside it: measure for longer";
    warnings.push({ code: "mostly-drained", message });
  }
  return warnings;
}

function fallbackWarning({ fallback }: ResolvedPhase): readonly Warning[] {
  return fallback === null ? [] : [{ code: "engine-fallback", message: fallback }];
}

/** Checking takes time of the client's, which no storage is to blame for. */
function verifiedWarning(phase: PhasePlan, { depth }: ResolvedPhase): readonly Warning[] {
  if (!phase.verify) return [];
  const late = depth > 1 ? ", and what completed meanwhile was seen late: latencies too" : "";
  const message = `every block was checked between two operations: rates are of less load${late}`;
  return [{ code: "verified", message }];
}

/** Threads whose share of the dataset is empty do nothing: the load is less than asked for. */
function idleWorkers(
  workers: readonly WorkerMeasurement[],
  { phase, dataset, resolved }: TimedPhase,
): Warning | null {
  const idle = workers.filter(({ elapsedNs, failure }) => elapsedNs === 0 && failure === null);
  const lists = phase.mix.every(({ operation }) => LISTS.has(operation));
  const count = lists ? directoryCount(dataset) : dataset.count;
  const spare = resolved.threads - count;
  if (idle.length === 0 || spare <= 0) return null;
  const message =
    `${spare} of ${resolved.threads} threads had nothing to do: ` +
    `dataset ${dataset.name} has only ${count} ${lists ? "directories" : "files"}`;
  return { code: "idle-workers", message };
}

function addErrors(workers: readonly WorkerMeasurement[]): readonly ErrorCount[] {
  const sums = new Map<string, ErrorCount>();
  for (const error of workers.flatMap(({ errors }) => errors)) {
    const key = `${error.operation}:${error.code}`;
    const known = sums.get(key);
    sums.set(key, known === undefined ? error : addError(known, error));
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}

function addError(a: ErrorCount, b: ErrorCount): ErrorCount {
  const ages = [a.leastAgeNs, b.leastAgeNs].filter((ns) => ns !== undefined);
  const age = ages.length === 0 ? {} : { leastAgeNs: Math.min(...ages) };
  return { ...a, count: a.count + b.count, ...age };
}

function addCounters(workers: readonly WorkerMeasurement[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counters } of workers) {
    for (const [name, count] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
