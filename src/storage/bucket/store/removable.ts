import {
  type DefaultRetention,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  PutObjectCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-s3";
import { codeOf, messageOf, PreflightError } from "../../../model/fault/errors.ts";
import { bucketLabel, failureCode } from "../../../s3/failure/failure.ts";
import { whereOf } from "./folder.ts";
import {
  ask,
  type Command,
  isUnanswered,
  isUnsupported,
  refusalOf,
  type Store,
  send,
  UnreachableError,
} from "./store.ts";

/** Whether a bucket keeps old versions; `unknown` where that may not be asked. */
export interface Versioning {
  readonly state: "Enabled" | "Suspended" | "none" | "unknown";
  /** Versions can be removed only with a device of the account's owner. */
  readonly mfaDelete: boolean;
  /** Why it is unknown, one sentence; empty otherwise. */
  readonly why: string;
}

/** Asks whether a bucket keeps old versions; a store without that request keeps none. */
export async function versioningOf(
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Versioning> {
  const command = new GetBucketVersioningCommand({ Bucket: store.address.bucket });
  const known = { mfaDelete: false, why: "" };
  if (store.express) return { ...known, state: "none" };
  try {
    const { Status, MFADelete } = await send(store, command, signal);
    return { ...known, state: Status ?? "none", mfaDelete: MFADelete === "Enabled" };
  } catch (error) {
    signal?.throwIfAborted();
    if (isUnsupported(error)) return { ...known, state: "none" };
    const refusal = await refusalOf(store, command, error, signal);
    if (refusal instanceof UnreachableError) throw refusal;
    return { ...known, state: "unknown", why: refusal.message };
  }
}

/**
 * Refuses a bucket that would keep every object it is given: a default retention (Object Lock), or
 * versions that only a second factor removes. Asks only, and writes nothing.
 *
 * @returns why it is not known whether the bucket locks its objects, one sentence; null if it is
 * @throws PreflightError with what locks the bucket
 */
export async function checkRemovable(
  store: Store,
  versioning: Versioning,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (versioning.mfaDelete) {
    throw new PreflightError(
      `${bucketLabel(store.address)} removes versions only with a second factor (MFA delete): ` +
        "the run's data would stay and be charged; nothing was written: use another bucket",
    );
  }
  // Object Lock exists only in buckets that keep versions.
  if (versioning.state === "none" || versioning.state === "Suspended") return null;
  return checkLock(store, signal);
}

async function checkLock(store: Store, signal: AbortSignal | undefined): Promise<string | null> {
  const command = new GetObjectLockConfigurationCommand({ Bucket: store.address.bucket });
  const label = bucketLabel(store.address);
  let retention: DefaultRetention | undefined;
  try {
    const { ObjectLockConfiguration } = await send(store, command, signal);
    retention = ObjectLockConfiguration?.Rule?.DefaultRetention;
  } catch (error) {
    signal?.throwIfAborted();
    const code = failureCode(error);
    if (code.startsWith("ObjectLockConfigurationNotFound") || isUnsupported(error)) return null;
    const refusal = await refusalOf(store, command, error, signal);
    if (codeOf(error) === "ENOTS3" || refusal instanceof UnreachableError) throw refusal;
    return refusal.message;
  }
  if (retention === undefined) return null;
  const { Mode = "unknown mode", Days, Years } = retention;
  const span = Days === undefined ? count(Years ?? 0, "year") : count(Days, "day");
  const by = Mode === "COMPLIANCE" ? "by no one" : "only with s3:BypassGovernanceRetention";
  throw new PreflightError(
    `${label} locks each object for ${span} (Object Lock, ${Mode}): until then the run's data ` +
      `could be removed ${by}, and it would be charged; nothing was written: use a bucket ` +
      "without a default retention",
  );
}

/**
 * Finds out by one object whether a bucket gives back what it is given, where it must not be asked
 * whether it locks its objects: writes the object and removes that version of it.
 *
 * @param why the sentence that says why it could not be asked
 * @throws PreflightError where the object stays: the rest of the run's data would stay as well
 */
export async function tryLock(
  store: Store,
  key: string,
  text: string,
  why: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const named = { Bucket: store.address.bucket, Key: key };
  const put = new PutObjectCommand({ ...named, Body: text });
  const { VersionId } = await ask(store, put, signal);
  // Without an id there are no versions, so nothing is locked, and a plain DELETE leaves nothing.
  const remove = new DeleteObjectCommand({ ...named, VersionId });
  try {
    await ask(store, remove, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new PreflightError(
      `${whereOf(store, key)} was written and could not be removed again, by Object Lock or for ` +
        `want of a permission, and so it would be with the run's data: ${messageOf(error)}; ` +
        `whether the bucket locks its objects could not be asked: ${why}; nothing else was ` +
        "written: use another bucket",
    );
  }
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

/**
 * Refuses credentials that may not delete, before the first byte: what a run writes it has to be
 * able to remove. Deletes the version `null` of a key that must not exist, which changes nothing.
 *
 * @throws PreflightError that names the permission
 */
export async function checkDeletable(
  store: Store,
  { state }: Versioning,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Without versions a plain DELETE of what is not there leaves nothing; where that is unknown it
  // could leave a marker, so nothing is asked.
  if (state === "unknown") return;
  const named = { Bucket: store.address.bucket, Key: key };
  const command = new DeleteObjectCommand(
    state === "none" ? named : { ...named, VersionId: "null" },
  );
  const denial = await denialOf(store, command, signal);
  if (denial === null) return;
  const { message } = await refusalOf(store, command, denial, signal);
  throw new PreflightError(`${message}: the run's data could not be removed; nothing was written`);
}

/**
 * Sends a request to learn whether it is permitted: its failure where it is denied, else null,
 * whatever the store answers.
 *
 * @throws UnreachableError, or the signal's reason
 */
export async function denialOf<In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
  store: Store,
  command: Command<In, Out>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    await send(store, command, signal);
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    if (isUnanswered(error)) throw await refusalOf(store, command, error, signal);
    return failureCode(error) === "AccessDenied" ? error : null;
  }
}
