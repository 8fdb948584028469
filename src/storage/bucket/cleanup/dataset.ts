import { messageOf } from "../../../model/fault/errors.ts";
import { copyName, type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import { couldNotRemove } from "../../ownership/cleaning.ts";
import { inParallel } from "../store/in-parallel.ts";
import type { listObjects } from "../store/listing.ts";
import { isOwn, prefixesOf } from "../store/objects.ts";
import {
  DeniedError,
  headOf,
  IN_FLIGHT,
  type ObjectHead,
  UnreachableError,
} from "../store/store.ts";
import type { BucketCleanup, ListedDataset } from "./progress.ts";
import { removeObjects } from "./remove.ts";

export type Lister = typeof listObjects;

/** Unlisted objects of a dataset that are checked by key, to find out if a listing is complete. */
const PROBES = 8;

/**
 * Removes the objects of a dataset: listed ones in batches, and the rest by key if a listing fails
 * or is incomplete.
 *
 * @param versioned whether the bucket may keep versions, which only a listing finds
 * @throws UnreachableError, or the signal's reason
 */
export async function removeDataset(
  cleanup: BucketCleanup,
  dataset: ListedDataset,
  list: Lister,
  versioned: boolean,
): Promise<void> {
  const { location } = dataset;
  let problem = await removeListed(cleanup, location, list);
  const unknown = cleanup.unknownOf(dataset);
  if (problem === null && (await hasUnlisted(cleanup, location, unknown))) {
    problem = "the listing omits objects that exist";
  }
  if (problem === null) {
    for (const index of unknown) cleanup.recordAbsent(dataset, index);
    return;
  }
  const { cleaning, where } = cleanup;
  if (versioned) {
    const what = `dataset ${location.name} in ${where} could not be removed completely`;
    couldNotRemove(cleaning, `${what} (up to ${unknown.length} objects remain): ${problem}`);
    return;
  }
  await inParallel(unknown.length, IN_FLIGHT, (i) =>
    removeByName(cleanup, dataset, unknown[i] ?? 0),
  );
  cleaning.notes.push(
    `${unknown.length} objects of dataset ${location.name} in ${where} were removed by key, one ` +
      `request per object: ${problem}`,
  );
}

/** Removes listed objects; returns the first problem of a listing, or null if all were read. */
async function removeListed(
  cleanup: BucketCleanup,
  location: DatasetLocation,
  list: Lister,
): Promise<string | null> {
  const { store, root, signal, cleaning } = cleanup;
  const prefixes = prefixesOf(location);
  const what = `removing dataset ${location.name}`;
  let problem: string | null = null;
  await inParallel(prefixes.length, IN_FLIGHT, async (i) => {
    try {
      for await (const page of list(store, root + prefixes[i], signal)) {
        await cleanup.remove(page.filter(({ key }) => isOwn(location, root, key)));
        cleanup.progress(cleaning.removedBytes, location.totalBytes, what);
      }
    } catch (error) {
      rethrowIfOver(cleanup, error);
      problem ??= messageOf(error);
    }
  });
  return problem;
}

/** Whether an unlisted object exists; checks up to `PROBES` objects by key. */
async function hasUnlisted(
  cleanup: BucketCleanup,
  location: DatasetLocation,
  unknown: readonly number[],
): Promise<boolean> {
  const step = Math.max(1, Math.floor(unknown.length / PROBES));
  const probes = unknown.filter((_, i) => i % step === 0).slice(0, PROBES);
  let found = false;
  await inParallel(probes.length, IN_FLIGHT, async (i) => {
    const key = cleanup.root + fileName(location, probes[i] ?? 0);
    try {
      if ((await headOf(cleanup.store, key, cleanup.signal)) !== null) found = true;
    } catch (error) {
      // Without s3:GetObject, only the listing is available.
      rethrowIfOver(cleanup, error);
    }
  });
  return found;
}

/** Removes an object under both of its keys. */
async function removeByName(
  cleanup: BucketCleanup,
  dataset: ListedDataset,
  index: number,
): Promise<void> {
  const { location } = dataset;
  await removeKey(cleanup, cleanup.root + fileName(location, index));
  await removeKey(cleanup, cleanup.root + copyName(location, index));
  cleanup.recordAbsent(dataset, index);
}

/**
 * Removes one object of the run, and checks before and after whether it exists.
 *
 * @param known.isKnown remove it even if the server reports that it does not exist
 * @param known.isCounted the server reported its removal before, and it was counted
 */
export async function removeKey(
  cleanup: BucketCleanup,
  key: string,
  { isKnown = false, isCounted = false } = {},
): Promise<void> {
  const { store, signal } = cleanup;
  try {
    const head = await headUnlessDenied(cleanup, key);
    if (head === null && !isKnown) return;
    if (head === null || head === "denied") {
      const stay = await removeObjects(store, [{ key, sizeBytes: 0 }], signal);
      for (const { reason } of stay) cleanup.refuse(key, reason);
      return;
    }
    const object = { key, sizeBytes: head.sizeBytes };
    if (isCounted) cleanup.uncount(object);
    const [stays] = await removeObjects(store, [object], signal);
    if (stays !== undefined) return cleanup.refuse(key, stays.reason);
    const still = await headUnlessDenied(cleanup, key);
    if (still === null || still === "denied") cleanup.count(object);
    else cleanup.refuse(key, "the server reported its removal, but it still exists");
  } catch (error) {
    rethrowIfOver(cleanup, error);
    cleanup.refuse(key, messageOf(error));
  }
}

/** Without s3:ListBucket, S3 also denies access to objects that do not exist. */
async function headUnlessDenied(
  { store, signal }: BucketCleanup,
  key: string,
): Promise<ObjectHead | null | "denied"> {
  try {
    return await headOf(store, key, signal);
  } catch (error) {
    if (error instanceof DeniedError) return "denied";
    throw error;
  }
}

/** Throws if the cleanup cannot continue: it was aborted, or the endpoint does not respond. */
export function rethrowIfOver(cleanup: BucketCleanup, error: unknown): void {
  cleanup.signal?.throwIfAborted();
  if (error instanceof UnreachableError) throw error;
}
