import { readDeviceCounters, readOwnReadBytes } from "../environment/machine/counters.ts";
import { readPageBytes, readPathOf } from "../environment/machine/read-path.ts";
import type { PhaseSetup } from "../load/task.ts";
import { NO_TAIL } from "../metrics/generator/in-flight.ts";
import { operationsFor } from "../metrics/histogram/latency-figure.ts";
import { ALTERS_FILES, needsOf } from "../model/plan/operation.ts";
import { type CachePolicy, longestNs, type PhasePlan } from "../model/plan/plan.ts";
import type { Environment } from "../model/run/environment.ts";
import { DRAIN, type Series, type WorkerMeasurement } from "../model/run/measurement.ts";
import type { PhaseResult, Warning } from "../model/run/run.ts";
import type { TargetSession } from "../storage/target/target.ts";
import { reportCutOff } from "./cleanup.ts";
import { PhaseMonitor, tailOf } from "./monitor/monitor.ts";
import type { PhaseInterval } from "./phase/intervals.ts";
import { runPhase } from "./phase/phase.ts";
import { probeWarnings } from "./phase/probe.ts";
import type { RunRequest } from "./request.ts";
import { burstWarning } from "./result/burst-warning.ts";
import type { CounterReading } from "./result/evidence.ts";
import { failureReason, toResult } from "./result/result.ts";
import { type RunParts, setUp, type Timing } from "./setup.ts";
import type { RunStore } from "./store/store.ts";

/** Result of a phase, and the internal error that ended it; null if there was none. */
export interface TimedResult {
  readonly result: PhaseResult;
  readonly defect: Error | null;
}

/** Work of applying a cache policy, as shown while it lasts; null if it takes no time. */
const CACHE_WORK: Readonly<Record<CachePolicy, string | null>> = {
  direct: null,
  dropped: "dropping the page cache",
  warm: "reading the dataset into the page cache",
};

/** Prepares and times one phase; returns its result. */
export async function timePhase(
  request: RunRequest,
  parts: RunParts,
  timing: Timing,
): Promise<TimedResult> {
  const { phase, repetition, pointOf } = timing;
  const { session, store, environment } = parts;
  const setup = await setUp(request, parts, timing);
  const { dataset } = setup;
  const signal = AbortSignal.any([request.signal, store.failed]);
  // Before the cache is emptied, because the probe fills it.
  const caveats = await caveatsBefore(request, parts, timing, setup, signal);
  const cacheWork = CACHE_WORK[phase.cache];
  if (cacheWork !== null) request.events.preparing(phase, 0, 0, cacheWork);
  const cacheProblems = await session.setCache(dataset, phase.cache, signal);
  const residentShareBefore = await session.residency(dataset, phase.cache, signal);
  const read = reader(session, environment);
  const startedAt = new Date();
  const { name, matrix } = phase;
  let context = { phase: name, repetition, startedAtMs: startedAt.getTime(), matrix };
  const report = progressReporter(request, timing, setup);
  const own = new PhaseMonitor(parts.pauses, setup.engine === "uring");
  let before = read();
  let started = before;
  let tail = NO_TAIL;
  const abort = new AbortTime(signal);
  const measurement = await runPhase(setup, parts.pool, {
    signal,
    onStart: (startedAtMs) => {
      context = { ...context, startedAtMs };
      started = read();
    },
    onReleased: () => {
      parts.loadStarted();
      request.events.measuring(phase, repetition, repetitionsOf(request, timing));
    },
    onMeasuring: () => {
      before = read();
      own.begin();
    },
    onInterval: (cell, series) => {
      store.interval(cell, series, context);
      if (cell.index === DRAIN) tail = tailOf(cell, series, setup.drainNs);
      else report(cell, series);
    },
  }).finally(() => reportChanges(session, phase));
  reportCutOff(session, measurement.workers);
  const after = read();
  const generator = own.end(measurement.fromNs, environment, request.floors ?? null);
  const residentShareAfter = await session.residency(dataset, phase.cache).catch(() => null);
  const resident = { residentShareBefore, residentShareAfter };
  const result = toResult({
    ...{ setup, startedAt, measurement, generator, tail, cacheProblems, doubts: caveats },
    ...(pointOf === undefined ? {} : { pointOf }),
    counters: { started, before, after, resident, ...pathOf(session, environment) },
    memoryBytes: environment.memoryBytes,
    interrupted: interruptionOf(request, store),
    endedEarly: abort.endedBy(measurement.fromNs + BigInt(Math.ceil(measurement.elapsedNs))),
  });
  measurement.close();
  return { result, defect: defectOf(measurement.workers) };
}

/** Returns the warnings before a phase; also sends them as events unless `warns` is false. */
async function caveatsBefore(
  request: RunRequest,
  { pool }: RunParts,
  { phase, pointOf, warns }: Timing,
  setup: PhaseSetup,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  // A search exceeds the capacity of the slots on purpose.
  const probed = pointOf === undefined ? await probeWarnings(setup, pool, signal) : [];
  const burst = burstWarning(request.target, phase);
  const caveats = [...(burst === null ? [] : [burst]), ...probed];
  if (warns !== false) for (const { message } of caveats) request.events.warned(phase, message);
  return caveats;
}

