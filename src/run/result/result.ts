/**
 * What was measured in a phase becomes its stored result, with the warnings that a reader must
 * know of: this file puts it together, its neighbors find one kind of warning each. Pure: nothing
 * here reads a clock, a counter or a file. Read `toResult` first.
 */
import type { PhaseSetup } from "../../load/task.ts";
import { loadGeneratorWarnings, pacingWarning } from "../../metrics/generator/generator.ts";
import type { Tail } from "../../metrics/generator/in-flight.ts";
import { allOperations, summarizePhase } from "../../metrics/histogram/summary.ts";
import { hasFallen } from "../../metrics/phase-result.ts";
import { directoryCount } from "../../model/plan/dataset.ts";
import { LISTS } from "../../model/plan/operation.ts";
import {
  type ErrorCount,
  UNFINISHED,
  type WorkerMeasurement,
} from "../../model/run/measurement.ts";
import type { PhaseResult, RunState, Summary, Warning } from "../../model/run/run.ts";
import { harnessRecord, type OwnEvidence } from "../monitor/monitor.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";
import { carriedRate, TOO_FEW_SLOTS } from "../phase/probe.ts";
import { BURST_NOT_LEFT } from "./burst-warning.ts";
import { cacheWarnings } from "./cache-warnings.ts";
import { engineWarnings, singlePartWarning } from "./engine-warnings.ts";
import { type CacheCounters, cacheEvidence } from "./evidence.ts";
import { addBackOffs, backOffWarning, unfinishedWarning } from "./failure-warnings.ts";

/** Everything known about a phase that has been timed. */
export interface TimedPhase {
  readonly setup: PhaseSetup;
  /** The planned phase of whose search it is a point. */
  readonly pointOf?: string;
  readonly startedAt: Date;
  readonly measurement: PhaseMeasurement;
  /** Of this process, while it measured. */
  readonly generator: OwnEvidence;
  readonly counters: CacheCounters;
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
  const { setup, measurement } = timed;
  const { phase, dataset } = setup;
  const summaries = summarizePhase(measurement.totals, measurement.reportedNs, timed.endedEarly);
  const open = measurement.openLoop;
  const cache = cacheEvidence(setup, measurement, timed.counters);
  const found = addErrors(measurement.workers);
  const errors = timed.endedEarly ? found.filter(({ code }) => code !== UNFINISHED) : found;
  const counters = addCounters(measurement.workers);
  const backOff = addBackOffs(measurement.workers);
  const { state, reason } = stateOf(timed, summaries);
  const [all] = summaries;
  const harness = harnessRecord(timed.generator, setup, measurement, all, timed.tail);
  return {
    phase,
    repetition: setup.repetition,
    ...(timed.pointOf === undefined ? {} : { pointOf: timed.pointOf }),
    state,
    reason,
    engine: setup.engine,
    threads: setup.threads,
    queueDepthPerThread: setup.depth,
    startedAt: timed.startedAt.toISOString(),
    elapsedNs: measurement.elapsedNs,
    ...(measurement.reportedNs === measurement.elapsedNs
      ? {}
      : { reportedNs: measurement.reportedNs }),
    intervalNs: setup.intervalNs,
    intervals: measurement.intervals,
    datasetBytes: dataset.totalBytes,
    summaries,
    errors,
    counters,
    throttling: measurement.throttling,
    stability: measurement.stability,
    ...(open === null ? {} : { openLoop: open }),
    ...(backOff === null ? {} : { backOff }),
    cache,
    cpu: measurement.cpu,
    harness,
    warnings: [
      ...fallbackWarning(setup),
      ...stillTrue(timed),
      ...timed.cacheProblems.map((message) => ({ code: "cache-policy", message })),
      ...cacheWarnings(cache, phase, dataset, timed.memoryBytes),
      ...verifiedWarning(setup),
      ...engineWarnings(counters, setup.threads),
      ...singlePartWarning(phase, dataset),
      ...measureWarnings(timed, summaries),
      ...unfinishedWarning(found, all, timed.endedEarly),
      ...backOffWarning(backOff),
      ...pacingWarning(measurement.openLoop, summaries[0]),
      ...loadGeneratorWarnings(harness),
    ],
  };
}

/**
 * The warnings from before a phase that remain true after it. Not those of a burst that ended in
 * it, nor of too few slots that carried the rate.
 */
function stillTrue({ doubts, measurement, setup }: TimedPhase): readonly Warning[] {
  const left = hasFallen(measurement.stability);
  const carried = carriedRate(setup.phase, measurement.openLoop, setup.threads * setup.depth);
  return doubts.filter(
    ({ code }) => !(left && code === BURST_NOT_LEFT) && !(carried && code === TOO_FEW_SLOTS),
  );
}

/** Errors after which a phase measures something else than was planned, and what happened. */
const INVALIDATING_ERRORS: Readonly<Record<string, string>> = {
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
  const { workers } = timed.measurement;
  const failed = workers.find(({ failure }) => failure !== null);
  if (failed !== undefined) return { state: "failed", reason: failureReason(failed) };
  for (const { code, first } of addErrors(workers)) {
    const what = INVALIDATING_ERRORS[code];
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
  const idle = idleWorkers(timed);
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

function fallbackWarning({ fallback }: PhaseSetup): readonly Warning[] {
  return fallback === null ? [] : [{ code: "engine-fallback", message: fallback }];
}

/** Checking takes time of the client's, which no storage is to blame for. */
function verifiedWarning({ phase, depth }: PhaseSetup): readonly Warning[] {
  if (!phase.verify) return [];
  const late = depth > 1 ? ", and what completed meanwhile was seen late: latencies too" : "";
  const message = `every block was checked between two operations: rates are of less load${late}`;
  return [{ code: "verified", message }];
}

/** Threads whose share of the dataset is empty do nothing: the load is less than asked for. */
function idleWorkers({ setup, measurement }: TimedPhase): Warning | null {
  const { phase, dataset, threads } = setup;
  const { workers } = measurement;
  const idle = workers.filter(({ elapsedNs, failure }) => elapsedNs === 0 && failure === null);
  const lists = phase.mix.every(({ operation }) => LISTS.has(operation));
  const count = lists ? directoryCount(dataset) : dataset.count;
  const spare = threads - count;
  if (idle.length === 0 || spare <= 0) return null;
  const message =
    `${spare} of ${threads} threads had nothing to do: ` +
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
