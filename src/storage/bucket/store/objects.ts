import { PreflightError } from "../../../model/fault/errors.ts";
import {
  copyName,
  type DatasetLocation,
  directoryCount,
  directoryName,
  fileName,
  NAME_DIGITS,
} from "../../../model/plan/dataset.ts";
import { isInPart, type Part } from "../../../model/plan/part.ts";
import { bucketLabel, endpointAdvice } from "../../../s3/failure/failure.ts";
import type { PrepareOptions } from "../../target/target.ts";
import { inParallel } from "./in-parallel.ts";
import { listObjects, listVersions, type StoredObject } from "./listing.ts";
import { IN_FLIGHT, type Store } from "./store.ts";

/** Result of comparing a dataset with the listing of its objects. */
export interface Inspection {
  /** Indices of objects of another size. */
  readonly resized: readonly number[];
  /** Existing objects of any size, with all required versions. */
  readonly present: readonly StoredObject[];
  /** Further objects of a phase: copies, older versions, delete markers. */
  readonly spare: readonly StoredObject[];
  readonly entityTags: readonly string[];
  /** Null if the dataset has no versions. */
  readonly versionIds: NonNullable<DatasetLocation["versions"]> | null;
  /** Indices, ascending, of objects that lack at least `versions` versions of the right size. */
  lacking(versions: number): readonly number[];
}

/** Prefixes below the run's that hold a dataset's objects; they are listed concurrently. */
export function prefixesOf(location: DatasetLocation): readonly string[] {
  return Array.from(
    { length: directoryCount(location) },
    (_, i) => `${directoryName(location, i * location.filesPerDirectory)}/`,
  );
}

/** Index of the object with a key; -1 if no object of the dataset has that key. */
export function indexOfKey(location: DatasetLocation, root: string, key: string): number {
  return indexIn(location, root, key, fileName);
}

/** Whether a key is that of an object of the dataset or of a copy. */
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
 * Compares keys and sizes of a dataset with a listing, at 1,000 objects per request.
 *
 * @param versions required versions of each object; undefined: only the newest
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

/** Limits the result of a comparison to the objects of a part, with their copies and versions. */
export function inspectionOfPart(
  found: Inspection,
  location: DatasetLocation,
  root: string,
  part: Part,
): Inspection {
  const isOwn = (index: number) => isInPart(part, index, location.count);
  const isOwnKey = ({ key }: StoredObject) => {
    const index = indexOfKey(location, root, key);
    return isOwn(index >= 0 ? index : indexIn(location, root, key, copyName));
  };
  return {
    ...found,
    resized: found.resized.filter(isOwn),
    present: found.present.filter(isOwnKey),
    spare: found.spare.filter(isOwnKey),
    lacking: (versions) => found.lacking(versions).filter(isOwn),
  };
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
    lacking: (count) =>
      indices.filter((index) => each - (isSized(index) ? of(index).length : 0) >= count),
  };
}

/** Adds entity tags and version ids to a location, if the phase needs them. */
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

/** The error for a dataset that another program changed during the run. */
export function datasetChanged(
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
    `dataset "${location.name}" was changed by another program: ${key} in ` +
      `${bucketLabel(store.address)} has ${size} bytes; expected ${location.sizes[index]} bytes` +
      `${others > 0 ? `; ${others} more objects differ` : ""}; nothing was overwritten; keep ` +
      "other programs out of the prefix, and run again",
  );
}

/**
 * Checks that the listing contains all written objects, because some servers report success
 * without storing an object.
 */
export function checkPresent(store: Store, location: DatasetLocation, found: Inspection): void {
  const missing = found.lacking(1).length;
  if (missing === 0) return;
  throw new PreflightError(
    `dataset "${location.name}": ${bucketLabel(store.address)} reported success for all ` +
      `${location.count} objects, but lists only ${location.count - missing} of them with their ` +
      `size; it does not store all objects; ${endpointAdvice(store.address)}`,
  );
}

/** Checks that this host sees all objects that several hosts wrote. */
export function checkAllSeen(store: Store, location: DatasetLocation, found: Inspection): void {
  const missing = found.lacking(1).length;
  if (missing === 0) return;
  throw new PreflightError(
    `dataset "${location.name}": all hosts have written their objects, but ` +
      `${bucketLabel(store.address)} lists only ${location.count - missing} of ` +
      `${location.count} for this host; the hosts may use different storage, or another program ` +
      "removed the objects",
  );
}

/** Checks that the listing contains no removed object. */
export function checkAbsent(store: Store, location: DatasetLocation, found: Inspection): void {
  const { present } = found;
  if (present.length === 0) return;
  throw new PreflightError(
    `dataset "${location.name}": ${bucketLabel(store.address)} reported the removal of its ` +
      `objects, but still lists ${present.length} of them; ${endpointAdvice(store.address)}`,
  );
}
