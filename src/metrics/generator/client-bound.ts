import { BRINGS, type Operation, SENDS } from "../../model/plan/operation.ts";
import type { EngineName } from "../../model/plan/plan.ts";
import type { ClientBound, ClientLimit, InFlight, OwnTime } from "../../model/run/harness.ts";
import { withStorage } from "./in-flight.ts";

/** Evidence on the load generator of a phase. Times in nanoseconds. */
export interface ClientLoad {
  readonly engine: EngineName;
  readonly elapsedNs: number;
  /** CPU time of the whole process during the phase. */
  readonly processCpuNs: number;
  /** CPUs it may use: by its affinity and the limit of its control group. */
  readonly cores: number;
  /** Each worker that measured. */
  readonly workers: readonly OwnTime[];
  readonly operationsPerSecond: number;
  /**
   * Share of the scheduled operations that completed inside the phase; null in a closed loop. It
   * is a share of counts, because few or random arrivals do not have exactly the planned rate.
   */
  readonly completedShare: number | null;
  /** Client limit of the engine on this host; null if it was not measured. */
  readonly floor: ClientLimit | null;
  /**
   * Whether workers poll the clock or the device while they wait. Their CPU time is then no
   * evidence, because they use a CPU with and without work.
   */
  readonly waitsBusily: boolean;
  /** Operations in flight of a closed loop; null if unknown. */
  readonly inFlight: InFlight | null;
  /** Whether the phase uses direct I/O; false if unknown. */
  readonly isDirect?: boolean;
}

/**
 * Utilization from which a worker is CPU-bound. By the utilization law (Lazowska et al.,
 * "Quantitative System Performance", 1984, ch. 3: U = X · S) such a worker can sustain at most
 * 1/0.85 = 1.18 times the rate, with any storage. A worker that waits for a device is far below,
 * because waiting takes no CPU time.
 */
const BUSY_SHARE = 0.85;

/** Share of the CPUs from which all are in use: the kernel and other processes need the rest. */
const USED_UP_SHARE = 0.9;

/** Share of the client limit from which a rate is client-bound: the storage adds under 25%. */
const CLIENT_LIMIT_SHARE = 0.8;

/**
 * Share of the scheduled operations from which an open loop keeps up: only its schedule limits it,
 * and it polls the clock in its spare time.
 */
const KEEPS_UP_SHARE = 0.98;

/** Minimum share of operations at the storage: with less, it could serve twice as many. */
const MIN_SERVED_SHARE = 0.5;

/** Shorter times have too few clock ticks for a share of CPU time. */
const SHORTEST_NS = 100e6;

/** Advice for workers that are the limit while cores are free. */
export const MORE_WORKERS = "use more workers";

/** Returns why a rate is limited by the load generator; null if nothing indicates it. */
export function clientBound(load: ClientLoad): ClientBound | null {
  if (load.elapsedNs < SHORTEST_NS || load.workers.length === 0) return null;
  if (load.engine === "null") return NOTHING;
  const { completedShare } = load;
  if (completedShare !== null && completedShare >= KEEPS_UP_SHARE) return null;
  return (load.waitsBusily ? null : byProcessor(load)) ?? byDepth(load) ?? byClientLimit(load);
}

const NOTHING: ClientBound = {
  by: "nothing",
  reason: "the null engine has no storage: its rate is that of the load generator",
  advice: "name a target with storage",
};

function byProcessor(load: ClientLoad): ClientBound | null {
  const { workers, cores } = load;
  const usedCores = load.processCpuNs / load.elapsedNs;
  const { busy, waited } = sharesOf(workers);
  const of = `${digits(usedCores)} of ${digits(cores)} ${cores === 1 ? "core" : "cores"}`;
  if (usedCores >= USED_UP_SHARE * cores) {
    return {
      by: "processor",
      reason: `the load generator used ${of}: the CPU, not the storage, was the limit`,
      advice: `use a host with more cores${lighter(load)}`,
    };
  }
  if (busy >= BUSY_SHARE) {
    const threads = workers.length === 1 ? "its only worker" : `its ${workers.length} workers`;
    const were = workers.length === 1 ? "was" : "were";
    return {
      by: "threads",
      reason:
        `${threads} ${were} busy ${percent(busy)} of the time (${of} in use): the CPU, not the ` +
        "storage, was the limit",
      advice: `${MORE_WORKERS}${lighter(load)}`,
    };
  }
  if (waited !== null && busy + waited >= BUSY_SHARE) {
    return {
      by: "queue",
      reason:
        `workers were busy ${percent(busy)} of the time and waited for a CPU ` +
        `${percent(waited)}: the CPU, not the storage, was the limit`,
      advice: `stop other programs, or use a host with more cores${lighter(load)}`,
    };
  }
  return null;
}

