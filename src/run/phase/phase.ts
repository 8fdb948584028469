/**
 * One phase on its worker threads: `runPhase` starts the workers (`pool.ts`, `worker.ts`), releases
 * them together (`start.ts`), adds their intervals by index (`intervals.ts`, `totals.ts`) and
 * evaluates the stability of the rate (`stability.ts`) and the outcome of an open loop
 * (`open-loop.ts`). It does not prepare data, store results or evaluate thresholds. Read this file
 * first, then `intervals.ts`.
 */
import { makeStartLine, Starter } from "../../load/drive/start-line.ts";
import type { PhaseSetup } from "../../load/task.ts";
import type { OperationTotals } from "../../metrics/histogram/summary.ts";
import { warmupMs } from "../../model/plan/intervals.ts";
import type { RatePlan } from "../../model/plan/rate.ts";
import type { ClientCpu } from "../../model/run/harness.ts";
import { DRAIN, type Series, type WorkerMeasurement } from "../../model/run/measurement.ts";
import type { OpenLoop, ThrottledInterval } from "../../model/run/run.ts";
import type { Stability } from "../../model/run/stability.ts";
import { type PhaseInterval, PhaseIntervals } from "./intervals.ts";
import type { PhaseLoop } from "./open-loop.ts";
import type { WorkerPool } from "./pool.ts";
import { seriesOf } from "./series.ts";
import { RateSeries } from "./stability.ts";
import { type Started, type StartHooks, start } from "./start.ts";
import { startWorker } from "./worker.ts";

/** Callbacks and stop signal of a phase. */
export interface PhaseHooks extends StartHooks {
  /** Ends the phase early when aborted; the results so far are kept. */
  readonly signal: AbortSignal;
  readonly onInterval?: (interval: PhaseInterval, series: readonly Series[]) => void;
}

/** Sum of what the workers of a phase measured. The caller frees the histograms. */
export interface PhaseMeasurement {
  /** Start of the load on the process-wide clock: the given instant, or that of the release. */
  readonly startNs: bigint;
  /** True: the start was canceled, and nothing was issued. Absent if the load started. */
  readonly isCanceled?: true;
  /** From the start to the first operation of the last worker; null if no operation was issued. */
  readonly firstIssueNs: number | null;
  /** Start of the time grid on the process-wide clock: that of the load, or end of the warm-up. */
  readonly fromNs: bigint;
  readonly elapsedNs: number;
  readonly intervals: number;
  /** Totals of the reported part, and its length. */
  readonly totals: readonly OperationTotals[];
  readonly reportedNs: number;
  /** Totals of all intervals. */
  readonly whole: readonly OperationTotals[];
  readonly stability: Stability;
  readonly throttling: readonly ThrottledInterval[];
  readonly openLoop: OpenLoop | null;
  /** Operations scheduled in all intervals; 0 in a closed loop. */
  readonly offered: number;
  readonly workers: readonly WorkerMeasurement[];
  readonly cpu: ClientCpu;
  /** SHA-256 of the totals of all intervals, see `TotalsHash`. */
  readonly wholeHash: () => string;
  readonly close: () => void;
}

/** Times one phase on all workers concurrently. A worker's failure is in its measurement. */
export async function runPhase(
  setup: PhaseSetup,
  pool: WorkerPool,
  hooks: PhaseHooks,
): Promise<PhaseMeasurement> {
  const { phase, threads, intervalNs, perRate = 1 } = setup;
  await pool.resize(threads);
  const series = seriesOf(setup);
  const rates = new RateSeries(phase, { intervalNs, perRate }, series, setup.part);
  // A closed loop, the usual one, does without the code of the open loop.
  const open = phase.rate === null ? null : await openLoop(setup, phase.rate);
  const startLine = makeStartLine();
  const starter = new Starter(startLine);
  const intervals = new PhaseIntervals(
    series,
    threads,
    intervalNs,
    (interval) => {
      hooks.onInterval?.(interval, series);
      if (interval.index !== DRAIN && rates.closed(interval)) starter.endSoon();
    },
    open?.load ?? null,
    rates.chooses,
  );
  const stop = (): void => starter.cancel();
  hooks.signal.addEventListener("abort", stop, { once: true });
  const processCpu = new ProcessCpu();
  const measuring = (): void => processCpu.start(() => hooks.onMeasuring?.());
  let started: Started | undefined;
  try {
    const access = await pool.access(setup);
    const running = Array.from({ length: threads }, (_, worker) =>
      startWorker(pool, { setup, worker, series, startLine, access }, intervals, starter),
    );
    await starter.allReady(threads);
    const ended = Promise.allSettled(running);
    started = await start({ starter, hooks, warmupMs: warmupMs(phase), ended, measuring });
    const workers = await allSettled(running);
    const cpu = cpuOf(workers, processCpu.end());
    const { startNs, fromNs } = started;
    const work = { workers, claimed: starter.claimed, open };
    const sums = addUp(setup, intervals, rates, work);
    const canceled = starter.released ? {} : { isCanceled: true as const };
    return { startNs, fromNs, ...canceled, firstIssueNs: firstIssueOf(workers), cpu, ...sums };
  } finally {
    started?.close();
    hooks.signal.removeEventListener("abort", stop);
  }
}

