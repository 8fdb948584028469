import type { DatasetPlan } from "../model/plan/dataset.ts";
import { IN_PARTS, OPERATION, type Operation, PART_UPLOADS } from "../model/plan/operation.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { Usage } from "../model/run/cost.ts";
import type { StorageClass } from "../model/target/storage-class.ts";

/** Usage of a phase for given numbers of operations, requests and bytes. */
export function usageOf(
  phase: PhasePlan,
  operation: Operation,
  counts: { readonly operations: number; readonly requests: number; readonly bytes: number },
  storageClass: StorageClass,
): Usage {
  const { moves, request } = OPERATION[operation];
  const stores = moves === "sends" || moves === "copies";
  return {
    what: phase.name,
    requestClass: request,
    storageClass,
    requests: counts.requests,
    sentBytes: stores || operation === "restore" ? counts.bytes : 0,
    receivedBytes: moves === "brings" ? counts.bytes : 0,
    storedObjects: stores ? counts.operations : 0,
    ...(moves === "copies" ? { copiedBytes: counts.bytes } : {}),
    ...(operation === "restore" && phase.restore !== null
      ? { tier: phase.restore.tier, days: phase.restore.days }
      : {}),
  };
}

/** Number of requests of one operation on an object of `bytes` bytes, without retries. */
export function requestsEach(phase: PhasePlan, operation: Operation, bytes: number): number {
  const parts = Math.max(1, Math.ceil(bytes / phase.partBytes));
  // Two requests in addition to the parts: one starts the upload, one completes it.
  if (PART_UPLOADS.has(operation)) return parts === 1 ? 1 : parts + 2;
  return IN_PARTS.has(operation) ? parts : 1;
}

/** Number of files of a dataset, and their mean size in bytes. */
export function filesOf(dataset: DatasetPlan): { readonly count: number; readonly bytes: number } {
  const { size, kind, count, shardBytes } = dataset;
  const mean =
    size.kind === "fixed"
      ? size.bytes
      : size.kind === "uniform"
        ? (size.minBytes + size.maxBytes) / 2
        : size.meanBytes;
  if (kind === "files") return { count, bytes: mean };
  const shards = Math.max(1, Math.ceil((count * mean) / shardBytes));
  return { count: shards, bytes: (count * mean) / shards };
}
