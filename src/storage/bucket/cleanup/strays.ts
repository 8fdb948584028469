import { PreflightError } from "../../../model/fault/errors.ts";
import { whereOf } from "../store/folder.ts";
import { listObjects, listVersions, type StoredObject } from "../store/listing.ts";
import { versioningOf } from "../store/removable.ts";
import type { Store } from "../store/store.ts";

/**
 * Makes sure that a run's prefix without a manifest is empty: only then did the run leave nothing.
 * Old versions of what was deleted count as well, where they can be listed.
 *
 * @throws PreflightError where anything is there
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
    // Versions may not be listed, and versioning is unknown: nothing shows that there are any.
    if (state === "unknown" && error instanceof PreflightError) return null;
    throw error;
  });
  if (version !== null) throw stray(store, root, version, "old versions or delete markers");
}

/** The first entry of a listing, whose first pages may be empty, and how many its page has. */
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
    `${whereOf(store, root)} holds ${what} (at least ${count}, the first: ` +
      `${key.slice(root.length)}) and no manifest, so what belongs to the run is not known; ` +
      "nothing was removed: look at them, and remove them with the tools of the store",
  );
}
