import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { sizeBounds } from "../../model/plan/dataset.ts";
import { LISTS, OPERATION, type Operation, PART_UPLOADS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { KIND } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/** What S3 allows: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 ** 2;
const MAX_PARTS = 10_000;
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** What a PUT asks of a store, and a path has no word for. */
const OF_OBJECTS = ["storageClass", "encryption", "checksum"] as const;

/** What of a phase only makes sense for objects, one sentence; null where nothing does. */
export function pathObstacle({ mix, objects, listing }: PhasePlan): string | null {
  if (objects.verify) {
    return "verify: whole files are checked on buckets only; verify blocks with `read`";
  }
  const isSaid = (name: (typeof OF_OBJECTS)[number]) =>
    name === "encryption" ? objects.encryption.kind !== "none" : objects[name] !== null;
  const field = OF_OBJECTS.find(isSaid);
  if (field !== undefined) return `${field}: only objects in a bucket have one; leave it out`;
  const lists = mix.some(({ operation }) => LISTS.has(operation));
  if (!lists || (listing.prefix === "directory" && !listing.delimiter)) return null;
  return "listing: a path is listed a directory at a time; leave `prefix` and `delimiter` out";
}

/** Why a phase cannot be run on a bucket of this kind, one sentence; null where it can. */
export function bucketObstacle(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  target: TargetSpec,
): string | null {
  if (phase.sync !== null || phase.dsync) {
    const field = phase.sync !== null ? "sync" : "dsync";
    return `${field}: an object is durable when its PUT is answered; leave \`${field}\` out`;
  }
  return (
    classObstacle(phase, target) ??
    encryptionObstacle(phase, target) ??
    (dataset === undefined ? null : bucketLimit(phase, dataset))
  );
}

function classObstacle({ mix, objects }: PhasePlan, { kind }: TargetSpec): string | null {
  const { classes } = KIND[kind];
  const { storageClass } = objects;
  if (KIND[kind].isDirectoryBucket) {
    const missing = mix.find(({ operation }) => OPERATION[operation].notInDirectoryBuckets);
    if (missing !== undefined) {
      return `${missing.operation}: a directory bucket has none; leave the phase out`;
    }
  }
  if (storageClass === null || classes === undefined) {
    if (storageClass !== "EXPRESS_ONEZONE") return null;
    return "storageClass: EXPRESS_ONEZONE is that of a directory bucket, kind `s3-express`";
  }
  if (classes.includes(storageClass)) return null;
  const there = classes.join(" and ");
  return `storageClass: kind \`${kind}\` has ${there} only, ${storageClass} was asked for`;
}

function encryptionObstacle({ objects }: PhasePlan, target: TargetSpec): string | null {
  const { address, kind } = target;
  if (address.kind !== "bucket" || objects.encryption.kind !== "sse-c") return null;
  if (KIND[kind].isDirectoryBucket) {
    return "encryption: a directory bucket has no sse-c; use sse-kms";
  }
  if (address.endpoint?.startsWith("http:") !== true) return null;
  return "encryption: sse-c sends its key with each request, which stores take over https only";
}

function bucketLimit(phase: PhasePlan, dataset: DatasetPlan): string | null {
  const { most } = sizeBounds(dataset);
  // What can be done otherwise is named before a copy, which cannot.
  const copiesLast = phase.mix.toSorted((a, b) => isCopy(a.operation) - isCopy(b.operation));
  for (const { operation } of copiesLast) {
    const instead = OPERATION[operation].abovePut;
    if (instead === undefined || most <= MAX_PUT_BYTES) continue;
    const limit = `one request takes at most 5 GiB, the largest file has ${most} B`;
    return `${operation}: ${limit}; ${instead}`;
  }
  const upload = phase.mix.find(({ operation }) => PART_UPLOADS.has(operation))?.operation;
  if (upload === undefined) return null;
  const parts = Math.ceil(most / phase.partBytes);
  if (phase.partBytes < MIN_PART_BYTES) {
    return `${upload}: a part has at least 5 MiB, partSize is ${phase.partBytes} B`;
  }
  if (parts <= MAX_PARTS) return null;
  const split = `${most} B in parts of ${phase.partBytes} B are ${parts}`;
  return `${upload}: an object has at most 10,000 parts, ${split}`;
}

function isCopy(operation: Operation): number {
  return Number(OPERATION[operation].moves === "copies");
}
