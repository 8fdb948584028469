import { readDeviceCounters, readDiskCounters } from "../environment/index.ts";
import { readOwnReadBytes, readPageBytes } from "../environment/machine/own-reads.ts";
import { deviceReadPath, readPathOf } from "../environment/machine/read-path.ts";
import type { GenerationTables } from "../load/source/generations.ts";
import { NO_TAIL } from "../metrics/generator/in-flight.ts";
import { operationsFor } from "../metrics/histogram/latency-figure.ts";
import type { DatasetLocation } from "../model/plan/dataset.ts";
import { ALTERS_FILES, needsOf, OPERATION } from "../model/plan/operation.ts";
import { longestNs, type PhasePlan } from "../model/plan/plan.ts";
import type { Environment } from "../model/run/environment.ts";
import { DRAIN, type Series, type WorkerMeasurement } from "../model/run/measurement.ts";
import type { PhaseResult, Warning } from "../model/run/run.ts";
import type { TargetSession } from "../storage/target/target.ts";
import type { RunRequest } from "./execute.ts";
import { type PhaseTask, runPhase } from "./phase/phase.ts";
import type { WorkerPool } from "./phase/pool.ts";
import type { MergedInterval } from "./phase/timeline.ts";
import { probeWarnings } from "./probe.ts";
import { burstWarning } from "./result/burst-warning.ts";
import { tellCutOff } from "./result/cut-off-writes.ts";
import type { Reading } from "./result/evidence.ts";
import { failureReason, toResult } from "./result/result.ts";
import type { RunStore } from "./store/store.ts";
import { AbortWatch } from "./watch/abort-watch.ts";
import { PhaseWatch, tailOf } from "./watch/harness.ts";
import type { PauseWatch } from "./watch/watch.ts";

/** Below this length a phase's time grid is fine, so that a short one still has a shape. */
const SHORT_PHASE_NS = 20e9;
const FINE_NS = 100e6;
const COARSE_NS = 1e9;
/** Intervals of a point of a search: enough to tell growth from chance; and the narrowest. */
const POINT_INTERVALS = 50;
const FINEST_NS = 10e6;

/** What phases of a run share. */
export interface RunParts {
  readonly session: TargetSession;
  readonly pool: WorkerPool;
  readonly store: RunStore;
  readonly environment: Environment;
  readonly generations: GenerationTables;
  readonly watch: PauseWatch;
}

/** A phase's result, and the defect of ours that ended it, if one did. */
export interface TimedResult {
  readonly result: PhaseResult;
  readonly defect: Error | null;
}

/** A phase to be timed. */
export interface Timing {
  readonly phase: PhasePlan;
  readonly repetition: number;
  /** Where it is not that of the repetition. */
  readonly seed?: number;
  /** The planned phase of whose search it is a point. */
  readonly pointOf?: string;
  /** False: what is to be known before it was said already. */
  readonly warns?: boolean;
}

/** Prepares one phase, times it, and turns what the workers measured into its result. */
export async function timePhase(
  request: RunRequest,
  parts: RunParts,
  timing: Timing,
): Promise<TimedResult> {
  const { phase, repetition, pointOf } = timing;
  const { session, store, environment } = parts;
  const dataset = await prepare(request, session, phase);
  const resolved = request.resolve(phase);
  const intervalNs = intervalOf(request, timing);
  const seed = timing.seed ?? request.plan.seed + repetition - 1;
  const task: PhaseTask = {
    ...resolved,
    ...{ phase, dataset, repetition, intervalNs, seed },
    location: session.location,
    generations: parts.generations.of(dataset),
    signal: AbortSignal.any([request.signal, store.failed]),
  };
  // Before the cache is emptied: what is tried out is in it afterwards.
  const doubts = await doubtsBefore(request, parts, timing, task);
  const cacheProblems = await session.setCache(dataset, phase.cache, task.signal);
  const residentShareBefore = await session.residency(dataset, phase.cache, task.signal);
  const read = reader(session, environment);
  const startedAt = new Date();
  let context = { phase: phase.name, repetition, startedAtMs: startedAt.getTime() };
  const watch = watcher(request, timing);
  const own = new PhaseWatch(parts.watch, resolved.engine === "uring");
  let before = read();
  let started = before;
  request.events.measuring(phase, repetition);
  let tail = NO_TAIL;
  const abort = new AbortWatch(task.signal);
  const measured = await runPhase(
    {
      ...task,
      onStart: (startedAtMs) => {
        context = { ...context, startedAtMs };
        started = read();
      },
      onMeasuring: () => {
        before = read();
        own.begin();
      },
      onInterval: (cell, series) => {
        store.interval(cell, series, context);
        if (cell.index === DRAIN) tail = tailOf(cell, series);
        else watch(cell, series);
      },
    },
    parts.pool,
  ).finally(() => {
    // A phase that failed may have changed some files too.
    if (!phase.mix.some(({ operation }) => ALTERS_FILES.has(operation))) return;
    session.changed(phase.dataset, ...(wroteAll(phase) ? [phase.objects] : []));
  });
  tellCutOff(session, measured.workers);
  const after = read();
  const evidence = own.end(measured.fromNs, environment, request.floors ?? null);
  const residentShareAfter = await session.residency(dataset, phase.cache).catch(() => null);
  const interrupted = interruptionOf(request, store);
  const { memoryBytes } = environment;
  const resident = { residentShareBefore, residentShareAfter };
  const counted = { started, before, after, resident, ...pathOf(session, environment) };
  const timed = { phase, repetition, resolved, dataset, startedAt, intervalNs, measured, evidence };
  const early = { cacheProblems, doubts, ...(pointOf === undefined ? {} : { pointOf }) };
  const endedEarly = abort.endedBy(measured.fromNs + BigInt(Math.ceil(measured.elapsedNs)));
  const around = { watch: counted, memoryBytes, interrupted, endedEarly, tail };
  const result = toResult({ ...timed, ...early, ...around });
  measured.close();
  return { result, defect: defectOf(measured.workers) };
}

