import type { RestorePlan } from "../../model/plan/plan.ts";
import { TransferError } from "./errors.ts";

/** Attempts to abort a failed upload, and the timeout of each. */
export const ABORT_ATTEMPTS = 3;
export const ABORT_TIMEOUT_MS = 5_000;

/** Maximum rest of a shard that is read to keep the connection; a larger rest is aborted. */
export const WORTH_FINISHING_BYTES = 256 * 1024;

/** A shard's first sample is read with the header before it, so that it needs no range. */
export const SHARD_START_BYTES = 4096;

/** Tags of `putTags`, all with one value; S3 allows ten. */
export const OBJECT_TAGS = {
  names: ["dataset", "split", "label", "source"],
  value: "assay",
} as const;

/** The bucket in the source of a copy; an access point is a separate resource. */
export function copySourceOf(bucket: string): string {
  return bucket.startsWith("arn:") ? `${bucket}/object` : bucket;
}

/** Number of checks of an archived object; they count time, because an engine has no clock. */
export function maxLooks({ deadlineNs, pollNs }: RestorePlan): number {
  return Math.max(1, Math.ceil(deadlineNs / pollNs));
}

/** How a phase restores objects. @throws TransferError if its plan does not say */
export function restorePlanOf(plan: RestorePlan | null): RestorePlan {
  if (plan === null) throw new TransferError("EINVAL", "the phase does not set how to restore");
  return plan;
}

/** Failure of an object that is not readable after all checks. */
export function notRestored({ deadlineNs }: RestorePlan): TransferError {
  return new TransferError("ETIMEDOUT", `the object is not readable after ${deadlineNs / 1e9} s`);
}
