import type { DatasetPlan } from "../model/plan/dataset.ts";
import { IN_PARTS, OPERATION, type Operation, PART_UPLOADS } from "../model/plan/operation.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { Usage } from "../model/run/cost.ts";
import type { StorageClass } from "../model/target/storage-class.ts";

/** Usage of so many operations of a phase that sent so many requests and moved so many bytes. */
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

/** Requests of one operation on an object of a size, where nothing fails. */
export function requestsEach(phase: PhasePlan, operation: Operation, bytes: number): number {
  const parts = Math.max(1, Math.ceil(bytes / phase.partBytes));
  // One request begins an upload and one puts its parts together.
  if (PART_UPLOADS.has(operation)) return parts === 1 ? 1 : parts + 2;
  return IN_PARTS.has(operation) ? parts : 1;
}

/** Mean size of a dataset's files, and how many there are. */
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
