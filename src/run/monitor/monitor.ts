/**
 * The load generator watches itself while it measures: CPU steal, throttling and kernel threads of
 * a phase (this file), and pauses of the whole process, seen from a thread of their own
 * (`pause-monitor.ts`). Nothing here measures storage. Read `PhaseMonitor` first, then
 * `harnessRecord`, which says what bound the load.
 */
import { readThrottling, type ThrottlingCounters } from "../../environment/machine/cgroup.ts";
import { type CpuTicks, cpuShares, readAllowedTicks } from "../../environment/machine/cpu.ts";
import { SYSTEM_ROOTS } from "../../environment/machine/roots.ts";
import type { PhaseSetup } from "../../load/task.ts";
import { clientBound, clientLimitOf } from "../../metrics/generator/client-bound.ts";
import { inFlightOf, type Tail } from "../../metrics/generator/in-flight.ts";
import { addHistogram, makeHistogram } from "../../metrics/histogram/histogram.ts";
import type { Environment } from "../../model/run/environment.ts";
import type {
  ClientLimits,
  HarnessRecord,
  KernelThreads,
  OwnPauses,
  ShortPauses,
  Throttling,
} from "../../model/run/harness.ts";
import type { Series } from "../../model/run/measurement.ts";
import type { Summary } from "../../model/run/run.ts";
import type { PhaseInterval } from "../phase/intervals.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";
import { type KernelThreadTimes, kernelThreadsSince, readKernelThreads } from "./kernel-threads.ts";
import type { PauseMonitor } from "./pause-monitor.ts";

/** What the main thread saw of this process while a phase was measured. */
export interface OwnEvidence {
  readonly pauses: OwnPauses | null;
  readonly stealShare: number | null;
  readonly idleShare: number | null;
  readonly throttling: Throttling | null;
  readonly hasCpuQuota: boolean | null;
  readonly involuntarySwitches: number;
  readonly cores: number;
  readonly kernelThreads?: KernelThreads;
  /** Result of this machine's selftest; null: none was made. */
  readonly floors: ClientLimits | null;
}

/** Watches one phase: begun where measuring begins, once more after a warm-up. */
export class PhaseMonitor {
  private readonly pauses: PauseMonitor;
  private readonly ring: boolean;
  private ticks: CpuTicks | null = null;
  private switches = 0;
  private throttling: readonly ThrottlingCounters[] = [];
  private mark: ShortPauses;
  private kernelThreads: KernelThreadTimes = new Map();

  /** `ring`: the engine is io_uring, whose threads in the kernel are watched, too. */
  constructor(pauses: PauseMonitor, ring: boolean) {
    this.pauses = pauses;
    this.ring = ring;
    this.mark = pauses.mark();
    this.begin();
  }

  begin(): void {
    this.mark = this.pauses.mark();
    this.throttling = readThrottling(SYSTEM_ROOTS);
    this.ticks = readAllowedTicks();
    this.switches = process.resourceUsage().involuntaryContextSwitches;
    // Each thread's name is read: not worth it where an engine has hundreds of its own.
    if (this.ring) this.kernelThreads = readKernelThreads();
  }

  /** `fromNs`: the instant that the phase's time grid begins, on the process-wide clock. */
  end(fromNs: bigint, environment: Environment, floors: ClientLimits | null): OwnEvidence {
    const shares = cpuShares(this.ticks, readAllowedTicks());
    const { involuntaryContextSwitches } = process.resourceUsage();
    const { version, cpuQuotaCores } = environment.cgroup;
    return {
      pauses: this.pauses.between(fromNs, process.hrtime.bigint(), this.mark),
      stealShare: shares?.steal ?? null,
      idleShare: shares?.idle ?? null,
      throttling: throttlingSince(this.throttling, readThrottling(SYSTEM_ROOTS)),
      hasCpuQuota: version === null ? null : cpuQuotaCores !== null,
      involuntarySwitches: involuntaryContextSwitches - this.switches,
      cores: coresOf(environment),
      floors,
      ...(this.ring
        ? { kernelThreads: kernelThreadsSince(this.kernelThreads, readKernelThreads()) }
        : {}),
    };
  }
}

