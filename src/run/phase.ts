import { MessageChannel } from "node:worker_threads";
import { Arrivals } from "../load/arrivals.ts";
import type { Generations } from "../load/generations.ts";
import { makeStartLine, Starter } from "../load/start-line.ts";
import type { WorkerTask } from "../load/task.ts";
import type { OperationTotals } from "../metrics/summary.ts";
import type { DatasetLocation, Location } from "../model/dataset.ts";
import { machineReason, messageOf } from "../model/errors.ts";
import {
  DRAIN,
  type IntervalRecord,
  type Series,
  type WorkerMeasurement,
} from "../model/measurement.ts";
import { type EngineName, longestNs, type PhasePlan } from "../model/plan.ts";
import type { ClientCpu, OpenLoop, ThrottledInterval } from "../model/run.ts";
import type { Stability } from "../model/stability.ts";
import { openLoopOf } from "./open-loop.ts";
import type { WorkerPool } from "./pool.ts";
import { quietNs } from "./quiet.ts";
import { seriesOf } from "./series.ts";
import { RateWatch } from "./stability.ts";
import { type MergedInterval, TimeLine } from "./timeline.ts";

/** A phase, ready to be timed: its data is there and its engine chosen. */
export interface PhaseTask {
  readonly phase: PhasePlan;
  readonly engine: EngineName;
  readonly threads: number;
  readonly depth: number;
  readonly location: Location;
  readonly dataset: DatasetLocation;
  readonly seed: number;
  readonly repetition: number;
  readonly intervalNs: number;
  readonly generations: Generations | null;
  /** How long the drain may take; absent: {@link DRAIN_NS}. */
  readonly drainNs?: number;
  /** Aborted: end early and keep what was measured. */
  readonly signal: AbortSignal;
  /** Called when measuring begins: at the start, or when the warm-up is over. */
  readonly onMeasuring?: () => void;
  /** Called as the load begins, with when measuring will begin, milliseconds since 1970. */
  readonly onStart?: (measuringAtMs: number) => void;
  readonly onInterval?: (interval: MergedInterval, series: readonly Series[]) => void;
}

/** What the workers of a phase came to, added. The histograms are the caller's to free. */
export interface PhaseMeasurement {
  /** When the time grid begins, on the process-wide clock: the start, or the warm-up's end. */
  readonly fromNs: bigint;
  readonly elapsedNs: number;
  readonly intervals: number;
  /** Of what is reported, and how long that was. */
  readonly totals: readonly OperationTotals[];
  readonly reportedNs: number;
  /** Of all intervals. */
  readonly whole: readonly OperationTotals[];
  readonly stability: Stability;
  readonly throttling: readonly ThrottledInterval[];
  readonly openLoop: OpenLoop | null;
  readonly workers: readonly WorkerMeasurement[];
  readonly cpu: ClientCpu;
  readonly close: () => void;
}

/** What is in flight at the end may take so long before it is given up. */
export const DRAIN_NS = 10e9;

/** Times one phase on all workers at once. A failure of a worker is in its measurement. */
export async function runPhase(task: PhaseTask, pool: WorkerPool): Promise<PhaseMeasurement> {
  await pool.resize(task.threads);
  const series = seriesOf(task);
  const { rate } = task.phase;
  const watch = new RateWatch(task.phase, task.intervalNs, series);
  const memory = makeStartLine();
  const starter = new Starter(memory);
  const arrivals = rate === null ? null : new Arrivals(rate, warmupMs(task.phase), task.seed);
  const timeLine = new TimeLine(
    series,
    task.threads,
    task.intervalNs,
    (interval) => {
      task.onInterval?.(interval, series);
      if (interval.index !== DRAIN && watch.closed(interval)) starter.stop();
    },
    arrivals,
    watch.chooses,
  );
  const stop = (): void => starter.cancel();
  task.signal.addEventListener("abort", stop, { once: true });
  let cpuBefore = process.cpuUsage();
  let timer: NodeJS.Timeout | undefined;
  try {
    const workers = Array.from({ length: task.threads }, (_, worker) =>
      startWorker(task, pool, { worker, series, memory, timeLine, starter }),
    );
    await starter.allReady(task.threads);
    const warmup = warmupMs(task.phase);
    const measuring = (): void => {
      cpuBefore = process.cpuUsage();
      task.onMeasuring?.();
    };
    // Not when the timer rings: under load that is late, and stamps of intervals would overlap.
    task.onStart?.(Date.now() + warmup);
    if (warmup === 0) measuring();
    else timer = setTimeout(measuring, warmup);
    if (task.signal.aborted) starter.cancel();
    else starter.go();
    const fromNs = process.hrtime.bigint() + BigInt(Math.round(warmup * 1e6));
    const measured = await allSettled(workers);
    const process_ = process.cpuUsage(cpuBefore);
    const elapsedNs = measured.reduce((longest, { elapsedNs }) => Math.max(longest, elapsedNs), 0);
    const part = watch.part();
    const totals = timeLine.total(part);
    const reportedNs = totals.chosenNs ?? elapsedNs;
    const reportedFromNs = totals.chosenNs === null ? 0 : (part?.from ?? 0) * task.intervalNs;
    const times = { elapsedNs, endsNs: longestNs(task.phase.limit), reportedFromNs, reportedNs };
    return {
      fromNs,
      elapsedNs,
      intervals: timeLine.intervals,
      totals: totals.chosen.result(),
      reportedNs,
      whole: totals.whole.result(),
      stability: watch.stability(measured),
      openLoop: rate === null ? null : openLoopOf(timeLine, measured, rate, times),
      throttling: timeLine.throttling,
      workers: measured,
      cpu: cpuOf(measured, process_),
      close: () => timeLine.close(),
    };
  } finally {
    clearTimeout(timer);
    task.signal.removeEventListener("abort", stop);
  }
}

