import { trialsOf } from "../metrics/search/search.ts";
import type { DatasetPlan } from "../model/plan/dataset.ts";
import { type StoredAs, suits } from "../model/plan/object-options.ts";
import { isLiveMix, needsOf, OPERATION } from "../model/plan/operation.ts";
import type { RequestClass } from "../model/plan/operation-rows.ts";
import {
  longestNs,
  MAX_KEYS,
  maxRepetitionNs,
  type PhasePlan,
  type Plan,
} from "../model/plan/plan.ts";
import type { Usage } from "../model/run/cost.ts";
import { KIND, type TargetKind, usualClassOf } from "../model/target/kind.ts";
import { itemsOf } from "./objects.ts";
import { phaseCounts } from "./phase-operations.ts";
import { usageOf } from "./requests.ts";

/**
 * Assumed minimum time per operation in a phase with a time limit. The estimate is an upper bound
 * only if the storage is not faster; it states the assumption. The published latency is 100 to
 * 200 ms for small objects in S3 Standard, and below 10 ms in a directory bucket.
 */
const MIN_OPERATION_MS = 10;

/** Part size in preparation; smaller objects are sent in one PUT. */
const PREPARED_PART_BYTES = 8 * 1024 ** 2;

/** Requests for the manifest and the search for leftovers of other runs. */
const BOOKKEEPING_REQUESTS = 50;
/** Maximum size of the manifest per dataset, and twice of the rest. */
const MANIFEST_BYTES = 1024;
/** Minimum time between two heartbeats of the manifest, milliseconds. */
const HEARTBEAT_MS = 20_000;

/** State of a dataset in the bucket at one step of the plan. */
interface Present {
  readonly stored: StoredAs;
}

/**
 * Maximum number of requests that a plan sends to a bucket from a number of hosts: phases,
 * preparation and cleanup. Limits and rates of the plan are those of all hosts together.
 */
export function estimatedUsage(plan: Plan, kind: TargetKind, hosts = 1): readonly Usage[] {
  const records = BOOKKEEPING_REQUESTS + heartbeats(plan);
  const manifestBytes = MANIFEST_BYTES * (2 + plan.datasets.length);
  const usage: Usage[] = [
    { ...other("preparation", "write", records, kind), sentBytes: records * manifestBytes },
    other("preparation", "read", hosts * BOOKKEEPING_REQUESTS, kind),
    other("cleaning", "read", hosts * BOOKKEEPING_REQUESTS, kind),
    other("cleaning", "write", BOOKKEEPING_REQUESTS, kind),
  ];
  const present = new Map<string, Present>();
  for (let repetition = 0; repetition < plan.repetitions; repetition++) {
    for (const phase of plan.phases) {
      const dataset = plan.datasets.find(({ name }) => name === phase.dataset);
      if (dataset === undefined) continue;
      usage.push(...preparing(phase, dataset, present, kind));
      // Each host lists what it prepares a part of; then one checks all of it.
      if (hosts > 1) usage.push(other("preparation", "write", hosts * listPages(dataset), kind));
      usage.push(...measuring(onHosts(phase, hosts), dataset, kind));
    }
  }
  for (const dataset of plan.datasets) usage.push(...cleaning(dataset, kind));
  return added(usage);
}

/** The load of all hosts of a phase, as one host with as many workers would have it. */
function onHosts(phase: PhasePlan, all: number): PhasePlan {
  const hosts = Math.min(all, phase.hosts ?? all);
  return { ...phase, hosts, workers: hosts * phase.workers };
}

/** Heartbeats during phases with a time limit. */
function heartbeats({ phases, repetitions }: Plan): number {
  const ns = phases.reduce((sum, phase) => {
    const points = phase.find === undefined ? 1 : trialsOf(phase.find).most;
    return sum + points * maxRepetitionNs(phase);
  }, 0);
  return Math.ceil((repetitions * ns) / 1e6 / HEARTBEAT_MS);
}

function preparing(
  phase: PhasePlan,
  dataset: DatasetPlan,
  present: Map<string, Present>,
  kind: TargetKind,
): readonly Usage[] {
  const operations = phase.mix.map(({ operation }) => operation);
  const { objects } = itemsOf(dataset);
  const usage = [other("preparation", "write", 2 * listPages(dataset), kind)];
  const found = present.get(dataset.name);
  const absent = needsOf(operations) === "absent";
  // Objects of a former phase are removed, and so are its copies and versions.
  const removals = Math.ceil((2 * objects.count * (dataset.versions ?? 1)) / MAX_KEYS);
  usage.push(other("preparation", "free", removals, kind));
  if (!absent && (found === undefined || !suits(found.stored, phase.objects))) {
    const each = dataset.versions ?? 1;
    usage.push({
      what: "preparation",
      requestClass: "write",
      storageClass: phase.objects.storageClass ?? usualClassOf(kind),
      requests: each * objects.sum(preparedRequests),
      sentBytes: each * objects.totalBytes,
      receivedBytes: 0,
      storedObjects: each * objects.count,
    });
  }
  // A mix leaves an unknown part of the dataset; the upper bound is to prepare all of it again.
  const leaves = operations.some((one) => OPERATION[one].files === "removed");
  if (leaves || isLiveMix(operations)) present.delete(dataset.name);
  else present.set(dataset.name, { stored: phase.objects });
  return usage;
}

/** Requests that write one object of a dataset. */
function preparedRequests(bytes: number): number {
  const parts = Math.ceil(bytes / PREPARED_PART_BYTES);
  return parts <= 1 ? 1 : parts + 2;
}

function measuring(phase: PhasePlan, dataset: DatasetPlan, kind: TargetKind): readonly Usage[] {
  const counts = phaseCounts(phase, dataset, minOperationMs(kind));
  return phase.mix.flatMap(({ operation }, index) => {
    const one = counts[index];
    if (one === undefined) return [];
    const looks = looksOf(phase, one.operations);
    return usageOf(phase, operation, { ...one, requests: one.requests + looks, looks }, kind);
  });
}

/** Maximum HEAD requests that wait for restored objects. */
function looksOf({ restore }: PhasePlan, operations: number): number {
  return restore === null ? 0 : operations * Math.ceil(restore.deadlineNs / restore.pollNs);
}

function minOperationMs(kind: TargetKind): number {
  return KIND[kind].quickestMs ?? MIN_OPERATION_MS;
}

/**
 * Assumed minimum time per operation in the estimate of a plan, milliseconds. Null if counts limit
 * all phases and none has an offered load, so that the estimate needs no assumption.
 */
export function assumedMinimumMs({ phases }: Plan, kind: TargetKind): number | null {
  return phases.some(({ limit, rate }) => longestNs(limit) !== null || rate !== null)
    ? minOperationMs(kind)
    : null;
}

function cleaning(dataset: DatasetPlan, kind: TargetKind): readonly Usage[] {
  const deletions = Math.ceil(
    (itemsOf(dataset).objects.count * (dataset.versions ?? 1)) / MAX_KEYS,
  );
  return [
    other("cleaning", "write", 2 * listPages(dataset), kind),
    other("cleaning", "free", deletions, kind),
  ];
}

function listPages(dataset: DatasetPlan): number {
  const { count } = itemsOf(dataset).objects;
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
