import { readDeviceCounters, readOwnReadBytes } from "../environment/machine/counters.ts";
import { readPageBytes, readPathOf } from "../environment/machine/read-path.ts";
import type { PhaseSetup } from "../load/task.ts";
import { NO_TAIL } from "../metrics/generator/in-flight.ts";
import { ALTERS_FILES, needsOf } from "../model/plan/operation.ts";
import { type CachePolicy, longestNs, type PhasePlan } from "../model/plan/plan.ts";
import type { Environment } from "../model/run/environment.ts";
import { DRAIN, type WorkerMeasurement } from "../model/run/measurement.ts";
import type { TargetSession } from "../storage/target/target.ts";
import { reportCutOff } from "./cleanup.ts";
import type { TimedResult } from "./generator.ts";
import { PhaseMonitor, tailOf } from "./monitor/monitor.ts";
import { MIN_SAMPLE_NS, Sampler } from "./monitor/sampler.ts";
import { runPhase } from "./phase/phase.ts";
import { probeLoad } from "./phase/probe.ts";
import { ProgressReporter, repetitionsOf } from "./progress.ts";
import type { RunRequest } from "./request.ts";
import { burstWarning } from "./result/burst-warning.ts";
import type { CacheCounters, CounterReading } from "./result/evidence.ts";
import { failureReason, type TimedPhase, toResult } from "./result/result.ts";
import { type PhaseLink, type RunParts, setUp, type Threads, type Timing } from "./setup.ts";
import type { RunStore } from "./store/store.ts";

/** Work of applying a cache policy, as shown while it lasts; null if it takes no time. */
const CACHE_WORK: Readonly<Record<CachePolicy, string | null>> = {
  direct: null,
  dropped: "dropping the page cache",
  warm: "reading the dataset into the page cache",
};

/** Prepares and times one phase; returns its result. */
export async function timePhase(
  request: RunRequest,
  parts: RunParts & Threads,
  timing: Timing,
): Promise<TimedResult> {
  const { phase, repetition, pointOf, link } = timing;
  const { session, store, environment } = parts;
  const setup = await setUp(request, parts, timing);
  const { dataset } = setup;
  const signal = AbortSignal.any([request.signal, store.failed]);
  // Before the cache is emptied, because the probe fills it.
  const caveats = await caveatsBefore(request, parts, timing, setup, signal);
  const { cacheProblems, residentShareBefore } = await setCache(request, session, setup, signal);
  const counters = new Counters(session, environment);
  const startedAt = new Date();
  const { name, matrix } = phase;
  let context = { phase: name, repetition, startedAtMs: startedAt.getTime(), matrix };
  const progress = new ProgressReporter(request, timing, setup);
  const own = new PhaseMonitor(parts.pauses, setup.engine);
  let tail = NO_TAIL;
  const abort = new AbortTime(signal);
  const sampler = new Sampler(
    () => readDeviceCounters(storageOf(session, environment)).counters,
    (sample) => {
      store.sample(sample, context);
      link?.sample(sample);
    },
  );
  const measurement = await runPhase(setup, parts.pool, {
    signal,
    ...startOf(link, setup),
    onStart: (startedAtMs) => {
      context = { ...context, startedAtMs };
      counters.started();
    },
    onReleased: () => {
      parts.loadStarted();
      request.events.measuring(phase, repetition, repetitionsOf(request, timing));
    },
    onMeasuring: () => {
      counters.measuring();
      own.begin();
      if ((longestNs(phase.limit) ?? MIN_SAMPLE_NS) >= MIN_SAMPLE_NS) sampler.begin();
    },
    onInterval: (cell, series) => {
      store.interval(cell, series, context);
      link?.interval(cell);
      if (cell.index === DRAIN) tail = tailOf(cell, series, setup.drainNs);
      else progress.add(cell, series);
    },
  }).finally(() => {
    sampler.end();
    progress.close();
    reportChanges(session, phase);
  });
  reportCutOff(session, measurement.workers);
  const readings = counters.ended();
  const generator = own.end(measurement.fromNs, environment, request.floors ?? null);
  const residentShareAfter = await session.residency(dataset, phase.cache).catch(() => null);
  const resident = { residentShareBefore, residentShareAfter };
  const result = toResult({
    ...{ setup, startedAt, measurement, generator, tail, cacheProblems, ...caveats },
    ...(pointOf === undefined ? {} : { pointOf }),
    counters: { ...readings, resident, ...pathOf(session, environment) },
    memoryBytes: environment.memoryBytes,
    interrupted: interruptionOf(request, store),
    endedEarly: abort.endedBy(measurement.fromNs + BigInt(Math.ceil(measurement.elapsedNs))),
  });
  link?.measured(measurement);
  measurement.close();
  return { result, defect: defectOf(measurement.workers) };
}

