import { type DatasetLocation, directoryCount, directoryName, fileName } from "../model/dataset.ts";
import { PreflightError } from "../model/errors.ts";
import { bucketLabel } from "../s3/failure.ts";
import { inLanes } from "./bucket-lanes.ts";
import { LANES, listObjects, type Store, type StoredObject } from "./bucket-store.ts";

/** What stands where a dataset's objects belong. */
export interface Inspection {
  readonly missing: readonly number[];
  readonly resized: readonly number[];
  /** Objects that are there, whatever their size. */
  readonly present: readonly StoredObject[];
}

/** Prefixes, below the run's, that hold a dataset's objects: listed side by side. */
export function prefixesOf(location: DatasetLocation): readonly string[] {
  return Array.from(
    { length: directoryCount(location) },
    (_, i) => `${directoryName(location, i * location.filesPerDirectory)}/`,
  );
}

/** Index of the file a key belongs to; -1 for a key that no file of the dataset has. */
export function indexOfKey(location: DatasetLocation, root: string, key: string): number {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const digits = name.slice(0, name.length - location.suffix.length);
  if (!/^\d{9}$/.test(digits)) return -1;
  const index = Number(digits);
  if (index >= location.count) return -1;
  return root + fileName(location, index) === key ? index : -1;
}

/** Compares a dataset with the store's listing: names and sizes, a thousand objects a request. */
export async function inspectObjects(
  store: Store,
  root: string,
  location: DatasetLocation,
  signal: AbortSignal,
): Promise<Inspection> {
  const present: StoredObject[] = [];
  const resized: number[] = [];
  const seen = new Uint8Array(location.count);
  const prefixes = prefixesOf(location);
  await inLanes(prefixes.length, LANES, async (i) => {
    for await (const page of listObjects(store, root + prefixes[i], signal)) {
      for (const object of page) {
        const index = indexOfKey(location, root, object.key);
        if (index < 0) continue;
        seen[index] = 1;
        present.push(object);
        if (object.sizeBytes !== location.sizes[index]) resized.push(index);
      }
    }
  });
  const missing: number[] = [];
  for (let i = 0; i < seen.length; i++) if (seen[i] === 0) missing.push(i);
  return { missing, resized: resized.sort((a, b) => a - b), present };
}

/** The error for a dataset that someone else changed while a run relies on it. */
export function changedUnderOurFeet(
  store: Store,
  root: string,
  location: DatasetLocation,
  found: Inspection,
): PreflightError {
  const index = found.resized[0] ?? 0;
  const key = root + fileName(location, index);
  const size = found.present.find((object) => object.key === key)?.sizeBytes;
  const others = found.resized.length - 1;
  return new PreflightError(
    `dataset "${location.name}" changed under our feet: ${key} in ${bucketLabel(store.address)} ` +
      `should have ${location.sizes[index]} bytes and has ${size}` +
      `${others > 0 ? `, and ${others} more differ` : ""}; nothing was overwritten`,
  );
}
