import { BRINGS, type Operation, SENDS } from "../../model/plan/operation.ts";
import type { EngineName } from "../../model/plan/plan.ts";
import type { ClientBound, ClientLimit, InFlight, OwnTime } from "../../model/run/harness.ts";
import { withStorage } from "./in-flight.ts";

/** What the judgement on a phase's client is made from. Times in nanoseconds. */
export interface ClientLoad {
  readonly engine: EngineName;
  readonly elapsedNs: number;
  /** Processor time of the whole process while it measured. */
  readonly processCpuNs: number;
  /** Processors it may use: its affinity, and the limit of its control group. */
  readonly cores: number;
  /** Each worker that measured. */
  readonly workers: readonly OwnTime[];
  readonly operationsPerSecond: number;
  /**
   * Share of the scheduled operations that completed inside the phase; null in a closed loop. Of
   * counts and not of rates: few or random arrivals are not the plan's rate exactly.
   */
  readonly completedShare: number | null;
  /** The most one worker does here with this engine; null: not measured. */
  readonly floor: ClientLimit | null;
  /**
   * A worker that waits by looking at the clock, or at the device, uses its processor whether it
   * has work or not: its processor time is then no evidence.
   */
  readonly waitsBusily: boolean;
  /** Operations in flight of a closed loop; null: not known. */
  readonly inFlight: InFlight | null;
}

/**
 * From here on a processor counts as used up. By the utilization law (Lazowska et al.,
 * "Quantitative System Performance", 1984, ch. 3: U = X · S) a station this busy lets through no
 * more than 1/0.85 = 1.18 times the rate, whatever the storage does; a worker that waits for a
 * device is far below, because what it waits is not processor time.
 */
const BUSY_SHARE = 0.85;

/** Of the machine's or group's processors: what stays free is the kernel's and other processes'. */
const USED_UP_SHARE = 0.9;

/** Of the floor's rate: the storage then takes less than a quarter of what the client takes. */
const CLIENT_LIMIT_SHARE = 0.8;

/**
 * An open loop that completes this share of what was scheduled has spare time, and waits for the
 * next operation by looking at the clock: nothing but its schedule holds it.
 */
const KEEPS_UP_SHARE = 0.98;

/** Of the operations in flight: with fewer at the storage, it could answer twice as many. */
const MIN_SERVED_SHARE = 0.5;

/** Processor time is counted in ticks and turns: over less than this its share is noise. */
const SHORTEST_NS = 100e6;

/** Whether a rate is the client's and not the storage's, and why; null where nothing says so. */
export function clientBound(load: ClientLoad): ClientBound | null {
  if (load.elapsedNs < SHORTEST_NS || load.workers.length === 0) return null;
  if (load.engine === "null") return NOTHING;
  const { completedShare } = load;
  if (completedShare !== null && completedShare >= KEEPS_UP_SHARE) return null;
  return (load.waitsBusily ? null : byProcessor(load)) ?? byDepth(load) ?? byClientLimit(load);
}

const NOTHING: ClientBound = {
  by: "nothing",
  reason: "the null engine completes everything at once: its rate is the harness's own",
  advice: "name a target with storage to measure one",
};

function byProcessor(load: ClientLoad): ClientBound | null {
  const { workers, cores } = load;
  const usedCores = load.processCpuNs / load.elapsedNs;
  const { busy, waited } = sharesOf(workers);
  const of = `${digits(usedCores)} of ${digits(cores)} ${cores === 1 ? "core" : "cores"}`;
  if (usedCores >= USED_UP_SHARE * cores) {
    return {
      by: "processor",
      reason: `the load generator used ${of}: the processor, not the storage, was the limit`,
      advice: `use a machine with more cores${lighter(load.engine)}`,
    };
  }
  if (busy >= BUSY_SHARE) {
    const threads = workers.length === 1 ? "its only worker" : `its ${workers.length} workers`;
    const were = workers.length === 1 ? "was" : "were";
    return {
      by: "threads",
      reason:
        `${threads} ${were} busy ${percent(busy)} of the time (${of} in use): the processor, not ` +
        "the storage, was the limit",
      advice: `use more workers${lighter(load.engine)}`,
    };
  }
  if (waited !== null && busy + waited >= BUSY_SHARE) {
    return {
      by: "queue",
      reason:
        `workers were busy ${percent(busy)} of the time and waited for a processor ` +
        `${percent(waited)}: the processor, not the storage, was the limit`,
      advice: `keep other programs off, or use a machine with more cores${lighter(load.engine)}`,
    };
  }
  return null;
}

/** With less than half of the planned operations at the storage, the client takes most time. */
function byDepth({ inFlight, engine }: ClientLoad): ClientBound | null {
  // The only one in flight is told by the warning about CPU wait.
  if (inFlight === null || inFlight.planned === 1) return null;
  const served = withStorage(inFlight);
  if (served >= MIN_SERVED_SHARE * inFlight.planned) return null;
  return {
    by: "queue",
    reason:
      `only ${digits(served)} of ${inFlight.planned} operations in flight were with the storage ` +
      "on average: the load generator, not the storage, was the limit",
    advice: `use fewer workers or a machine with more cores${lighter(engine)}`,
  };
}

/**
 * Where the rate of a worker is that of the floor, storage that answers at once would give hardly
 * more: time of an operation = client's time + storage's time, and the client's is the floor's.
 */
function byClientLimit(load: ClientLoad): ClientBound | null {
  const { floor, workers } = load;
  if (floor === null) return null;
  const share = load.operationsPerSecond / workers.length / floor.operationsPerSecond;
  if (share < CLIENT_LIMIT_SHARE) return null;
  return {
    by: "floor",
    reason:
      `each worker came to ${percent(share)} of what \`${load.engine}\` does on this machine ` +
      "without any storage: the client, not the storage, was the limit",
    advice: `use more workers${lighter(load.engine)}`,
  };
}

/** Means over the workers, weighted by how long each was watched. */
function sharesOf(workers: readonly OwnTime[]): { busy: number; waited: number | null } {
  const sum = (of: (worker: OwnTime) => number): number =>
    workers.reduce((total, worker) => total + of(worker), 0);
  const watchedNs = sum((worker) => worker.watchedNs);
  const told = workers.every(({ processorWaitNs }) => processorWaitNs !== null);
  return {
    busy: sum((worker) => worker.cpuUserNs + worker.cpuSystemNs) / watchedNs,
    waited: told ? sum((worker) => worker.processorWaitNs ?? 0) / watchedNs : null,
  };
}

/** What makes an operation cheaper for the client, by engine. */
function lighter(engine: EngineName): string {
  switch (engine) {
    case "s3-sdk":
      return ", larger requests, or `engine: s3-wire`, which takes a tenth of the processor time";
    case "s3-wire":
      return ", larger requests, or an endpoint without TLS";
    case "sync":
      return ", larger blocks, or `cache: direct` where the page cache is not what you ask about";
    default:
      return ", or larger blocks";
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function digits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0);
}

/** A phase as far as a floor depends on it. */
export interface ClientLimitKey {
  readonly engine: EngineName;
  readonly operations: readonly Operation[];
  /** Of one thread. */
  readonly queueDepth: number;
}

/**
 * The client limit of a phase: of its engine and operation, at depth 1 or above. Limits are
 * measured with small blocks, so that larger ones are never faster; a mix is bounded by the faster
 * of its operations. Null where none was measured, or operations move no bytes: what they cost the
 * client was not measured.
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
