/**
 * What a target or this host cannot do of a plan, said before anything is prepared: engines,
 * operations, limits of S3 and of this process. Only traits that are handed in are looked at;
 * nothing is opened or tried. Read `unsupported` first.
 */

import type { EngineTraits } from "../../engine/engine.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetPlan, Location } from "../../model/plan/dataset.ts";
import { BLOCKS, MODIFIES, OPERATION, type Operation } from "../../model/plan/operation.ts";
import type { EngineName, PhasePlan, Plan } from "../../model/plan/plan.ts";
import type { HostLimits } from "../../model/target/host-limits.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";
import { oneOf } from "../../yaml/nearest.ts";
import { unseenFirstByte } from "../check/threshold-fit.ts";
import { hostObstacle } from "./host.ts";
import { bucketObstacle, pathObstacle } from "./objects.ts";

/** What this host can do: its engines and the limits of this process. */
export interface Host {
  readonly engines: Engines;
  readonly limits: HostLimits;
}

type Engines = Readonly<Record<EngineName, EngineTraits>>;

const LOCATION_OF: Readonly<Record<Address["kind"], Location["kind"]>> = {
  path: "directory",
  device: "device",
  bucket: "bucket",
  memory: "memory",
};

/** A phase a target cannot do, and why in one sentence. */
export interface Unsupported {
  readonly phase: string;
  readonly reason: string;
}

/** How a phase is run on a target. */
export interface Resolved {
  readonly engine: EngineName;
  readonly threads: number;
  /** Queue depth of each thread. */
  readonly depth: number;
  /** Why it is not the engine that suits it best, one sentence; null where it is. */
  readonly fallback: string | null;
}

/** Which engine runs a phase on a target, on how many threads, each with which queue depth. */
export function resolvePhase(phase: PhasePlan, target: TargetSpec, engines: Engines): Resolved {
  const best = phase.engine === "auto" ? naturalEngine(phase, target, engines) : phase.engine;
  const { refusal } = engines[best];
  const falls = phase.engine === "auto" && refusal !== undefined;
  const engine = falls ? "sync" : best;
  const fallback = falls ? `sync with a thread an operation, not ${best}: ${refusal}` : null;
  const { workers, queueDepth } = phase;
  return engines[engine].depthInThread
    ? { engine, threads: workers, depth: queueDepth, fallback }
    : { engine, threads: workers * queueDepth, depth: 1, fallback };
}

/** Every phase of the plan that the target cannot do; empty where it can do all. */
export function unsupported(plan: Plan, target: TargetSpec, host: Host): readonly Unsupported[] {
  return plan.phases.flatMap((phase) => {
    const dataset = plan.datasets.find((one) => one.name === phase.dataset);
    const reason = obstacle(deepest(phase), dataset, target, host);
    return reason === null ? [] : [{ phase: phase.name, reason }];
  });
}

/** A phase that searches for a queue depth, at the highest it may come to. */
function deepest(phase: PhasePlan): PhasePlan {
  const { find } = phase;
  if (find?.by !== "queueDepth") return phase;
  return { ...phase, queueDepth: find.to ?? phase.queueDepth };
}

/** Throws one PreflightError that lists every phase the target cannot do, a line each. */
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
  { engines, limits }: Host,
): string | null {
  const family = target.address.kind;
  const { engine, threads, depth } = resolvePhase(phase, target, engines);
  const traits = engines[engine];
  if (traits.refusal !== undefined) {
    return `the ${engine} engine cannot be used here: ${traits.refusal}; use engine auto`;
  }
  if (!traits.serves.includes(LOCATION_OF[family])) {
    return `the ${engine} engine does not serve a ${LOCATION_OF[family]}; use engine auto`;
  }
  if (target.address.kind === "device") {
    const reason = deviceObstacle(phase, target.address);
    if (reason !== null) return reason;
  }
  for (const { operation } of phase.mix) {
    if (traits.operations.includes(operation)) continue;
    const reason = impossible(operation, family);
    return reason === undefined
      ? `the ${engine} engine cannot ${operation}; use engine auto`
      : `${operation}: ${reason}`;
  }
  if (family === "path") {
    const reason = pathObstacle(phase);
    if (reason !== null) return reason;
  }
  if (phase.verify && traits.keepsBytes !== true) {
    return `verify: the ${engine} engine does not keep the bytes it reads, so none can be checked`;
  }
  if (threads > MAX_THREADS) {
    return (
      `the ${engine} engine needs workers x queueDepth = ${threads} threads, ` +
      `at most ${MAX_THREADS} are started; use fewer of either`
    );
  }
  if (phase.polling !== "none" && engine !== "uring") {
    return `polling: only io_uring polls, and the ${engine} engine runs here; leave it out`;
  }
  const reason = family === "bucket" ? bucketObstacle(phase, dataset, target) : null;
  const shape = { threads, depth };
  return (
    reason ?? unseenFirstByte(phase, traits) ?? hostObstacle(phase, dataset, family, shape, limits)
  );
}

/** Why a family of targets cannot do an operation, and what can be used instead. */
function impossible(operation: Operation, family: Address["kind"]): string | undefined {
  const { notOnPaths, notOnBuckets } = OPERATION[operation];
  if (family === "path") return notOnPaths;
  return family === "bucket" ? notOnBuckets : undefined;
}

/** What only holds for block devices: nothing is written unless that was allowed by hand. */
function deviceObstacle(
  { mix, access, verify }: PhasePlan,
  { path, writable }: Extract<Address, { readonly kind: "device" }>,
): string | null {
  if (access === "samples") return "samples lie in tar shards, a block device holds no files";
  for (const { operation } of mix) {
    if (!BLOCKS.has(operation)) {
      return `${operation}: a block device holds no files; use read or write`;
    }
    if (writable || !MODIFIES.has(operation)) continue;
    return `write: it would overwrite what is on ${path}; if that may be lost, --allow-destructive`;
  }
  if (verify) return "verify: a block device holds no prepared blocks to check; leave it out";
  return null;
}

/** Each thread has a stack and an isolate of its own, some 10 MB. */
const MAX_THREADS = 512;

/** On a path one operation at a time is best made on the thread, more go through the ring. */
function naturalEngine(
  phase: PhasePlan,
  { kind, address }: TargetSpec,
  engines: Engines,
): EngineName {
  if (address.kind === "path" || address.kind === "device") {
    const { operations } = engines.uring;
    const deep = phase.queueDepth > 1 || phase.polling !== "none";
    return deep && phase.mix.every((part) => operations.includes(part.operation))
      ? "uring"
      : "sync";
  }
  if (address.kind === "bucket") return "s3-sdk";
  return kind === "synthetic" ? "synthetic" : "null";
}

/**
 * Why a run of many scenarios leaves one out on a target, one line; null where it suits. Unlike
 * `preflight`, it also looks at which kinds of target the scenario is meant for.
 */
export function skipReason(plan: Plan, target: TargetSpec, host: Host): string | null {
  const { targets } = plan;
  if (targets !== undefined && !targets.includes(target.kind)) {
    return `it is meant for ${oneOf(targets)}, and this is \`${target.kind}\``;
  }
  const [first, ...others] = unsupported(plan, target, host);
  if (first === undefined) return null;
  const more = others.length === 0 ? "" : ` (and ${others.length} more of its phases)`;
  return `${first.phase}: ${first.reason}${more}`;
}