/** Why a phase ended before its time; null where it did not. */
function interruptionOf({ signal }: RunRequest, { failed }: RunStore): string | null {
  if (failed.aborted) return "its results could not be stored any more";
  return signal.aborted ? "interrupted" : null;
}

/** What is to be known before a phase is timed; said now, unless it was said already. */
async function doubtsBefore(
  request: RunRequest,
  { pool }: RunParts,
  { phase, pointOf, warns }: Timing,
  task: PhaseTask,
): Promise<readonly Warning[]> {
  // A search asks for more than the slots carry on purpose.
  const probed = pointOf === undefined ? await probeWarnings(task, pool) : [];
  const burst = burstWarning(request.target, phase);
  const doubts = [...(burst === null ? [] : [burst]), ...probed];
  if (warns !== false) for (const { message } of doubts) request.events.warned(phase, message);
  return doubts;
}

/** Reads what storage and kernel have counted until now. */
function reader({ location }: TargetSession, { mount }: Environment): () => Reading {
  return () => ({
    device:
      location.kind === "device"
        ? readDiskCounters(location.deviceNumber)
        : readDeviceCounters(mount),
    ownReadBytes: readOwnReadBytes(),
    atNs: process.hrtime.bigint(),
  });
}

function pathOf({ location }: TargetSession, { mount }: Environment) {
  const path =
    location.kind === "device" ? deviceReadPath(location.deviceNumber) : readPathOf(mount);
  return { path, pageBytes: readPageBytes() };
}

/** What a worker threw that no machine is to blame for, with the worker's own stack. */
function defectOf(workers: readonly WorkerMeasurement[]): Error | null {
  const failed = workers.find(({ failure }) => failure?.kind === "internal");
  if (failed?.failure == null) return null;
  const error = new Error(failureReason(failed));
  error.stack = `worker ${failed.worker}: ${failed.failure.message}`;
  return error;
}

/** All objects lie there now as the phase put them. */
function wroteAll({ mix }: PhasePlan): boolean {
  return needsOf(mix.map(({ operation }) => operation)) === "absent";
}

async function prepare(
  request: RunRequest,
  session: TargetSession,
  phase: PhasePlan,
): Promise<DatasetLocation> {
  const plan = request.plan.datasets.find(({ name }) => name === phase.dataset);
  if (plan === undefined) throw new Error(`the plan has no dataset ${phase.dataset}`);
  const operations = phase.mix.map(({ operation }) => operation);
  return session.prepare(plan, needsOf(operations), {
    objects: phase.objects,
    entityTags: operations.some((one) => OPERATION[one].reliesOn === "tags"),
    renames: operations.some((one) => OPERATION[one].reliesOn === "names"),
    progress: (done, total, what) => request.events.preparing(phase, done, total, what),
    signal: request.signal,
  });
}

function intervalOf(request: RunRequest, { phase, pointOf }: Timing): number {
  const lengthNs = longestNs(phase.limit) ?? SHORT_PHASE_NS;
  const usual = lengthNs < SHORT_PHASE_NS ? FINE_NS : COARSE_NS;
  const plannedNs = request.plan.intervalNs > 0 ? request.plan.intervalNs : usual;
  if (pointOf === undefined) return plannedNs;
  // Whether the backlog of a point grows is seen from interval to interval.
  const finestNs = Math.min(plannedNs, FINEST_NS);
  return Math.max(finestNs, Math.min(plannedNs, Math.floor(lengthNs / POINT_INTERVALS)));
}

/** Turns closed intervals into progress for whoever watches the run. */
function watcher(
  request: RunRequest,
  { phase, repetition, pointOf }: Timing,
): (cell: MergedInterval, series: readonly Series[]) => void {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  let errors = 0;
  return (cell, series) => {
    errors += sum(cell.errors);
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
      repetitions: pointOf === undefined ? request.plan.repetitions : 1,
      elapsedNs: cell.fromNs + cell.widthNs,
      totalNs: longestNs(phase.limit),
      operationsPerSecond: sum(cell.operations) * perSecond,
      bytesPerSecond: sum(cell.bytes) * perSecond,
      p99Ns: slowest.length === 0 ? null : Math.max(...slowest),
      errors,
    });
  };
}
