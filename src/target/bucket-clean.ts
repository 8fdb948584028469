import type { DatasetLocation } from "../model/dataset.ts";
import { messageOf } from "../model/errors.ts";
import { whereOf } from "./bucket-folder.ts";
import { inLanes } from "./bucket-lanes.ts";
import { isOwn, prefixesOf } from "./bucket-objects.ts";
import {
  LANES,
  listObjects,
  listVersions,
  removeObjects,
  type Store,
  type StoredObject,
  versioningOf,
} from "./bucket-store.ts";
import { abortUploads } from "./bucket-uploads.ts";
import { type Cleaning, couldNotRemove, newCleaning, reportOf } from "./cleaning.ts";
import { layOut } from "./layout.ts";
import { MANIFEST_NAME, type Manifest } from "./manifest.ts";
import type { CleanOptions, CleanReport, PrepareProgress } from "./target.ts";

/**
 * Removes everything a manifest lists from a run's prefix (all versions of it, where the bucket
 * keeps them), aborts the run's uploads, then removes the manifest. Does not throw: what stays is
 * in the report, a sentence each.
 */
export async function cleanRun(
  store: Store,
  root: string,
  manifest: Manifest | null,
  { progress = () => {} }: CleanOptions = {},
): Promise<CleanReport> {
  const cleaning = newCleaning();
  const locations = (manifest?.datasets ?? []).map(({ plan, folder }) => layOut(plan, folder));
  try {
    await abortUploads(store, root, locations);
    const list = (await versioningOf(store)) !== "none" ? listVersions : listObjects;
    for (const location of locations) {
      await removeDataset(store, root, location, list, cleaning, progress);
    }
    // The manifest goes only after everything it lists, so that a clean-up can be repeated.
    if (cleaning.left.length === 0) await removeManifest(store, root, list, cleaning);
    if (cleaning.left.length === 0) await reportStrangers(store, root, cleaning);
  } catch (error) {
    const where = whereOf(store, root);
    couldNotRemove(cleaning, `${where} could not be cleaned: ${messageOf(error)}`);
  }
  return reportOf(cleaning);
}

type Lister = (store: Store, prefix: string) => AsyncGenerator<readonly StoredObject[]>;

async function removeDataset(
  store: Store,
  root: string,
  location: DatasetLocation,
  list: Lister,
  cleaning: Cleaning,
  progress: PrepareProgress,
): Promise<void> {
  const prefixes = prefixesOf(location);
  const what = `removing dataset ${location.name}`;
  await inLanes(prefixes.length, LANES, async (i) => {
    for await (const page of list(store, root + prefixes[i])) {
      const listed = page.filter(({ key }) => isOwn(location, root, key));
      await remove(store, listed, cleaning);
      progress(cleaning.removedBytes, location.totalBytes, what);
    }
  });
}

async function remove(
  store: Store,
  objects: readonly StoredObject[],
  cleaning: Cleaning,
): Promise<void> {
  const stay = await removeObjects(store, objects);
  const kept = new Set(stay.map(({ key }) => key));
  for (const { key, reason } of stay) {
    couldNotRemove(cleaning, `${whereOf(store, key)} could not be removed: ${reason}`);
  }
  for (const { key, sizeBytes } of objects) {
    if (kept.has(key)) continue;
    cleaning.removedFiles++;
    cleaning.removedBytes += sizeBytes;
  }
}

async function removeManifest(
  store: Store,
  root: string,
  list: Lister,
  cleaning: Cleaning,
): Promise<void> {
  const key = root + MANIFEST_NAME;
  const versions: StoredObject[] = [];
  for await (const page of list(store, key)) {
    versions.push(...page.filter((object) => object.key === key));
  }
  await remove(store, versions, cleaning);
}

/** What is below the run's prefix and is not the run's stays there. */
async function reportStrangers(store: Store, root: string, cleaning: Cleaning): Promise<void> {
  let strangers = 0;
  let first = "";
  for await (const page of listObjects(store, root)) {
    for (const { key } of page) {
      if (strangers++ === 0) first = key.slice(root.length);
    }
  }
  if (strangers === 0) return;
  const more = strangers > 1 ? ` and ${strangers - 1} more` : "";
  cleaning.left.push(
    `${whereOf(store, root)} holds what this run did not make (${first}${more}); it was left`,
  );
}
