import { readThrottling, type ThrottlingCounters } from "../environment/cgroup.ts";
import {
  type ProcessorTicks,
  processorShares,
  readAllowedTicks,
} from "../environment/processor.ts";
import { SYSTEM_ROOTS } from "../environment/roots.ts";
import { clientBound } from "../metrics/client-bound.ts";
import { floorOf } from "../metrics/floor.ts";
import type { Environment } from "../model/environment.ts";
import type {
  Floors,
  HarnessRecord,
  OwnPauses,
  ShortPauses,
  Throttling,
} from "../model/harness.ts";
import type { PhasePlan } from "../model/plan.ts";
import type { Summary } from "../model/run.ts";
import type { ResolvedPhase } from "./execute.ts";
import type { PhaseMeasurement } from "./phase.ts";
import type { PauseWatch } from "./watch.ts";

/** What the main thread saw of this process while a phase was measured. */
export interface OwnEvidence {
  readonly pauses: OwnPauses | null;
  readonly stealShare: number | null;
  readonly idleShare: number | null;
  readonly throttling: Throttling | null;
  readonly hasCpuQuota: boolean | null;
  readonly involuntarySwitches: number;
  readonly cores: number;
  /** What this machine's selftest came to; null: none was made. */
  readonly floors: Floors | null;
}

/** Watches one phase: begun where measuring begins, once more after a warm-up. */
export class PhaseWatch {
  readonly #watch: PauseWatch;
  #ticks: ProcessorTicks | null = null;
  #switches = 0;
  #throttling: readonly ThrottlingCounters[] = [];
  #mark: ShortPauses;

  constructor(watch: PauseWatch) {
    this.#watch = watch;
    this.#mark = watch.mark();
    this.begin();
  }

  begin(): void {
    this.#mark = this.#watch.mark();
    this.#throttling = readThrottling(SYSTEM_ROOTS);
    this.#ticks = readAllowedTicks();
    this.#switches = process.resourceUsage().involuntaryContextSwitches;
  }

  /** `fromNs`: the instant that the phase's time grid begins, on the process-wide clock. */
  end(fromNs: bigint, environment: Environment, floors: Floors | null): OwnEvidence {
    const shares = processorShares(this.#ticks, readAllowedTicks());
    const { involuntaryContextSwitches } = process.resourceUsage();
    const { version, cpuQuotaCores } = environment.cgroup;
    return {
      pauses: this.#watch.between(fromNs, process.hrtime.bigint(), this.#mark),
      stealShare: shares?.steal ?? null,
      idleShare: shares?.idle ?? null,
      throttling: throttlingSince(this.#throttling, readThrottling(SYSTEM_ROOTS)),
      hasCpuQuota: version === null ? null : cpuQuotaCores !== null,
      involuntarySwitches: involuntaryContextSwitches - this.#switches,
      cores: coresOf(environment),
      floors,
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
function completedShare({ openLoop, whole }: PhaseMeasurement): number | null {
  if (openLoop === null) return null;
  const completed = whole.reduce((sum, one) => sum + one.operations + one.errors, 0);
  return openLoop.offered === 0 ? 1 : completed / openLoop.offered;
}

/** A phase's own record as it is stored, with the judgement on what bound it. */
export function harnessRecord(
  evidence: OwnEvidence,
  measured: PhaseMeasurement,
  { engine, depth }: ResolvedPhase,
  phase: PhasePlan,
  all: Summary | undefined,
): HarnessRecord {
  const workers = measured.workers.flatMap(({ worker, own }) =>
    own === null ? [] : [{ worker, ...own }],
  );
  const watchedNs = workers.reduce((longest, own) => Math.max(longest, own.watchedNs), 0);
  const { floors, ...seen } = evidence;
  const operations = phase.mix.map(({ operation }) => operation);
  const floor = floorOf(floors?.floors ?? [], { engine, operations, queueDepth: depth });
  const bound = clientBound({
    engine,
    elapsedNs: watchedNs,
    processCpuNs: measured.cpu.processUserNs + measured.cpu.processSystemNs,
    cores: seen.cores,
    workers,
    operationsPerSecond: all?.operationsPerSecond ?? 0,
    completedShare: completedShare(measured),
    floor,
    waitsBusily: engine === "synthetic" || phase.polling !== "none",
  });
  return { watchedNs, ...seen, workers, floor, bound };
}