/** Applies the cache policy of a phase. */
async function setCache(
  { events }: RunRequest,
  session: TargetSession,
  { phase, dataset }: PhaseSetup,
  signal: AbortSignal,
) {
  const cacheWork = CACHE_WORK[phase.cache];
  const hasCache = session.setCache !== undefined;
  if (hasCache && cacheWork !== null) events.preparing(phase, 0, 0, cacheWork);
  const cacheProblems = (await session.setCache?.(dataset, phase.cache, signal)) ?? [];
  const residentShareBefore = await session.residency(dataset, phase.cache, signal);
  return { cacheProblems, residentShareBefore };
}

/** Hooks that start and end the phase together with other hosts; none without them. */
function startOf(link: PhaseLink | undefined, setup: PhaseSetup) {
  if (link === undefined) return {};
  return { instant: () => link.instant(setup), onControl: link.onControl };
}

/**
 * Returns the warnings before a phase and the requests of its probe; also sends the warnings as
 * events unless `warns` is false.
 */
async function caveatsBefore(
  request: RunRequest,
  { pool }: Threads,
  { phase, pointOf, warns }: Timing,
  setup: PhaseSetup,
  signal: AbortSignal,
): Promise<Pick<TimedPhase, "caveats" | "probeAttempts">> {
  // A search exceeds the capacity of the slots on purpose.
  const none = { warnings: [], attempts: 0 };
  const probed = pointOf === undefined ? await probeLoad(setup, pool, signal) : none;
  const burst = burstWarning(request.target, phase);
  const caveats = [...(burst === null ? [] : [burst]), ...probed.warnings];
  if (warns !== false) for (const { message } of caveats) request.events.warned(phase, message);
  return { caveats, probeAttempts: probed.attempts };
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

/** Minimum time between two readings of the counters, nanoseconds. */
const READ_AGAIN_NS = 2_000_000n;

/** Readings of the counters of device and kernel around a phase. */
class Counters {
  private readonly read: () => CounterReading;
  private start: CounterReading | null = null;
  private before: CounterReading | null = null;

  constructor(session: TargetSession, environment: Environment) {
    const storage = storageOf(session, environment);
    this.read = () => ({
      device: readDeviceCounters(storage),
      ownReadBytes: readOwnReadBytes(),
      atNs: process.hrtime.bigint(),
    });
  }

  /** Called at the start of the load. */
  started(): void {
    this.start = this.read();
  }

  /** Called when measuring starts: without a warm-up, right after the start of the load. */
  measuring(): void {
    const { start } = this;
    const isRecent = start !== null && process.hrtime.bigint() - start.atNs < READ_AGAIN_NS;
    this.before = isRecent ? start : this.read();
  }

  /** Called at the end; a phase that was canceled has equal readings. */
  ended(): Pick<CacheCounters, "started" | "before" | "after"> {
    const after = this.read();
    return { started: this.start ?? after, before: this.before ?? after, after };
  }
}

/** The path of the reads of a target, which is the same in all phases of a run. */
const paths = new WeakMap<TargetSession, ReturnType<typeof readPath>>();

function pathOf(session: TargetSession, environment: Environment) {
  const path = paths.get(session) ?? readPath(session, environment);
  paths.set(session, path);
  return path;
}

function readPath(session: TargetSession, environment: Environment) {
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
export function reportChanges(session: TargetSession, phase: PhasePlan): void {
  if (!phase.mix.some(({ operation }) => ALTERS_FILES.has(operation))) return;
  session.changed(phase.dataset, ...(wroteAll(phase) ? [phase.objects] : []));
}

/** Whether the phase wrote all objects of its dataset. */
function wroteAll({ mix }: PhasePlan): boolean {
  return needsOf(mix.map(({ operation }) => operation)) === "absent";
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
