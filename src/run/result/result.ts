/**
 * Result of a phase as it is stored, with its warnings, from the measurements of the phase. This
 * file assembles it; the other files each make one kind of warning. Pure: nothing here reads a
 * clock, a counter or a file. Read `toResult` first.
 */
import type { PhaseSetup } from "../../load/task.ts";
import { loadGeneratorWarnings, pacingWarning } from "../../metrics/generator/generator.ts";
import type { Tail } from "../../metrics/generator/in-flight.ts";
import { summarizePhase } from "../../metrics/histogram/summary.ts";
import { hasFallen } from "../../metrics/phase-result.ts";
import type { RunState } from "../../model/run/measurement.ts";
import { UNFINISHED, type WorkerMeasurement } from "../../model/run/measurement.ts";
import type { PhaseResult, Summary, Warning } from "../../model/run/run.ts";
import { givenWarning } from "../../model/run/warning.ts";
import { harnessRecord, type OwnEvidence } from "../monitor/monitor.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";
import { carriedRate, TOO_FEW_SLOTS } from "../phase/probe.ts";
import { BURST_NOT_LEFT } from "./burst-warning.ts";
import { cacheWarnings } from "./cache-warnings.ts";
import { engineWarnings, singlePartWarning } from "./engine-warnings.ts";
import { type CacheCounters, cacheEvidence } from "./evidence.ts";
import { backOffWarning, unfinishedWarning } from "./failure-warnings.ts";
import {
  completionWarnings,
  directoryWarnings,
  fallbackWarning,
  idleWarning,
  verifiedWarning,
} from "./phase-warnings.ts";
import { addBackOffs, addCounters, addErrors } from "./sums.ts";

/** Everything known about a phase that has been timed. */
export interface TimedPhase {
  readonly setup: PhaseSetup;
  /** Planned phase, if this phase is a point of its search. */
  readonly pointOf?: string;
  readonly startedAt: Date;
  readonly measurement: PhaseMeasurement;
  /** Evidence about this process during the phase. */
  readonly generator: OwnEvidence;
  readonly counters: CacheCounters;
  /** Problems of dropping or warming the page cache, as the target reports them. */
  readonly cacheProblems: readonly string[];
  /** Warnings from before the phase. */
  readonly caveats: readonly Warning[];
  /** Requests of the probe before the phase; absent: none. */
  readonly probeAttempts?: number;
  /** Operations in flight when the phase ended. */
  readonly tail: Tail;
  readonly memoryBytes: number;
  /** Why the phase ended early; null if it ran to its end. */
  readonly interrupted: string | null;
  /** Whether the interruption ended the load; false if the load had already ended. */
  readonly endedEarly: boolean;
}

/** Makes the result of a phase as it is stored. */
export function toResult(timed: TimedPhase): PhaseResult {
  const { setup, measurement } = timed;
  const { phase, dataset } = setup;
  const { elapsedNs } = measurement;
  const summaries = summarizePhase(measurement.totals, measurement.reportedNs, timed.endedEarly);
  const open = measurement.openLoop;
  const cache = cacheEvidence(setup, measurement, timed.counters);
  const found = addErrors(measurement.workers);
  const errors = timed.endedEarly ? found.filter(({ code }) => code !== UNFINISHED) : found;
  const { probeAttempts = 0 } = timed;
  const counters = {
    ...addCounters(measurement.workers),
    ...(probeAttempts === 0 ? {} : { probeAttempts }),
  };
  const backOff = addBackOffs(measurement.workers);
  const { state, reason } = stateOf(timed, summaries);
  const [all] = summaries;
  const harness = harnessRecord(timed.generator, setup, measurement, all, timed.tail);
  const idle = idleWarning(setup, measurement);
  // Nothing is limited by a load generator in a phase that ended before it was measured.
  const generator = elapsedNs === 0 ? [] : loadGeneratorWarnings(harness, idle);
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
    elapsedNs,
    ...(measurement.reportedNs === elapsedNs ? {} : { reportedNs: measurement.reportedNs }),
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
      ...timed.cacheProblems.map((problem) => givenWarning("cache-policy", problem)),
      ...cacheWarnings(cache, phase, dataset, timed.memoryBytes),
      ...verifiedWarning(setup),
      ...engineWarnings(counters, setup.threads),
      ...singlePartWarning(phase, dataset),
      ...directoryWarnings(setup),
      ...idle,
      ...completionWarnings({ ...timed, phase, state, elapsedNs }, all, errors),
      ...unfinishedWarning(found, all, timed.endedEarly),
      ...backOffWarning(backOff),
      ...pacingWarning(measurement.openLoop, all, [...idle, ...generator]),
      ...generator,
    ],
  };
}

/**
 * Warnings from before the phase that still hold: not that of a burst that ended in the phase, nor
 * that of too few slots if they sustained the rate.
 */
function stillTrue({ caveats, measurement, setup }: TimedPhase): readonly Warning[] {
  const left = hasFallen(measurement.stability);
  const carried = carriedRate(setup.phase, measurement.openLoop, setup.threads * setup.depth);
  return caveats.filter(
    ({ code }) => !(left && code === BURST_NOT_LEFT) && !(carried && code === TOO_FEW_SLOTS),
  );
}

/** Errors that invalidate a phase, with their meaning. */
const INVALIDATING_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: "the storage is full",
  EDQUOT: "the disk quota is exhausted",
  XMinioStorageFull: "the storage is full",
  ESHORT: "the dataset changed during the phase",
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
    if (what !== undefined) return { state: "failed", reason: `${what}; first error: ${first}` };
  }
  if (timed.measurement.isCanceled === true) {
    return { state: "partial", reason: "its start was canceled" };
  }
  const all = summaries[0];
  if (all !== undefined && all.operations === 0 && all.drained === 0 && all.errors > 0) {
    const first = addErrors(workers)[0]?.first ?? "no reason known";
    return { state: "failed", reason: `every operation failed; first error: ${first}` };
  }
  return { state: "complete", reason: null };
}

/** Failed worker and its error on one line, without the stack. */
export function failureReason({ worker, failure }: WorkerMeasurement): string {
  const [first = ""] = (failure?.message ?? "no reason known").split("\n");
  return `worker ${worker}: ${first}`;
}
