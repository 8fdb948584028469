import type { DatasetPlan } from "../model/plan/dataset.ts";
import type { StorageClass } from "../model/plan/object-options.ts";
import type { Operation } from "../model/plan/operation.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import type { RequestClass, Usage } from "../model/run/cost.ts";

/** How each operation's requests are charged. DELETE is free, also of many objects at once. */
const CLASS_OF: Readonly<Record<Operation, RequestClass>> = {
  read: "read",
  write: "write",
  create: "write",
  stat: "read",
  fetch: "read",
  delete: "free",
  upload: "write",
  download: "read",
  stream: "read",
  rename: "write",
  list: "write",
  copy: "write",
  deleteObjects: "free",
  putTags: "write",
  getTags: "read",
  fetchIfMatch: "read",
  fetchIfNoneMatch: "read",
  createVersion: "write",
  fetchVersion: "read",
  listVersions: "write",
  restore: "restore",
};

/** Operations whose bytes go to the store, and those whose bytes come from it. */
const SENT: ReadonlySet<Operation> = new Set(["create", "upload", "createVersion"]);
const STORED: ReadonlySet<Operation> = new Set([...SENT, "copy"]);
const WITHOUT_BYTES: ReadonlySet<Operation> = new Set(["list", "listVersions", "stat"]);

/** Usage of so many operations of a phase that sent so many requests and moved so many bytes. */
export function usageOf(
  phase: PhasePlan,
  operation: Operation,
  counts: { readonly operations: number; readonly requests: number; readonly bytes: number },
  storageClass: StorageClass,
): Usage {
  const sends = STORED.has(operation) || operation === "restore";
  return {
    what: phase.name,
    requestClass: CLASS_OF[operation],
    storageClass,
    requests: counts.requests,
    sentBytes: sends ? counts.bytes : 0,
    receivedBytes: sends || WITHOUT_BYTES.has(operation) ? 0 : counts.bytes,
    storedObjects: STORED.has(operation) ? counts.operations : 0,
    ...(operation === "copy" ? { copiedBytes: counts.bytes } : {}),
    ...(operation === "restore" && phase.restore !== null
      ? { tier: phase.restore.tier, days: phase.restore.days }
      : {}),
  };
}

/** Requests of one operation on an object of a size, where nothing fails. */
export function requestsEach(phase: PhasePlan, operation: Operation, bytes: number): number {
  const parts = Math.max(1, Math.ceil(bytes / phase.partBytes));
  // One request begins an upload and one puts its parts together.
  if (operation === "upload") return parts === 1 ? 1 : parts + 2;
  return operation === "download" ? parts : 1;
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
