import { PreflightError } from "../../../model/fault/errors.ts";
import { s3Uri } from "../store/folder.ts";
import { listObjects, listVersions, type StoredObject } from "../store/listing.ts";
import { versioningOf } from "../store/removable.ts";
import type { Store } from "../store/store.ts";

/**
 * Checks that a run's prefix without a manifest is empty, including old versions if they can be
 * listed.
 *
 * @throws PreflightError if any object or version exists
 */
export async function checkEmpty(
  store: Store,
  root: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const object = await firstOf(listObjects(store, root, signal));
  if (object !== null) throw stray(store, root, object, "objects");
  const { state } = await versioningOf(store, signal);
  if (state === "none") return;
  const version = await firstOf(listVersions(store, root, signal)).catch((error: unknown) => {
    signal?.throwIfAborted();
    // No permission to list versions, and no sign that the bucket keeps any.
    if (state === "unknown" && error instanceof PreflightError) return null;
    throw error;
  });
  if (version !== null) throw stray(store, root, version, "old versions or delete markers");
}

/** First entry of a listing, whose first pages may be empty, and the size of its page. */
async function firstOf(pages: AsyncGenerator<readonly StoredObject[]>): Promise<Found | null> {
  for await (const page of pages) {
    const [first] = page;
    if (first !== undefined) return { key: first.key, count: page.length };
  }
  return null;
}

interface Found {
  readonly key: string;
  readonly count: number;
}

function stray(store: Store, root: string, { key, count }: Found, what: string): PreflightError {
  return new PreflightError(
    `${s3Uri(store, root)} holds ${what} (at least ${count}, first: ${key.slice(root.length)}) ` +
      "but no manifest, so it is unknown whether they belong to the run; nothing was removed; " +
      "check them, and delete them with another S3 client",
  );
}