/** With under half of the planned operations at the storage, the load generator is the limit. */
function byDepth({ inFlight, engine, isDirect = false }: ClientLoad): ClientBound | null {
  // The warning about CPU wait covers a single operation in flight.
  if (inFlight === null || inFlight.planned === 1) return null;
  const served = withStorage(inFlight);
  if (served >= MIN_SERVED_SHARE * inFlight.planned) return null;
  const { planned, poolThreads = planned } = inFlight;
  const crowded = `use fewer workers or a host with more cores${lighter({ engine, isDirect })}`;
  return {
    by: "queue",
    reason:
      `only ${digits(served)} of ${inFlight.planned} operations in flight were with the storage ` +
      "on average: the load generator, not the storage, was the limit",
    advice: poolThreads < planned ? `set UV_THREADPOOL_SIZE=${planned}` : crowded,
  };
}

/**
 * A worker close to the client limit would hardly be faster with storage that needs no time: the
 * time of an operation is that of the load generator plus that of the storage.
 */
function byClientLimit(load: ClientLoad): ClientBound | null {
  const { floor, workers } = load;
  if (floor === null) return null;
  const share = load.operationsPerSecond / workers.length / floor.operationsPerSecond;
  if (share < CLIENT_LIMIT_SHARE) return null;
  return {
    by: "floor",
    reason:
      `each worker reached ${percent(share)} of the client limit of \`${load.engine}\` on this ` +
      "host: the load generator, not the storage, was the limit",
    advice: `${MORE_WORKERS}${lighter(load)}`,
  };
}

/** Means over the workers, weighted by the time that each was watched. */
function sharesOf(workers: readonly OwnTime[]): { busy: number; waited: number | null } {
  const sum = (of: (worker: OwnTime) => number): number =>
    workers.reduce((total, worker) => total + of(worker), 0);
  const watchedNs = sum((worker) => worker.watchedNs);
  const known = workers.every(({ processorWaitNs }) => processorWaitNs !== null);
  return {
    busy: sum((worker) => worker.cpuUserNs + worker.cpuSystemNs) / watchedNs,
    waited: known ? sum((worker) => worker.processorWaitNs ?? 0) / watchedNs : null,
  };
}

/** Ways to reduce the CPU time per operation, by engine. */
function lighter({ engine, isDirect }: Pick<ClientLoad, "engine" | "isDirect">): string {
  switch (engine) {
    case "s3-sdk":
      return ", larger requests, or `engine: s3-wire`, which takes a tenth of the CPU time";
    case "s3-wire":
      return ", larger requests, or an endpoint without TLS";
    case "sync":
      if (isDirect) return ", or larger blocks";
      return ", larger blocks, or `cache: direct` to bypass the page cache";
    default:
      return ", or larger blocks";
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function digits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0);
}

/** Properties of a phase that its client limit depends on. */
export interface ClientLimitKey {
  readonly engine: EngineName;
  readonly operations: readonly Operation[];
  /** Operations in flight per thread. */
  readonly queueDepth: number;
}

/**
 * Returns the client limit for the engine and operations of a phase, at depth 1 or above. Limits
 * are measured with small blocks, so larger ones are never faster. The limit of a mix is that of
 * its fastest operation. Null if none was measured, as for operations that transfer no data.
 */
export function clientLimitOf(
  floors: readonly ClientLimit[],
  key: ClientLimitKey,
): ClientLimit | null {
  if (!key.operations.every((one) => BRINGS.has(one) || SENDS.has(one))) return null;
  const directions = new Set(key.operations.map((one) => (SENDS.has(one) ? "write" : "read")));
  const fitting = floors.filter(
    ({ engine, direction, queueDepth }) =>
      engine === key.engine &&
      directions.has(direction) &&
      (key.queueDepth === 1 ? queueDepth === 1 : queueDepth > 1),
  );
  return fitting.reduce<ClientLimit | null>(
    (fastest, one) =>
      fastest === null || one.operationsPerSecond > fastest.operationsPerSecond ? one : fastest,
    null,
  );
}