function cpuOf(
  workers: readonly WorkerMeasurement[],
  { user, system }: NodeJS.CpuUsage,
): ClientCpu {
  return {
    workersUserNs: workers.reduce((sum, { own }) => sum + (own?.cpuUserNs ?? 0), 0),
    workersSystemNs: workers.reduce((sum, { own }) => sum + (own?.cpuSystemNs ?? 0), 0),
    processUserNs: user * 1000,
    processSystemNs: system * 1000,
  };
}

/** How long the load lasts before the measurement, milliseconds. */
function warmupMs({ limit, warmupNs }: PhasePlan): number {
  return longestNs(limit) === null ? 0 : warmupNs / 1e6;
}

interface WorkerParts {
  readonly worker: number;
  readonly series: readonly Series[];
  readonly memory: SharedArrayBuffer;
  readonly timeLine: TimeLine;
  readonly starter: Starter;
}

/** Starts a worker and resolves when it is done and all its intervals are in. */
async function startWorker(
  task: PhaseTask,
  pool: WorkerPool,
  parts: WorkerParts,
): Promise<WorkerMeasurement> {
  const { worker, series, memory, timeLine, starter } = parts;
  const { port1, port2 } = new MessageChannel();
  let unstored: unknown = null;
  let movedBytes = 0;
  port1.on("message", (records: readonly IntervalRecord[]) => {
    try {
      for (const record of records) {
        timeLine.add(record);
        if (record.index !== DRAIN) for (const bytes of record.bytes) movedBytes += bytes;
      }
    } catch (error) {
      // The results' disk is full, say: the load ends at once, and the caller hears why.
      unstored ??= error;
      starter.cancel();
    }
  });
  const allIn = new Promise<void>((resolve) => port1.once("close", () => resolve()));
  const workerTask: WorkerTask = {
    worker,
    workers: task.threads,
    engine: task.engine,
    phase: task.phase,
    depth: task.depth,
    location: task.location,
    dataset: task.dataset,
    series,
    seed: task.seed,
    repetition: task.repetition,
    intervalNs: task.intervalNs,
    drainNs: task.drainNs ?? DRAIN_NS,
    quietNs: quietNs(task.phase, task.dataset),
    startLine: memory,
    generations: task.generations,
    port: port2,
  };
  let measured: WorkerMeasurement;
  try {
    measured = await pool.start(workerTask);
  } catch (error) {
    port1.close();
    measured = died(worker, error);
  }
  if (measured.failure !== null) starter.cancel();
  await allIn;
  if (unstored !== null) throw unstored;
  timeLine.finish(worker);
  return { ...measured, movedBytes };
}

/** Waits for every worker before the first failure is thrown: none may outlive its phase. */
async function allSettled<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

/** A thread ends by itself only where it could not load its own code, or was made to. */
function died(worker: number, error: unknown): WorkerMeasurement {
  const reason = machineReason(error);
  return {
    worker,
    elapsedNs: 0,
    own: null,
    errors: [],
    counters: {},
    failure:
      reason === null
        ? { kind: "internal", message: `its thread died: ${messageOf(error)}` }
        : { kind: "machine", message: reason },
  };
}
