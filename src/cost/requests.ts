import { IN_PARTS, OPERATION, type Operation, PART_UPLOADS } from "../model/plan/operation.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { Usage } from "../model/run/cost.ts";
import { type TargetKind, usualClassOf } from "../model/target/kind.ts";
import type { StorageClass } from "../model/target/storage-class.ts";

/** Counts of one operation of a phase. */
export interface OperationCounts {
  readonly operations: number;
  /** All requests, including `looks`. */
  readonly requests: number;
  readonly bytes: number;
  /** HEAD requests that wait for restored objects; 0 for other operations. */
  readonly looks: number;
}

/** Usage of one operation of a phase; a restore has a second line for its HEAD requests. */
export function usageOf(
  phase: PhasePlan,
  operation: Operation,
  { operations, requests, bytes, looks }: OperationCounts,
  kind: TargetKind,
): readonly Usage[] {
  const { moves, request } = OPERATION[operation];
  const stores = moves === "sends" || moves === "copies";
  const common = { what: phase.name, storageClass: classOf(phase, kind) };
  const usage: Usage = {
    ...common,
    requestClass: request,
    requests: requests - looks,
    sentBytes: stores || operation === "restore" ? bytes : 0,
    receivedBytes: moves === "brings" ? bytes : 0,
    storedObjects: stores ? operations : 0,
    ...(moves === "copies" ? { copiedBytes: bytes } : {}),
    ...(operation === "restore" && phase.restore !== null
      ? { tier: phase.restore.tier, days: phase.restore.days }
      : {}),
  };
  if (looks === 0) return [usage];
  const nothing = { sentBytes: 0, receivedBytes: 0, storedObjects: 0 };
  return [usage, { ...common, requestClass: "read", requests: looks, ...nothing }];
}

/** Storage class of a phase's objects. */
function classOf(phase: PhasePlan, kind: TargetKind): StorageClass {
  return phase.objects.storageClass ?? usualClassOf(kind);
}

/** Number of requests of one operation on an object of `bytes` bytes, without retries. */
export function requestsEach(phase: PhasePlan, operation: Operation, bytes: number): number {
  const parts = Math.max(1, Math.ceil(bytes / phase.partBytes));
  // Two requests in addition to the parts: one starts the upload, one completes it.
  if (PART_UPLOADS.has(operation)) return parts === 1 ? 1 : parts + 2;
  return IN_PARTS.has(operation) ? parts : 1;
}
