/**
 * Checks a plan against a target and this host before any preparation: engines, operations, limits
 * of S3 and of this process. Depends only on traits that are passed in; opens and tries nothing.
 * Read `unsupported` first.
 */

import type { EngineTraits } from "../../engine/engine.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetPlan, Location } from "../../model/plan/dataset.ts";
import { BLOCKS, MODIFIES, OPERATION, type Operation } from "../../model/plan/operation.ts";
import type { EngineName, PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { HostLimits } from "../../model/target/host-limits.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";
import { unseenFirstByte } from "../check/threshold-fit.ts";
import { hostObstacle } from "./host.ts";
import { bucketObstacle, pathObstacle } from "./objects.ts";

/** The engines of this host and the limits of this process. */
export interface Host {
  readonly engines: Engines;
  readonly limits: HostLimits;
  /** Hosts of the run; absent: 1. */
  readonly hosts?: number;
}

type Engines = Readonly<Record<EngineName, EngineTraits>>;

const LOCATION_OF: Readonly<Record<Address["kind"], Location["kind"]>> = {
  path: "directory",
  device: "device",
  bucket: "bucket",
  memory: "memory",
};

/** A phase that cannot run on a target, and the reason in one sentence. */
export interface Unsupported {
  readonly phase: string;
  readonly reason: string;
  /** Whether the target lacks the feature; else host, settings or permissions are the cause. */
  readonly byTarget: boolean;
}

/** How a phase is run on a target. */
export interface Resolved {
  readonly engine: EngineName;
  readonly threads: number;
  /** Queue depth of each thread. */
  readonly depth: number;
  /** Why another engine than the best one is used, one sentence; null if the best is used. */
  readonly fallback: string | null;
}

/** Returns the engine of a phase on a target, its threads and the queue depth of each thread. */
export function resolvePhase(phase: PhasePlan, target: TargetSpec, engines: Engines): Resolved {
  const best = phase.engine === "auto" ? naturalEngine(phase, target, engines) : phase.engine;
  const { refusal } = engines[best];
  if (phase.engine !== "auto" || refusal === undefined) return shapeOf(phase, engines[best], null);
  const inFlight = phase.workers * phase.queueDepth;
  if (inFlight <= MAX_FALLBACK_THREADS) {
    const reason = `sync with one thread per operation instead of ${best}: ${refusal}`;
    return shapeOf(phase, engines.sync, reason);
  }
  const { poolThreads = 0 } = engines.threadpool;
  const reason =
    `threadpool with ${inFlight} operations in flight on ${poolThreads} threads of libuv's pool ` +
    `instead of ${best}: ${refusal}`;
  const lacks = `; at most ${poolThreads} of them reach the storage: set UV_THREADPOOL_SIZE=`;
  const isSmall = poolThreads < inFlight;
  return shapeOf(phase, engines.threadpool, isSmall ? reason + lacks + inFlight : reason);
}

function shapeOf(
  { workers, queueDepth }: PhasePlan,
  { name, depthInThread }: EngineTraits,
  fallback: string | null,
): Resolved {
  return depthInThread
    ? { engine: name, threads: workers, depth: queueDepth, fallback }
    : { engine: name, threads: workers * queueDepth, depth: 1, fallback };
}

/** Whether any phase would use io_uring on any of the targets if this host has it. */
export function wantsRing(
  plans: readonly Plan[],
  targets: readonly TargetSpec[],
  engines: Engines,
): boolean {
  const phases = plans.flatMap((plan) => plan.phases.map(deepest));
  return targets.some((target) =>
    phases.some((phase) => resolvePhase(phase, target, engines).engine === "uring"),
  );
}

/** Returns the phases of a plan that a target does not support. */
export function unsupported(plan: Plan, target: TargetSpec, host: Host): readonly Unsupported[] {
  return plan.phases.flatMap((phase) => {
    const dataset = plan.datasets.find((one) => one.name === phase.dataset);
    const reason = obstacle(deepest(phase), dataset, target, host);
    if (reason === null) return [];
    const byTarget = targetObstacle(phase, dataset, target) === reason;
    return [{ phase: phase.name, reason, byTarget }];
  });
}

/** Returns a phase at its highest queue depth, which a search may reach. */
function deepest(phase: PhasePlan): PhasePlan {
  const { find } = phase;
  if (find?.by !== "queueDepth") return phase;
  return { ...phase, queueDepth: find.to ?? phase.queueDepth };
}

/** @throws PreflightError with one line per phase that the target does not support. */
export function preflight(plan: Plan, target: TargetSpec, host: Host): void {
  const found = unsupported(plan, target, host);
  if (found.length === 0) return;
  const lines = found.map(({ phase, reason }) => `  ${phase}: ${reason}`);
  const head = `${plan.name} cannot run on ${target.name} (${target.kind}):`;
  throw new PreflightError([head, ...lines].join("\n"));
}

function obstacle(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  target: TargetSpec,
  { engines, limits, hosts = 1 }: Host,
): string | null {
  const family = target.address.kind;
  const { engine, threads, depth } = resolvePhase(phase, target, engines);
  const traits = engines[engine];
  if (traits.refusal !== undefined) {
    return `the ${engine} engine is not available: ${traits.refusal}; use engine auto`;
  }
  if (!traits.serves.includes(LOCATION_OF[family])) {
    return `the ${engine} engine does not support a ${LOCATION_OF[family]} target; use engine auto`;
  }
  if (target.address.kind === "device") {
    const reason = deviceObstacle(phase, target.address);
    if (reason !== null) return reason;
  }
  for (const { operation } of phase.mix) {
    if (traits.operations.includes(operation)) continue;
    const reason = impossible(operation, family);
    return reason === undefined
      ? `the ${engine} engine does not support ${operation}; use engine auto`
      : `${operation}: ${reason}`;
  }
  const isDeepOnPaths = engine === "uring" || engine === "threadpool";
  const lacking = isDeepOnPaths ? renameObstacle(phase) : null;
  if (lacking !== null) return `the ${engine} engine ${lacking}; use engine auto`;
  if (family === "path") {
    const reason = pathObstacle(phase);
    if (reason !== null) return reason;
  }
  if (phase.verify && traits.keepsBytes !== true) {
    return `verify: the ${engine} engine discards the bytes it reads; use another engine`;
  }
  if ((phase.hosts ?? 1) > hosts) {
    return `hosts: the phase needs ${phase.hosts} hosts, but the run has ${hosts}; use more hosts`;
  }
  if (threads > MAX_THREADS) {
    return (
      `the ${engine} engine requires workers x queueDepth = ${threads} threads, but at most ` +
      `${MAX_THREADS} are allowed; reduce workers or queueDepth`
    );
  }
  if (phase.polling !== "none" && engine !== "uring") {
    return `polling: requires the uring engine, got the ${engine} engine; remove polling`;
  }
  const reason = family === "bucket" ? bucketObstacle(phase, dataset, target) : null;
  const shape = { threads, depth };
  return (
    reason ?? unseenFirstByte(phase, traits) ?? hostObstacle(phase, dataset, family, shape, limits)
  );
}

/** Returns what a target lacks for a phase, one sentence; null if it supports the phase. */
function targetObstacle(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  target: TargetSpec,
): string | null {
  const { address } = target;
  if (address.kind === "device") return deviceObstacle(phase, { ...address, writable: true });
  for (const { operation } of phase.mix) {
    const reason = impossible(operation, address.kind);
    if (reason !== undefined) return `${operation}: ${reason}`;
  }
  if (address.kind === "path") return pathObstacle(phase);
  return address.kind === "bucket" ? bucketObstacle(phase, dataset, target) : null;
}

/** Returns why a family of targets does not support an operation, and an alternative. */
function impossible(operation: Operation, family: Address["kind"]): string | undefined {
  const { notOnPaths, notOnBuckets } = OPERATION[operation];
  if (family === "path") return notOnPaths;
  return family === "bucket" ? notOnBuckets : undefined;
}

/** Checks the rules for block devices; a write requires `--allow-destructive`. */
function deviceObstacle(
  { mix, access, verify }: PhasePlan,
  { path, writable }: Extract<Address, { readonly kind: "device" }>,
): string | null {
  if (access === "samples")
    return "samples: requires tar shards, but a block device has no files; use a directory";
  for (const { operation } of mix) {
    if (!BLOCKS.has(operation)) {
      return `${operation}: a block device has no files; use read or write`;
    }
    if (writable || !MODIFIES.has(operation)) continue;
    return `write: would overwrite the data on ${path}; to allow this, add --allow-destructive`;
  }
  if (verify) return "verify: a block device has no prepared blocks to check; remove verify";
  return null;
}

/** Each thread takes about 15 MB for its stack and isolate. */
const MAX_THREADS = 512;

/** Without io_uring: threads up to which `sync` takes less CPU time and little memory. */
const MAX_FALLBACK_THREADS = 32;

/** Threads up to which `sync` is faster for whole files of a local file system, by measurement. */
const MAX_FILE_THREADS = 16;
const NETWORK_KINDS: ReadonlySet<TargetSpec["kind"]> = new Set(["efs", "fsx-lustre"]);

/** On a path, sync is fastest for one or a few operations at a time and uring for more. */
function naturalEngine(phase: PhasePlan, target: TargetSpec, engines: Engines): EngineName {
  const { address } = target;
  if (address.kind === "path" || address.kind === "device") {
    const { operations } = engines.uring;
    const fits = phase.mix.every((part) => operations.includes(part.operation));
    return fits && renameObstacle(phase) === null && isDeep(phase, target) ? "uring" : "sync";
  }
  if (address.kind === "bucket") return "s3-sdk";
  return address.synthetic === null ? "null" : "synthetic";
}

function isDeep({ mix, workers, queueDepth, polling }: PhasePlan, { kind }: TargetSpec): boolean {
  // A scenario mixes no blocks with whole files, and polls only for blocks.
  if (mix.some(({ operation }) => BLOCKS.has(operation)))
    return queueDepth > 1 || polling !== "none";
  return queueDepth > 1 && (workers * queueDepth > MAX_FILE_THREADS || NETWORK_KINDS.has(kind));
}

/** Returns what uring and threadpool do not do in a phase, a clause; null if they do all. */
function renameObstacle({ mix }: PhasePlan): string | null {
  const mixesRenames = mix.length > 1 && mix.some(({ operation }) => operation === "rename");
  return mixesRenames ? "does not mix renames with other operations" : null;
}
