import { PreflightError } from "../../../model/fault/errors.ts";
import {
  copyName,
  type DatasetLocation,
  directoryCount,
  directoryName,
  fileName,
  NAME_DIGITS,
} from "../../../model/plan/dataset.ts";
import { bucketLabel, endpointAdvice } from "../../../s3/failure/failure.ts";
import type { PrepareOptions } from "../../target/target.ts";
import { inParallel } from "./in-parallel.ts";
import { listObjects, listVersions, type StoredObject } from "./listing.ts";
import { IN_FLIGHT, type Store } from "./store.ts";

/** What stands where a dataset's objects belong. */
export interface Inspection {
  readonly resized: readonly number[];
  /** Objects that are there, whatever their size, with all versions that were asked for. */
  readonly present: readonly StoredObject[];
  /** What a phase left beside them: copies, older versions, marks of deletions. */
  readonly spare: readonly StoredObject[];
  readonly entityTags: readonly string[];
  /** Null where nobody asked for versions. */
  readonly versionIds: NonNullable<DatasetLocation["versions"]> | null;
  /** Files that lack `versions` versions or more, ascending; a wrong size counts as none. */
  lacking(versions: number): readonly number[];
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
  return indexIn(location, root, key, fileName);
}

/** Whether a run may have put an object there: one of the dataset, or the copy of one. */
export function isOwn(location: DatasetLocation, root: string, key: string): boolean {
  return indexOfKey(location, root, key) >= 0 || indexIn(location, root, key, copyName) >= 0;
}

function indexIn(
  location: DatasetLocation,
  root: string,
  key: string,
  nameOf: typeof fileName,
): number {
  const digits = key.slice(key.lastIndexOf("/") + 1).slice(0, NAME_DIGITS.file);
  if (!/^\d{9}$/.test(digits)) return -1;
  const index = Number(digits);
  if (index >= location.count) return -1;
  return root + nameOf(location, index) === key ? index : -1;
}

/**
 * Compares a dataset with the store's listing: names and sizes, a thousand objects a request.
 *
 * @param versions so many of each object; undefined: nobody asks for more than the newest.
 */
export async function inspectObjects(
  store: Store,
  root: string,
  location: DatasetLocation,
  versions: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Inspection> {
  const each = versions ?? 1;
  const newest = new Map<number, StoredObject[]>();
  const spare: StoredObject[] = [];
  const prefixes = prefixesOf(location);
  const list = versions === undefined ? listObjects : listVersions;
  await inParallel(prefixes.length, IN_FLIGHT, async (i) => {
    for await (const page of list(store, root + prefixes[i], signal)) {
      for (const object of page) {
        const index = indexOfKey(location, root, object.key);
        const known = newest.get(index) ?? [];
        if (index >= 0 && object.deleted !== true && known.length < each) {
          newest.set(index, [...known, object]);
        } else if (isOwn(location, root, object.key)) spare.push(object);
      }
    }
  });
  return inspectionOf(location, newest, spare, versions);
}

function inspectionOf(
  location: DatasetLocation,
  newest: ReadonlyMap<number, readonly StoredObject[]>,
  spare: readonly StoredObject[],
  versions: number | undefined,
): Inspection {
  const indices = [...location.sizes.keys()];
  const of = (index: number) => newest.get(index) ?? [];
  const each = versions ?? 1;
  const isSized = (index: number) =>
    of(index).every(({ sizeBytes }) => sizeBytes === location.sizes[index]);
  const oldestFirst = () => indices.flatMap((index) => of(index).toReversed());
  return {
    resized: indices.filter((index) => !isSized(index)),
    present: [...newest.values()].flat(),
    spare,
    entityTags: indices.map((index) => of(index)[0]?.entityTag ?? ""),
    versionIds:
      versions === undefined
        ? null
        : { each, ids: oldestFirst().map(({ versionId }) => versionId ?? "") },
    lacking: (most) =>
      indices.filter((index) => each - (isSized(index) ? of(index).length : 0) >= most),
  };
}

/** What else a phase wants to know of the objects of a dataset. */
export function locationWith(
  location: DatasetLocation,
  { entityTags, versionIds }: Inspection,
  options: PrepareOptions,
): DatasetLocation {
  return {
    ...location,
    ...(options.entityTags === true ? { entityTags } : {}),
    ...(versionIds === null ? {} : { versions: versionIds }),
  };
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

/**
 * Makes sure that the listing names what was written: a success that a store reports proves
 * nothing.
 */
export function checkPresent(store: Store, location: DatasetLocation, found: Inspection): void {
  const missing = found.lacking(1).length;
  if (missing === 0) return;
  throw new PreflightError(
    `dataset "${location.name}": ${bucketLabel(store.address)} reported that all ` +
      `${location.count} objects were written, and lists ${location.count - missing} of them ` +
      `with their size; it does not store what it is given: ${endpointAdvice(store.address)}`,
  );
}

/** Makes sure that the listing names nothing that was removed. */
export function checkAbsent(store: Store, location: DatasetLocation, found: Inspection): void {
  const { present } = found;
  if (present.length === 0) return;
  throw new PreflightError(
    `dataset "${location.name}": ${bucketLabel(store.address)} reported that its objects were ` +
      `removed, and still lists ${present.length} of them; ${endpointAdvice(store.address)}`,
  );
}
