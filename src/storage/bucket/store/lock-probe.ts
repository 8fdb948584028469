import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { messageOf, PreflightError } from "../../../model/fault/errors.ts";
import { whereOf } from "./folder.ts";
import { ask, type Store } from "./store.ts";

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
