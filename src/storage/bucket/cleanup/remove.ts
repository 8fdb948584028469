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
import { IN_FLIGHT, isUnanswered, refusalOf, type Store, send } from "../store/store.ts";

/** Most keys of one DeleteObjects request, by S3's definition. */
const DELETE_BATCH = 1000;
/** Codes of one object in a DeleteResult that say nothing of the next attempt. */
const PASSING: ReadonlySet<string> = new Set([
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
]);
const GONE: ReadonlySet<string> = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);

/** An object that could not be removed, and why. */
export interface Refused {
  readonly object: StoredObject;
  readonly reason: string;
}

/** Stores that did not take a DeleteObjects request: there each object is removed by itself. */
const singly = new WeakSet<Store>();

/**
 * Removes objects, a thousand a request; each by itself where the store refuses that. Returns those
 * that stay. One failure does not end the rest.
 *
 * @throws PreflightError where the store cannot be reached; the signal's reason
 */
export async function removeObjects(
  store: Store,
  objects: readonly StoredObject[],
  signal: AbortSignal | undefined,
): Promise<readonly Refused[]> {
  const stay: Refused[] = [];
  for (let i = 0; i < objects.length; i += DELETE_BATCH) {
    const batch = objects.slice(i, i + DELETE_BATCH);
    const again = singly.has(store) ? batch : await removeBatch(store, batch, stay, signal);
    await inParallel(again.length, IN_FLIGHT, async (j) => {
      const object = again[j];
      if (object === undefined) return;
      const reason = await removeOne(store, object, signal);
      if (reason !== null) stay.push({ object, reason });
    });
  }
  return stay;
}

/** Returns those that have to be removed singly; those that stay are added to `stay`. */
async function removeBatch(
  store: Store,
  batch: readonly StoredObject[],
  stay: Refused[],
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
    if (isUnanswered(error)) throw await refusalOf(store, command, error, signal);
    singly.add(store);
    return batch;
  }
  // Some stores leave the version out of an error; then it stands for the first one of its key.
  const named = new Map(batch.toReversed().map((object) => [object.key, object]));
  for (const object of batch) named.set(nameOf(object.key, object.versionId), object);
  const again: StoredObject[] = [];
  for (const { Key, VersionId, Code = "", Message } of errors) {
    const object = named.get(nameOf(Key ?? "", VersionId)) ?? named.get(nameOf(Key ?? ""));
    if (object === undefined || GONE.has(Code)) continue;
    if (PASSING.has(Code) || isPlainBesides(object)) again.push(object);
    else stay.push({ object, reason: reasonOf(Code, Message ?? "", object) });
  }
  return again;
}

function nameOf(key: string, versionId?: string): string {
  return versionId === undefined || versionId === "" ? key : `${key}\0${versionId}`;
}

/** The version `null` is the object itself in a bucket that never had versions. */
function isPlainBesides({ versionId, deleted }: StoredObject): boolean {
  return versionId === "null" && deleted !== true;
}

/** Why an object could not be removed by a request of its own; null once it is gone. */
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
    if (isUnanswered(error)) throw await refusalOf(store, command, error, signal);
    if (isPlainBesides(object)) {
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