/** Reason why a phase ended early; null if it did not. */
function interruptionOf({ signal }: RunRequest, { failed }: RunStore): string | null {
  if (failed.aborted) return "its results could not be stored";
  return signal.aborted ? "interrupted" : null;
}

/** Storage of the data: the number of a target device, else the mount of the target. */
function storageOf({ location }: TargetSession, { mount }: Environment) {
  return location.kind === "device" ? location.deviceNumber : mount;
}

/** Returns a function that reads the counters of device and kernel. */
function reader(session: TargetSession, environment: Environment): () => CounterReading {
  const storage = storageOf(session, environment);
  return () => ({
    device: readDeviceCounters(storage),
    ownReadBytes: readOwnReadBytes(),
    atNs: process.hrtime.bigint(),
  });
}

function pathOf(session: TargetSession, environment: Environment) {
  return { path: readPathOf(storageOf(session, environment)), pageBytes: readPageBytes() };
}

/** Internal error of a worker, with the worker's own stack; null if there is none. */
function defectOf(workers: readonly WorkerMeasurement[]): Error | null {
  const failed = workers.find(({ failure }) => failure?.kind === "internal");
  if (failed?.failure == null) return null;
  const error = new Error(failureReason(failed));
  error.stack = `worker ${failed.worker}: ${failed.failure.message}`;
  return error;
}

/** Reports changes of a dataset to the target; a failed phase may have changed files as well. */
function reportChanges(session: TargetSession, phase: PhasePlan): void {
  if (!phase.mix.some(({ operation }) => ALTERS_FILES.has(operation))) return;
  session.changed(phase.dataset, ...(wroteAll(phase) ? [phase.objects] : []));
}

/** Whether the phase wrote all objects of its dataset. */
function wroteAll({ mix }: PhasePlan): boolean {
  return needsOf(mix.map(({ operation }) => operation)) === "absent";
}

/** Returns a function that turns closed intervals into progress events. */
function progressReporter(
  request: RunRequest,
  timing: Timing,
  setup: PhaseSetup,
): (cell: PhaseInterval, series: readonly Series[]) => void {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const { phase, repetition } = timing;
  const repetitions = repetitionsOf(request, timing);
  let errors = 0;
  let done = { operations: 0, bytes: 0 };
  return (cell, series) => {
    errors += sum(cell.errors);
    const [operations, bytes] = [sum(cell.operations), sum(cell.bytes)];
    done = { operations: done.operations + operations, bytes: done.bytes + bytes };
    const perSecond = cell.widthNs > 0 ? 1e9 / cell.widthNs : 0;
    const slowest = series.flatMap(({ metric }, index) => {
      const histogram = cell.histograms[index];
      if (metric !== "service" || histogram === undefined) return [];
      if (histogram.totalCount < operationsFor(0.99)) return [];
      return [histogram.getValueAtPercentile(99)];
    });
    request.events.progress({
      phase,
      repetition,
      repetitions,
      elapsedNs: cell.fromNs + cell.widthNs,
      totalNs: longestNs(phase.limit),
      operationsPerSecond: operations * perSecond,
      bytesPerSecond: bytes * perSecond,
      p99Ns: slowest.length === 0 ? null : Math.max(...slowest),
      errors,
      doneShare: doneShare(setup, { ...done, operations: done.operations + errors }),
    });
  };
}

/** Repetitions of a phase in its run; a point of a search is one of its own. */
function repetitionsOf({ plan }: RunRequest, { pointOf }: Timing): number {
  return pointOf === undefined ? plan.repetitions : 1;
}

/**
 * Share of a phase's planned count; null if time ends the phase. Operations that failed count as
 * well. Of passes over the dataset an estimate, by bytes if the operations transfer any.
 */
function doneShare(
  { phase, dataset }: PhaseSetup,
  done: { readonly operations: number; readonly bytes: number },
): number | null {
  const { limit } = phase;
  if (limit.kind === "operations") return done.operations / limit.operations;
  if (limit.kind === "bytes") return done.bytes / limit.bytes;
  if (limit.kind !== "epochs") return null;
  if (done.bytes > 0) return Math.min(1, done.bytes / (limit.epochs * dataset.totalBytes));
  return Math.min(1, done.operations / (limit.epochs * dataset.count));
}

/** Records when a signal is aborted, on the process-wide clock. */
class AbortTime {
  private atNs: bigint | null;
  private readonly signal: AbortSignal;
  private readonly onAbort = (): void => {
    this.atNs = process.hrtime.bigint();
  };

  constructor(signal: AbortSignal) {
    this.signal = signal;
    // A signal that is already aborted counts as aborted before any instant.
    this.atNs = signal.aborted ? 0n : null;
    signal.addEventListener("abort", this.onAbort, { once: true });
  }

  /** Stops recording; returns whether the signal was aborted at an instant or before it. */
  endedBy(instantNs: bigint): boolean {
    this.signal.removeEventListener("abort", this.onAbort);
    return this.atNs !== null && this.atNs <= instantNs;
  }
}
