import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { sizeBounds } from "../../model/plan/dataset.ts";
import { LISTS, OPERATION, type Operation, PART_UPLOADS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import { KIND } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/** Limits of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 ** 2;
const MAX_PARTS = 10_000;
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** Fields that only a PUT to a bucket has. */
const OF_OBJECTS = ["storageClass", "encryption", "checksum"] as const;

/** Returns which field of a phase requires a bucket, one sentence; null if none does. */
export function pathObstacle({ mix, objects, listing }: PhasePlan): string | null {
  if (objects.verify) {
    return "verify: whole files can be verified only in buckets; verify blocks with `read`";
  }
  const isSet = (name: (typeof OF_OBJECTS)[number]) =>
    name === "encryption" ? objects.encryption.kind !== "none" : objects[name] !== null;
  const field = OF_OBJECTS.find(isSet);
  if (field !== undefined) return `${field}: applies only to objects in a bucket; remove it`;
  const lists = mix.some(({ operation }) => LISTS.has(operation));
  if (!lists || (listing.prefix === "directory" && !listing.delimiter)) return null;
  return "listing: a path is listed one directory at a time; remove `prefix` and `delimiter`";
}

/** Returns why a bucket does not support a phase, one sentence; null if it does. */
export function bucketObstacle(
  phase: PhasePlan,
  dataset: DatasetPlan | undefined,
  target: TargetSpec,
): string | null {
  if (phase.sync !== null || phase.dsync) {
    const field = phase.sync !== null ? "sync" : "dsync";
    return `${field}: an object is durable once its PUT returns; remove \`${field}\``;
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
      return `${missing.operation}: directory buckets do not support it; remove the phase`;
    }
  }
  if (storageClass === null || classes === undefined) {
    if (storageClass !== "EXPRESS_ONEZONE") return null;
    return "storageClass: EXPRESS_ONEZONE requires a directory bucket, kind `s3-express`";
  }
  if (classes.includes(storageClass)) return null;
  const supported = classes.join(" and ");
  return `storageClass: kind \`${kind}\` supports only ${supported}, got ${storageClass}`;
}

function encryptionObstacle({ objects }: PhasePlan, target: TargetSpec): string | null {
  const { address, kind } = target;
  if (address.kind !== "bucket" || objects.encryption.kind !== "sse-c") return null;
  if (KIND[kind].isDirectoryBucket) {
    return "encryption: directory buckets do not support sse-c; use sse-kms";
  }
  if (address.endpoint?.startsWith("http:") !== true) return null;
  return "encryption: sse-c sends its key with each request and requires an https endpoint";
}

function bucketLimit(phase: PhasePlan, dataset: DatasetPlan): string | null {
  const { most } = sizeBounds(dataset);
  // Operations with an alternative come before a copy, which has none.
  const copiesLast = phase.mix.toSorted((a, b) => isCopy(a.operation) - isCopy(b.operation));
  for (const { operation } of copiesLast) {
    const instead = OPERATION[operation].abovePut;
    if (instead === undefined || most <= MAX_PUT_BYTES) continue;
    const limit = `one request transfers at most 5 GiB, but the largest file has ${most} B`;
    return `${operation}: ${limit}; ${instead}`;
  }
  const upload = phase.mix.find(({ operation }) => PART_UPLOADS.has(operation))?.operation;
  if (upload === undefined) return null;
  const parts = Math.ceil(most / phase.partBytes);
  if (phase.partBytes < MIN_PART_BYTES) {
    return `${upload}: parts must have at least 5 MiB, got partSize ${phase.partBytes} B`;
  }
  if (parts <= MAX_PARTS) return null;
  const split = `but ${most} B in parts of ${phase.partBytes} B are ${parts}; increase partSize`;
  return `${upload}: an object has at most 10,000 parts, ${split}`;
}

function isCopy(operation: Operation): number {
  return Number(OPERATION[operation].moves === "copies");
}