/** Throttling between two readings of the group that was stopped longest; null without one. */
function throttlingSince(
  before: readonly ThrottlingCounters[],
  after: readonly ThrottlingCounters[],
): Throttling | null {
  const differences = after.flatMap(({ folder, ...now }) => {
    const then = before.find((one) => one.folder === folder);
    if (then === undefined) return [];
    return [
      {
        periods: now.periods - then.periods,
        throttledPeriods: now.throttledPeriods - then.throttledPeriods,
        throttledNs: now.throttledNs - then.throttledNs,
      },
    ];
  });
  return differences.toSorted((a, b) => b.throttledNs - a.throttledNs)[0] ?? null;
}

/** Processors a process may use: those it is allowed on, or fewer by its control group's quota. */
export function coresOf({ cpus, cgroup }: Pick<Environment, "cpus" | "cgroup">): number {
  return Math.min(cpus, cgroup.cpuQuotaCores ?? cpus);
}

/** Of an open loop's scheduled operations those that completed or failed inside the phase. */
function completedShare({ openLoop, whole, offered }: PhaseMeasurement): number | null {
  if (openLoop === null) return null;
  const completed = whole.reduce((sum, one) => sum + one.operations + one.errors, 0);
  return offered === 0 ? 1 : completed / offered;
}

/** A phase's own record as it is stored, with the judgement on what bound it. */
export function harnessRecord(
  evidence: OwnEvidence,
  { phase, engine, threads, depth }: PhaseSetup,
  measurement: PhaseMeasurement,
  all: Summary | undefined,
  tail: Tail,
): HarnessRecord {
  const workers = measurement.workers.flatMap(({ worker, own }) =>
    own === null ? [] : [{ worker, ...own }],
  );
  const watchedNs = workers.reduce((longest, own) => Math.max(longest, own.watchedNs), 0);
  const { floors, ...seen } = evidence;
  const operations = phase.mix.map(({ operation }) => operation);
  const floor = clientLimitOf(floors?.floors ?? [], { engine, operations, queueDepth: depth });
  const inFlight =
    engine === "null"
      ? null
      : inFlightOf({
          phase,
          ...{ threads, depth, own: workers, threadPerOperation: engine === "sync" },
          elapsedNs: reportedTimes(measurement, threads),
          beginsInFlight: phase.warmupNs > 0 || measurement.reportedNs !== measurement.elapsedNs,
          summary: all,
          tail,
          kernelThreads: seen.kernelThreads ?? null,
          idleShare: seen.idleShare,
        });
  const bound = clientBound({
    engine,
    elapsedNs: watchedNs,
    processCpuNs: measurement.cpu.processUserNs + measurement.cpu.processSystemNs,
    cores: seen.cores,
    workers,
    operationsPerSecond: all?.operationsPerSecond ?? 0,
    completedShare: completedShare(measurement),
    floor,
    waitsBusily: engine === "synthetic" || phase.polling !== "none",
    inFlight,
  });
  return { watchedNs, ...seen, workers, floor, bound, inFlight };
}

/** What was in flight when a phase ended: in its last cell, the drain. */
export function tailOf(
  { histograms, unfinished: hung = [] }: PhaseInterval,
  series: readonly Series[],
  drainNs: number,
): Tail {
  const all = makeHistogram("total");
  for (const [index, { metric }] of series.entries()) {
    const histogram = metric === "service" || metric === "sync" ? histograms[index] : undefined;
    if (histogram !== undefined) addHistogram(all, histogram);
  }
  const count = all.totalCount;
  const unfinished = hung.reduce((sum, one) => sum + one, 0);
  const drained = Math.max(0, count - unfinished);
  // Unfinished ones are the longest: the drained one of the highest rank is the longest of these.
  const longestNs = drained === 0 ? 0 : all.getValueAtPercentile(((drained - 0.5) / count) * 100);
  const totalNs = count === 0 ? 0 : count * all.mean;
  all.destroy();
  return { count, totalNs, unfinished, drainedMostNs: drained * longestNs, drainNs };
}

/** How long each thread ran in the part of the phase that is reported. */
function reportedTimes(
  { workers, reportedNs, elapsedNs }: PhaseMeasurement,
  threads: number,
): readonly number[] {
  if (reportedNs !== elapsedNs) return Array.from({ length: threads }, () => reportedNs);
  return workers.map((worker) => worker.elapsedNs).filter((ns) => ns > 0);
}
