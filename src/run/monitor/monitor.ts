/**
 * Monitors the load generator while it measures: CPU steal, throttling and other threads of a
 * phase (this file), and pauses of the whole process, from a separate thread (`pause-monitor.ts`).
 * Nothing here measures storage. Read `PhaseMonitor` first, then `harnessRecord`, which determines
 * what limited the load.
 */
import {
  type CpuGroups,
  findCpuGroups,
  readThrottling,
  type ThrottlingCounters,
} from "../../environment/machine/cgroup.ts";
import { type CpuTicks, cpuShares, readAllowedTicks } from "../../environment/machine/cpu.ts";
import { SYSTEM_ROOTS } from "../../environment/machine/roots.ts";
import type { PhaseSetup } from "../../load/task.ts";
import { clientBound, clientLimitOf } from "../../metrics/generator/client-bound.ts";
import { inFlightOf, type Tail } from "../../metrics/generator/in-flight.ts";
import { addHistogram, makeHistogram, totalOf } from "../../metrics/histogram/histogram.ts";
import type { EngineName } from "../../model/plan/plan.ts";
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
import {
  hasOperationThreads,
  type OperationThreadTimes,
  operationThreadsSince,
  readOperationThreads,
} from "./operation-threads.ts";
import type { PauseMonitor } from "./pause-monitor.ts";

/** Observations of this process by its main thread during a phase. */
export interface OwnEvidence {
  readonly pauses: OwnPauses | null;
  readonly stealShare: number | null;
  readonly idleShare: number | null;
  readonly throttling: Throttling | null;
  readonly hasCpuQuota: boolean | null;
  readonly involuntarySwitches: number;
  readonly cores: number;
  readonly kernelThreads?: KernelThreads;
  /** Client limits of this host; null if no selftest was run. */
  readonly floors: ClientLimits | null;
}

let foundGroups: CpuGroups | null = null;

/** Control groups of this process, found once: the list of mounts may be long. */
function cpuGroups(): CpuGroups {
  foundGroups ??= findCpuGroups(SYSTEM_ROOTS);
  return foundGroups;
}

/** Monitors one phase from the start of measuring. */
export class PhaseMonitor {
  private readonly pauses: PauseMonitor;
  private readonly engine: EngineName;
  private hasBegun = false;
  private ticks: CpuTicks | null = null;
  private switches = 0;
  private throttling: readonly ThrottlingCounters[] = [];
  private mark: ShortPauses;
  private threads: OperationThreadTimes = new Map();

  /** `engine`: the threads that execute its operations are monitored, too. */
  constructor(pauses: PauseMonitor, engine: EngineName) {
    this.pauses = pauses;
    this.engine = engine;
    this.mark = pauses.mark();
  }

  begin(): void {
    this.hasBegun = true;
    this.mark = this.pauses.mark();
    this.throttling = readThrottling(cpuGroups());
    this.ticks = readAllowedTicks();
    this.switches = process.resourceUsage().involuntaryContextSwitches;
    this.threads = readOperationThreads(this.engine);
  }

  /** `fromNs`: start of the phase's time grid on the process-wide clock. */
  end(fromNs: bigint, environment: Environment, floors: ClientLimits | null): OwnEvidence {
    // A phase whose start was canceled was not measured.
    if (!this.hasBegun) this.begin();
    const shares = cpuShares(this.ticks, readAllowedTicks());
    const { involuntaryContextSwitches } = process.resourceUsage();
    const { version, cpuQuotaCores } = environment.cgroup;
    return {
      pauses: this.pauses.between(fromNs, process.hrtime.bigint(), this.mark),
      stealShare: shares?.steal ?? null,
      idleShare: shares?.idle ?? null,
      throttling: throttlingSince(this.throttling, readThrottling(cpuGroups())),
      hasCpuQuota: version === null ? null : cpuQuotaCores !== null,
      involuntarySwitches: involuntaryContextSwitches - this.switches,
      cores: coresOf(environment),
      floors,
      ...(hasOperationThreads(this.engine)
        ? { kernelThreads: operationThreadsSince(this.threads, readOperationThreads(this.engine)) }
        : {}),
    };
  }
}

/** Throttling between two readings, of the group throttled longest; null without a group. */
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

/** CPUs that a process may use: those it is allowed on, or fewer by its control group's quota. */
export function coresOf({ cpus, cgroup }: Pick<Environment, "cpus" | "cgroup">): number {
  return Math.min(cpus, cgroup.cpuQuotaCores ?? cpus);
}

/** Share of scheduled operations that completed or failed in the phase; null: closed loop. */
function completedShare({ openLoop, whole, offered }: PhaseMeasurement): number | null {
  if (openLoop === null) return null;
  const completed = whole.reduce((sum, one) => sum + one.operations + one.errors, 0);
  return offered === 0 ? 1 : completed / offered;
}

/** Record of the load generator in a phase as stored, with what limited the load. */
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
          poolThreads: engine === "threadpool" ? (seen.kernelThreads?.count ?? 0) : 0,
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
    isDirect: phase.cache === "direct",
  });
  const rehearsals = measurement.workers.flatMap(({ rehearsalNs }) => rehearsalNs ?? []);
  return {
    ...{ watchedNs, ...seen, workers, floor, bound, inFlight },
    ...(rehearsals.length === 0 ? {} : { rehearsalNs: Math.max(...rehearsals) }),
  };
}

/** Operations in flight at the end of a phase: those of its last cell, the drain. */
export function tailOf(
  { histograms, unfinished: hung = [] }: PhaseInterval,
  series: readonly Series[],
  drainNs: number,
): Tail {
  const all = makeHistogram("total");
  for (const [index, { metric }] of series.entries()) {
    const histogram = metric === "service" || metric === "sync" ? histograms[index] : undefined;
    if (histogram !== undefined && histogram.totalCount > 0) addHistogram(all, histogram);
  }
  const count = all.totalCount;
  const unfinished = hung.reduce((sum, one) => sum + one, 0);
  const drained = Math.max(0, count - unfinished);
  // Unfinished operations have the highest ranks; the rank below is the longest drained one.
  const longestNs = drained === 0 ? 0 : all.getValueAtPercentile(((drained - 0.5) / count) * 100);
  const totalNs = totalOf(all);
  all.destroy();
  return { count, totalNs, unfinished, drainedMostNs: drained * longestNs, drainNs };
}

/** Time that each thread ran in the reported part of the phase, nanoseconds. */
function reportedTimes(
  { workers, reportedNs, elapsedNs }: PhaseMeasurement,
  threads: number,
): readonly number[] {
  if (reportedNs !== elapsedNs) return Array.from({ length: threads }, () => reportedNs);
  return workers.map((worker) => worker.elapsedNs).filter((ns) => ns > 0);
}
