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
import { s3Uri } from "./folder.ts";
import {
  type Command,
  hasNoResponse,
  isUnsupported,
  request,
  requestError,
  type Store,
  send,
  UnreachableError,
} from "./store.ts";

/** Versioning of a bucket; `unknown` without the permission to read it. */
export interface Versioning {
  readonly state: "Enabled" | "Suspended" | "none" | "unknown";
  /** Whether versions can be deleted only with a second factor (MFA delete). */
  readonly mfaDelete: boolean;
  /** Reason why the state is unknown; empty otherwise. */
  readonly why: string;
}

/** Reads the versioning of a bucket; a server without that request keeps no versions. */
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
    const failure = await requestError(store, command, error, signal);
    if (failure instanceof UnreachableError) throw failure;
    return { ...known, state: "unknown", why: failure.message };
  }
}

/**
 * Checks that objects of a bucket can be removed: no default retention (Object Lock) and no MFA
 * delete. Writes nothing.
 *
 * @returns reason why it is unknown whether the bucket locks its objects; null if that is known
 * @throws PreflightError if objects could not be removed
 */
export async function checkRemovable(
  store: Store,
  versioning: Versioning,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (versioning.mfaDelete) {
    throw new PreflightError(
      `${bucketLabel(store.address)} deletes versions only with a second factor (MFA delete), so ` +
        "the run's data would remain and be charged; nothing was written; use another bucket",
    );
  }
  // Object Lock requires versioning.
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
    const failure = await requestError(store, command, error, signal);
    if (codeOf(error) === "ENOTS3" || failure instanceof UnreachableError) throw failure;
    return failure.message;
  }
  if (retention === undefined) return null;
  const { Mode = "unknown mode", Days, Years } = retention;
  const span = Days === undefined ? count(Years ?? 0, "year") : count(Days, "day");
  const by = Mode === "COMPLIANCE" ? "by no one" : "only with s3:BypassGovernanceRetention";
  throw new PreflightError(
    `${label} locks each object for ${span} (Object Lock, ${Mode}), so until then the run's data ` +
      `could be removed ${by} and would be charged; nothing was written; use a bucket without a ` +
      "default retention",
  );
}

/**
 * Tests whether objects can be deleted, if it is unknown whether the bucket locks them: writes one
 * object and deletes that version.
 *
 * @param why reason why the lock configuration is unknown
 * @throws PreflightError if the object cannot be deleted
 */
export async function testDeletion(
  store: Store,
  key: string,
  text: string,
  why: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const named = { Bucket: store.address.bucket, Key: key };
  const put = new PutObjectCommand({ ...named, Body: text });
  const { VersionId } = await request(store, put, signal);
  // Without a version id, the bucket has no versions, no locks, and no delete markers.
  const remove = new DeleteObjectCommand({ ...named, VersionId });
  try {
    await request(store, remove, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new PreflightError(
      `${s3Uri(store, key)} was written but could not be removed, because of Object Lock or a ` +
        `missing permission: ${messageOf(error)}; the run's data could not be removed either; ` +
        `the lock configuration of the bucket is unknown: ${why}; nothing else was written; use ` +
        "another bucket",
    );
  }
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

/**
 * Checks that the credentials may delete objects, before any data is written. Deletes the version
 * `null` of a key that must not exist, which changes nothing.
 *
 * @throws PreflightError that names the missing permission
 */
export async function checkDeletable(
  store: Store,
  { state }: Versioning,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  // If versioning is unknown, a DELETE could create a delete marker, so the check is skipped.
  if (state === "unknown") return;
  const named = { Bucket: store.address.bucket, Key: key };
  const command = new DeleteObjectCommand(
    state === "none" ? named : { ...named, VersionId: "null" },
  );
  const denial = await denialOf(store, command, signal);
  if (denial === null) return;
  const { message } = await requestError(store, command, denial, signal);
  throw new PreflightError(`${message}; the run's data could not be removed; nothing was written`);
}

/**
 * Sends a request to check a permission; returns its error if access is denied, or null for any
 * other response.
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
    if (hasNoResponse(error)) throw await requestError(store, command, error, signal);
    return failureCode(error) === "AccessDenied" ? error : null;
  }
}
