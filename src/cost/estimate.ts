import { trialsOf } from "../metrics/search/search.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";
import { type StoredAs, suits } from "../model/plan/object-options.ts";
import {
  BLOCKS,
  isLiveMix,
  LISTS,
  needsOf,
  OPERATION,
  type Operation,
} from "../model/plan/operation.ts";
import type { RequestClass } from "../model/plan/operation-rows.ts";
import {
  longestNs,
  MAX_KEYS,
  maxRepetitionNs,
  type PhasePlan,
  type Plan,
} from "../model/plan/plan.ts";
import { highestPerSecond } from "../model/plan/rate.ts";
import type { Usage } from "../model/run/cost.ts";
import { KIND, type TargetKind, usualClassOf } from "../model/target/kind.ts";
import type { StorageClass } from "../model/target/storage-class.ts";
import { filesOf, requestsEach, usageOf } from "./requests.ts";

/**
 * Assumed minimum time per operation in a phase with a time limit. The estimate is an upper bound
 * only if the storage is not faster; it states the assumption. The published latency is 100 to
 * 200 ms for small objects in S3 Standard, and below 10 ms in a directory bucket.
 */
const MIN_OPERATION_MS = 10;
/** Assumed maximum throughput of one connection; S3's own figure is 85 to 90 MB/s. */
const MAX_BYTES_PER_SECOND = 200e6;

/** Part size in preparation; smaller objects are sent in one PUT. */
const PREPARED_PART_BYTES = 8 * 1024 ** 2;

/** Requests for the manifest, its heartbeats, and the search for leftovers of other runs. */
const BOOKKEEPING_REQUESTS = 50;

/** State of a dataset in the bucket at one step of the plan. */
interface Present {
  readonly stored: StoredAs;
}

/** Maximum number of requests that a plan sends to a bucket: phases, preparation and cleanup. */
export function estimatedUsage(plan: Plan, kind: TargetKind): readonly Usage[] {
  const usage: Usage[] = [other("preparation", "write", BOOKKEEPING_REQUESTS, kind)];
  const present = new Map<string, Present>();
  for (let repetition = 0; repetition < plan.repetitions; repetition++) {
    for (const phase of plan.phases) {
      const dataset = plan.datasets.find(({ name }) => name === phase.dataset);
      if (dataset === undefined) continue;
      usage.push(...preparing(phase, dataset, present, kind));
      usage.push(...measuring(phase, dataset, kind));
    }
  }
  for (const dataset of plan.datasets) usage.push(...cleaning(dataset, kind));
  return added(usage);
}

/** Storage class of a phase's objects. */
export function classOf(phase: PhasePlan, kind: TargetKind): StorageClass {
  return phase.objects.storageClass ?? usualClassOf(kind);
}

function preparing(
  phase: PhasePlan,
  dataset: DatasetPlan,
  present: Map<string, Present>,
  kind: TargetKind,
): readonly Usage[] {
  const operations = phase.mix.map(({ operation }) => operation);
  const files = filesOf(dataset);
  const usage = [other("preparation", "write", listPages(dataset), kind)];
  const found = present.get(dataset.name);
  const absent = needsOf(operations) === "absent";
  if (!absent && (found === undefined || !suits(found.stored, phase.objects))) {
    const each = dataset.versions ?? 1;
    const parts = Math.ceil(files.bytes / PREPARED_PART_BYTES);
    usage.push({
      what: "preparation",
      requestClass: "write",
      storageClass: classOf(phase, kind),
      requests: files.count * each * (parts <= 1 ? 1 : parts + 2),
      sentBytes: files.count * each * files.bytes,
      receivedBytes: 0,
      storedObjects: files.count * each,
    });
  }
  const leaves = operations.some((one) => OPERATION[one].files === "removed");
  // A mix leaves an unknown part of the dataset; the upper bound is to prepare all of it again.
  if (leaves || isLiveMix(operations)) present.delete(dataset.name);
  else present.set(dataset.name, { stored: phase.objects });
  return usage;
}

function measuring(phase: PhasePlan, dataset: DatasetPlan, kind: TargetKind): readonly Usage[] {
  const total = phase.mix.reduce((sum, { weight }) => sum + weight, 0);
  const all = operationsOf(phase, dataset, kind);
  return phase.mix.map(({ operation, weight }) => {
    const operations = Math.ceil((all * weight) / total);
    const bytes = bytesEach(phase, operation, dataset);
    const requests = operations * requestsOf(phase, operation, dataset, bytes);
    const counts = { operations, requests, bytes: operations * bytes };
    return usageOf(phase, operation, counts, classOf(phase, kind));
  });
}

function bytesEach(phase: PhasePlan, operation: Operation, dataset: DatasetPlan): number {
  if (BLOCKS.has(operation) && phase.access !== "samples") return phase.blockBytes;
  return filesOf(dataset).bytes;
}