function firstIssueOf(workers: readonly WorkerMeasurement[]): number | null {
  const times = workers.flatMap(({ firstIssueNs = null }) => firstIssueNs ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

/** CPU time of this process in a phase. */
export class ProcessCpu {
  private before = process.cpuUsage();
  private monitors: NodeJS.CpuUsage = { user: 0, system: 0 };

  /**
   * The measurement starts. The start of the monitors takes some 30 ms in this thread, which no
   * load needs.
   */
  start(monitors: () => void): void {
    this.before = process.cpuUsage();
    const own = process.threadCpuUsage();
    monitors();
    this.monitors = process.threadCpuUsage(own);
  }

  /**
   * CPU time since then, microseconds. The kernel divides the times of a thread and of its process
   * into user and system by different ratios: one part of a difference may be negative, and the
   * other has it then.
   */
  end(used = process.cpuUsage(this.before), monitors = this.monitors): NodeJS.CpuUsage {
    const user = used.user - monitors.user;
    const total = Math.max(0, user + used.system - monitors.system);
    const kept = Math.min(total, Math.max(0, user));
    return { user: kept, system: total - kept };
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

async function openLoop(setup: PhaseSetup, rate: RatePlan): Promise<PhaseLoop> {
  const { makeLoop } = await import("./open-loop.ts");
  return makeLoop(setup, rate);
}

/** What the workers of a phase did; `claimed`: arrivals, warm-up included. */
interface Ended {
  readonly workers: readonly WorkerMeasurement[];
  readonly claimed: number;
  readonly open: PhaseLoop | null;
}

/** Adds the measurements of the workers, and the unissued operations of an open loop. */
function addUp(
  setup: PhaseSetup,
  intervals: PhaseIntervals,
  rates: RateSeries,
  { workers, claimed, open }: Ended,
): Omit<PhaseMeasurement, "startNs" | "isCanceled" | "fromNs" | "firstIssueNs" | "cpu"> {
  const elapsedNs = workers.reduce((longest, { elapsedNs }) => Math.max(longest, elapsedNs), 0);
  const loop = open?.ended({ workers, claimed, elapsedNs }) ?? null;
  const unissued = loop?.unissued(intervals) ?? null;
  intervals.addUnissued(unissued?.latencies ?? []);
  const part = rates.part();
  const totals = intervals.total(part);
  const left = { operations: unissued?.operations ?? 0, overdue: intervals.overdue };
  const fromNs = (part?.from ?? 0) * setup.intervalNs;
  return {
    elapsedNs,
    intervals: intervals.intervals,
    totals: totals.chosen.result(),
    reportedNs: totals.chosenNs ?? elapsedNs,
    whole: totals.whole.result(),
    stability: rates.stability(workers.map((worker) => worker.elapsedNs)),
    throttling: intervals.throttling,
    openLoop: loop?.outcome(left, totals, fromNs) ?? null,
    offered: totals.whole.offered,
    workers,
    wholeHash: () => totals.whole.hash(),
    close: () => intervals.close(),
  };
}

/** Waits for every worker, then throws the first failure: no worker may outlive its phase. */
async function allSettled<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
