import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import { type Cleaning, couldNotRemove, newCleaning } from "../../ownership/cleaning.ts";
import type { PrepareProgress } from "../../target/target.ts";
import { s3Uri } from "../store/folder.ts";
import type { StoredObject } from "../store/listing.ts";
import { indexOfKey } from "../store/objects.ts";
import type { Store } from "../store/store.ts";
import { removeObjects } from "./remove.ts";

/** States of a listed object; a REMOVED one is counted, a REMAINS one could not be removed. */
const [UNKNOWN, ABSENT, REMOVED, REMAINS] = [0, 1, 2, 3];

/** A dataset of the manifest, with the state of each of its objects. */
export interface ListedDataset {
  readonly location: DatasetLocation;
  readonly states: Uint8Array;
}

/** State of a cleanup of one run's prefix. */
export class BucketCleanup {
  readonly cleaning: Cleaning = newCleaning();
  readonly datasets: readonly ListedDataset[];
  readonly store: Store;
  /** Key prefix of the run, ending in a slash. */
  readonly root: string;
  readonly signal: AbortSignal | undefined;
  readonly progress: PrepareProgress;
  /** Objects that could not be removed, by reason. */
  private readonly refused = new Map<string, { count: number; readonly first: string }>();
  private readonly refusedKeys = new Set<string>();
  private notGone: number;

  constructor(
    place: { readonly store: Store; readonly root: string },
    locations: readonly DatasetLocation[],
    signal: AbortSignal | undefined,
    progress: PrepareProgress,
  ) {
    this.store = place.store;
    this.root = place.root;
    this.signal = signal;
    this.progress = progress;
    this.datasets = locations.map((location) => ({
      location,
      states: new Uint8Array(location.count),
    }));
    this.notGone = this.listedFiles;
  }

  get listedFiles(): number {
    return this.datasets.reduce((sum, { location }) => sum + location.count, 0);
  }

  /** Listed objects that may remain. */
  get leftFiles(): number {
    return this.notGone;
  }

  /** URI of the run's prefix, for messages. */
  get where(): string {
    return s3Uri(this.store, this.root);
  }

  /** Removes objects of this run, and records those that remain, with the reason. */
  async remove(objects: readonly StoredObject[]): Promise<void> {
    const refused = await removeObjects(this.store, objects, this.signal);
    const kept = new Set(refused.map(({ object }) => object));
    for (const { object, reason } of refused) this.refuse(object.key, reason);
    for (const object of objects) {
      if (!kept.has(object)) this.count(object);
    }
  }

  /** Counts an object of this run as removed. */
  count({ key, sizeBytes }: StoredObject): void {
    this.cleaning.removedFiles++;
    this.cleaning.removedBytes += sizeBytes;
    this.recordKey(key, REMOVED);
  }

  /** Records that an object of this run could not be removed. */
  refuse(key: string, reason: string): void {
    if (this.refusedKeys.has(key)) return;
    this.refusedKeys.add(key);
    const known = this.refused.get(reason);
    if (known === undefined) this.refused.set(reason, { count: 1, first: key });
    else known.count++;
    this.recordKey(key, REMAINS);
  }

  /** Records an object that the server still lists after reporting its removal. */
  recordStillListed(object: StoredObject): void {
    const { key } = object;
    if (this.isCounted(key)) this.uncount(object);
    this.refuse(key, "the server reported its removal, but still lists it");
  }

  /** Reverts the count of an object that still exists. */
  uncount({ sizeBytes }: StoredObject): void {
    this.cleaning.removedFiles--;
    this.cleaning.removedBytes -= sizeBytes;
  }

  private isCounted(key: string): boolean {
    return this.datasets.some(
      ({ location, states }) => states[indexOfKey(location, this.root, key)] === REMOVED,
    );
  }

  /** Whether an object of this run could not be removed. */
  isRefused(key: string): boolean {
    return this.refusedKeys.has(key);
  }

  get hasRefused(): boolean {
    return this.refused.size > 0;
  }

  private recordKey(key: string, state: number): void {
    for (const { location, states } of this.datasets) {
      const index = indexOfKey(location, this.root, key);
      if (index >= 0) this.record(states, index, state);
    }
  }

  private record(states: Uint8Array, index: number, state: number): void {
    const before = states[index] ?? REMAINS;
    if (before === state || before === REMAINS) return;
    states[index] = state;
    const wasGone = before !== UNKNOWN;
    if (state === REMAINS && wasGone) this.notGone++;
    else if (state !== REMAINS && !wasGone) this.notGone--;
  }

  /** Indices of the objects of a dataset with unknown state. */
  unknownOf({ states }: ListedDataset): readonly number[] {
    const indices: number[] = [];
    states.forEach((state, index) => {
      if (state === UNKNOWN) indices.push(index);
    });
    return indices;
  }

  /** Records that an object does not exist. */
  recordAbsent({ states }: ListedDataset, index: number): void {
    this.record(states, index, ABSENT);
  }

  /** Adds one message per reason for the objects that could not be removed. */
  finish(): Cleaning {
    for (const [reason, { count, first }] of this.refused) {
      const what =
        count === 1
          ? s3Uri(this.store, first)
          : `${s3Uri(this.store, first)} and ${count - 1} more`;
      couldNotRemove(this.cleaning, `${what} could not be removed: ${reason}`);
    }
    this.refused.clear();
    this.cleaning.counts = { listedFiles: this.listedFiles, leftFiles: this.leftFiles };
    return this.cleaning;
  }
}
