import type { RestorePlan } from "../../model/plan/plan.ts";
import { TransferError } from "./errors.ts";

/** Attempts to abort a failed upload in the store, and the time that each may take. */
export const ABORT_ATTEMPTS = 3;
export const ABORT_TIMEOUT_MS = 5_000;

/** The rest of a shard that is read, which keeps the connection; a larger one is cut off. */
export const WORTH_FINISHING_BYTES = 256 * 1024;

/** The header before a shard's first sample is read with it, so such a read asks for no range. */
export const SHARD_START_BYTES = 4096;

/** Tags that `putTags` gives an object, all of one value; S3 allows ten. */
export const OBJECT_TAGS = {
  names: ["dataset", "split", "label", "source"],
  value: "assay",
} as const;

/** The bucket as the source of a copy names it: an access point is a resource of its own. */
export function copySourceOf(bucket: string): string {
  return bucket.startsWith("arn:") ? `${bucket}/object` : bucket;
}

/** Times that an archived object is looked at: an engine sees no clock, so looks count time. */
export function maxLooks({ deadlineNs, pollNs }: RestorePlan): number {
  return Math.max(1, Math.ceil(deadlineNs / pollNs));
}

/** How a phase restores objects. @throws TransferError if its plan does not say */
export function restorePlanOf(plan: RestorePlan | null): RestorePlan {
  if (plan === null) throw new TransferError("EINVAL", "nothing says how to restore");
  return plan;
}

/** The failure of an object that cannot be read after all looks at it. */
export function notRestored({ deadlineNs }: RestorePlan): TransferError {
  return new TransferError("ETIMEDOUT", `it could not be read after ${deadlineNs / 1e9} s`);
}