function requestsOf(
  phase: PhasePlan,
  operation: Operation,
  dataset: DatasetPlan,
  bytes: number,
): number {
  if (!LISTS.has(operation)) {
    return requestsEach(phase, operation, bytes);
  }
  const { prefix, pageSize } = phase.listing;
  const { count } = filesOf(dataset);
  const keys = prefix === "dataset" ? count : Math.min(count, dataset.filesPerDirectory);
  const versions = OPERATION[operation].reliesOn === "versions" ? (dataset.versions ?? 1) : 1;
  return Math.ceil((keys * versions) / pageSize) + 1;
}

/** Maximum number of operations of a phase, total of all operations. */
function operationsOf(phase: PhasePlan, dataset: DatasetPlan, kind: TargetKind): number {
  const { limit, mix } = phase;
  const { count, bytes } = filesOf(dataset);
  const first = mix[0]?.operation ?? "read";
  const each = bytesEach(phase, first, dataset);
  switch (limit.kind) {
    case "operations":
      return limit.operations;
    case "bytes":
      return Math.ceil(limit.bytes / Math.max(1, each));
    case "epochs": {
      if (OPERATION[first].unit === "batch")
        return Math.ceil(count / phase.keysPerRequest) + phase.workers;
      const blocks = BLOCKS.has(first) ? Math.ceil(bytes / Math.max(1, each)) : 1;
      return count * blocks * limit.epochs;
    }
    case "duration":
    case "steady": {
      const transferMs = (each / MAX_BYTES_PER_SECOND) * 1000;
      const seconds = maxRepetitionNs(phase) / 1e9;
      const perSlot = (seconds * 1000) / Math.max(minOperationMs(kind), transferMs);
      const { depth, perSecond, times } = loadOf(phase);
      return Math.ceil(Math.min(phase.workers * depth * perSlot, perSecond * seconds)) * times;
    }
  }
}

function minOperationMs(kind: TargetKind): number {
  return KIND[kind].quickestMs ?? MIN_OPERATION_MS;
}

/**
 * Assumed minimum time per operation in the estimate of a plan, milliseconds. Null if counts limit
 * all phases, so that the estimate needs no assumption.
 */
export function assumedMinimumMs({ phases }: Plan, kind: TargetKind): number | null {
  return phases.some(({ limit }) => longestNs(limit) !== null) ? minOperationMs(kind) : null;
}

/** Maximum load of a phase, and how often it may run; a search runs a phase many times. */
function loadOf({ queueDepth, rate, find }: PhasePlan) {
  const endless = Number.POSITIVE_INFINITY;
  if (find === undefined) {
    return {
      depth: queueDepth,
      perSecond: rate === null ? endless : highestPerSecond(rate),
      times: 1,
    };
  }
  const times = trialsOf(find).most;
  return find.by === "queueDepth"
    ? { depth: find.to ?? queueDepth, perSecond: endless, times }
    : { depth: queueDepth, perSecond: find.to ?? endless, times };
}

function cleaning(dataset: DatasetPlan, kind: TargetKind): readonly Usage[] {
  const deletions = Math.ceil((filesOf(dataset).count * (dataset.versions ?? 1)) / MAX_KEYS);
  return [
    other("cleaning", "write", listPages(dataset), kind),
    other("cleaning", "free", deletions, kind),
  ];
}

function listPages(dataset: DatasetPlan): number {
  const { count } = filesOf(dataset);
  const directories = Math.ceil(count / dataset.filesPerDirectory);
  return directories + Math.ceil((count * (dataset.versions ?? 1)) / MAX_KEYS);
}

function other(
  what: string,
  requestClass: RequestClass,
  requests: number,
  kind: TargetKind,
): Usage {
  const storageClass = usualClassOf(kind);
  const nothing = { sentBytes: 0, receivedBytes: 0, storedObjects: 0 };
  return { what, requestClass, storageClass, requests, ...nothing };
}

/** Sums usage that differs in its counts only. */
export function added(usage: readonly Usage[]): readonly Usage[] {
  const sums = new Map<string, Usage>();
  for (const one of usage) {
    const key = [one.what, one.requestClass, one.storageClass, one.tier, one.days].join("|");
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? one : sumOf(sum, one));
  }
  return [...sums.values()];
}

function sumOf(a: Usage, b: Usage): Usage {
  return {
    ...a,
    requests: a.requests + b.requests,
    sentBytes: a.sentBytes + b.sentBytes,
    receivedBytes: a.receivedBytes + b.receivedBytes,
    storedObjects: a.storedObjects + b.storedObjects,
    ...(a.copiedBytes === undefined && b.copiedBytes === undefined
      ? {}
      : { copiedBytes: (a.copiedBytes ?? 0) + (b.copiedBytes ?? 0) }),
  };
}
