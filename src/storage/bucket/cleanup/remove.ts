import {
  type _Error as DeleteError,
  DeleteObjectCommand,
  DeleteObjectsCommand,
} from "@aws-sdk/client-s3";
import { messageOf } from "../../../model/fault/errors.ts";
import { failureCode } from "../../../s3/failure/failure.ts";
import { permissionOf } from "../../../s3/failure/permissions.ts";
import { inParallel } from "../store/in-parallel.ts";
import type { StoredObject } from "../store/listing.ts";
import { hasNoResponse, IN_FLIGHT, requestError, type Store, send } from "../store/store.ts";

/** Maximum keys in one DeleteObjects request, as defined by S3. */
const DELETE_BATCH = 1000;
/** Error codes of an object in a DeleteResult after which another attempt may succeed. */
const TRANSIENT: ReadonlySet<string> = new Set([
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
]);
const GONE: ReadonlySet<string> = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);

/** An object that could not be removed, and the reason. */
export interface Refused {
  readonly object: StoredObject;
  readonly reason: string;
}

/** Stores that refused a DeleteObjects request, so that objects are removed one by one. */
const withoutBatches = new WeakSet<Store>();

/**
 * Removes objects in batches of 1,000, or one by one if the server refuses batches. Returns the
 * objects that remain. A failure does not stop the rest.
 *
 * @throws UnreachableError if the endpoint does not respond; the signal's reason
 */
export async function removeObjects(
  store: Store,
  objects: readonly StoredObject[],
  signal: AbortSignal | undefined,
): Promise<readonly Refused[]> {
  const refused: Refused[] = [];
  for (let i = 0; i < objects.length; i += DELETE_BATCH) {
    const batch = objects.slice(i, i + DELETE_BATCH);
    const again = withoutBatches.has(store)
      ? batch
      : await removeBatch(store, batch, refused, signal);
    await inParallel(again.length, IN_FLIGHT, async (j) => {
      const object = again[j];
      if (object === undefined) return;
      const reason = await removeOne(store, object, signal);
      if (reason !== null) refused.push({ object, reason });
    });
  }
  return refused;
}

/** Removes a batch; returns objects to remove one by one, and adds objects that remain. */
async function removeBatch(
  store: Store,
  batch: readonly StoredObject[],
  refused: Refused[],
  signal: AbortSignal | undefined,
): Promise<readonly StoredObject[]> {
  const Objects = batch.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
  const command = new DeleteObjectsCommand({
    Bucket: store.address.bucket,
    Delete: { Objects, Quiet: true },
  });
  let errors: readonly DeleteError[];
  try {
    errors = (await send(store, command, signal)).Errors ?? [];
  } catch (error) {
    signal?.throwIfAborted();
    if (hasNoResponse(error)) throw await requestError(store, command, error, signal);
    withoutBatches.add(store);
    return batch;
  }
  // Some servers omit the version from an error, which then refers to the first one of its key.
  const named = new Map(batch.toReversed().map((object) => [object.key, object]));
  for (const object of batch) named.set(nameOf(object.key, object.versionId), object);
  const again: StoredObject[] = [];
  for (const { Key, VersionId, Code = "", Message } of errors) {
    const object = named.get(nameOf(Key ?? "", VersionId)) ?? named.get(nameOf(Key ?? ""));
    if (object === undefined || GONE.has(Code)) continue;
    if (TRANSIENT.has(Code) || isNullVersion(object)) again.push(object);
    else refused.push({ object, reason: reasonOf(Code, Message ?? "", object) });
  }
  return again;
}

function nameOf(key: string, versionId?: string): string {
  return versionId === undefined || versionId === "" ? key : `${key}\0${versionId}`;
}

/** Whether an object has version `null`, so that it can also be removed without a version id. */
function isNullVersion({ versionId, deleted }: StoredObject): boolean {
  return versionId === "null" && deleted !== true;
}

/** Removes one object; returns the reason if that fails, or null. */
async function removeOne(
  store: Store,
  object: StoredObject,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const named = { Bucket: store.address.bucket, Key: object.key };
  const command = new DeleteObjectCommand({ ...named, VersionId: object.versionId });
  try {
    await send(store, command, signal);
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    const code = failureCode(error);
    if (GONE.has(code)) return null;
    if (hasNoResponse(error)) throw await requestError(store, command, error, signal);
    if (isNullVersion(object)) {
      const { key, sizeBytes } = object;
      return removeOne(store, { key, sizeBytes }, signal);
    }
    return reasonOf(code, messageOf(error), object);
  }
}

function reasonOf(code: string, message: string, { versionId }: StoredObject): string {
  const words = message === "" || message === code ? "" : ` (${message})`;
  if (code !== "AccessDenied" || /lock|worm|retention|legal hold/i.test(message)) {
    return `${code === "" ? "refused" : code}${words}`;
  }
  const permission = permissionOf("DeleteObjectCommand", versionId !== undefined);
  return `AccessDenied${words}; the credentials need ${permission}`;
}
