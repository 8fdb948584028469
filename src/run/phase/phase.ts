import { Arrivals } from "../../load/drive/arrivals.ts";
import { makeStartLine, Starter } from "../../load/drive/start-line.ts";
import type { Generations } from "../../load/source/generations.ts";
import type { OperationTotals } from "../../metrics/histogram/summary.ts";
import type { DatasetLocation, Location } from "../../model/plan/dataset.ts";
import type { EngineName, PhasePlan } from "../../model/plan/plan.ts";
import { DRAIN, type Series, type WorkerMeasurement } from "../../model/run/measurement.ts";
import type { ClientCpu, OpenLoop, ThrottledInterval } from "../../model/run/run.ts";
import type { Stability } from "../../model/run/stability.ts";
import { openLoopOf, unissuedOf, warmupMs } from "./open-loop.ts";
import type { WorkerPool } from "./pool.ts";
import { seriesOf } from "./series.ts";
import { RateWatch } from "./stability.ts";
import { type MergedInterval, TimeLine } from "./timeline.ts";
import { DRAIN_NS, startWorker, type WorkerParts } from "./worker.ts";

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
  /** Of an open loop: operations scheduled in all intervals. */
  readonly offered: number;
  readonly workers: readonly WorkerMeasurement[];
  readonly cpu: ClientCpu;
  readonly close: () => void;
}

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
      if (interval.index !== DRAIN && watch.closed(interval)) starter.endSoon();
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
    const { totals, openLoop, ...times } = total(
      task,
      { timeLine, starter, series },
      watch,
      measured,
    );
    return {
      fromNs,
      ...times,
      intervals: timeLine.intervals,
      totals: totals.chosen.result(),
      whole: totals.whole.result(),
      stability: watch.stability(measured),
      openLoop,
      offered: totals.whole.offered,
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

/** Adds up what the workers measured, and what they left of an open loop. */
function total(
  task: PhaseTask,
  { timeLine, starter, series }: Pick<WorkerParts, "timeLine" | "starter" | "series">,
  watch: RateWatch,
  workers: readonly WorkerMeasurement[],
) {
  const { phase, seed, drainNs = DRAIN_NS } = task;
  const { rate } = phase;
  const elapsedNs = workers.reduce((longest, { elapsedNs }) => Math.max(longest, elapsedNs), 0);
  const ended = { phase, seed, series, workers, claimed: starter.claimed, elapsedNs, drainNs };
  const loop = rate === null ? null : { ...ended, rate };
  const unissued = loop === null ? null : unissuedOf(loop, timeLine.due);
  timeLine.addUnissued(unissued?.latencies ?? []);
  const part = watch.part();
  const totals = timeLine.total(part);
  const left = { operations: unissued?.operations ?? 0, overdue: timeLine.overdue };
  const fromNs = (part?.from ?? 0) * task.intervalNs;
  const openLoop = loop === null ? null : openLoopOf(loop, left, totals, fromNs);
  return { elapsedNs, reportedNs: totals.chosenNs ?? elapsedNs, totals, openLoop };
}

/** Waits for every worker before the first failure is thrown: none may outlive its phase. */
async function allSettled<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
