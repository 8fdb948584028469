import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import { type Cleaning, couldNotRemove, newCleaning } from "../../ownership/cleaning.ts";
import type { PrepareProgress } from "../../target/target.ts";
import { whereOf } from "../store/folder.ts";
import type { StoredObject } from "../store/listing.ts";
import { indexOfKey } from "../store/objects.ts";
import type { Store } from "../store/store.ts";
import { removeObjects } from "./remove.ts";

/** What is known of a listed file: nothing yet, not there, removed (and counted), known to stay. */
const [UNKNOWN, ABSENT, REMOVED, STAYS] = [0, 1, 2, 3];

/** A dataset of the manifest, and what is known of each of its files. */
export interface ListedDataset {
  readonly location: DatasetLocation;
  readonly states: Uint8Array;
}

/** The clean-up of one run's prefix under way: every listed file ends as gone or as left. */
export class BucketCleanup {
  readonly cleaning: Cleaning = newCleaning();
  readonly datasets: readonly ListedDataset[];
  readonly store: Store;
  /** Key prefix of the run, ending in a slash. */
  readonly root: string;
  readonly signal: AbortSignal | undefined;
  readonly progress: PrepareProgress;
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

  /** Listed files that are not known to be gone. */
  get leftFiles(): number {
    return this.notGone;
  }

  get where(): string {
    return whereOf(this.store, this.root);
  }

  /** Removes objects of this run; those that stay are remembered, with the reason. */
  async remove(objects: readonly StoredObject[]): Promise<void> {
    const stay = await removeObjects(this.store, objects, this.signal);
    const kept = new Set(stay.map(({ object }) => object));
    for (const { object, reason } of stay) this.refuse(object.key, reason);
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

  /** Remembers that an object of this run stays. */
  refuse(key: string, reason: string): void {
    if (this.refusedKeys.has(key)) return;
    this.refusedKeys.add(key);
    const known = this.refused.get(reason);
    if (known === undefined) this.refused.set(reason, { count: 1, first: key });
    else known.count++;
    this.recordKey(key, STAYS);
  }

  /** Takes note of an object that is listed after the store reported its removal. */
  isThereStill(object: StoredObject): void {
    const { key } = object;
    if (this.isCounted(key)) this.uncount(object);
    this.refuse(key, "the store reported its removal, and lists it still");
  }

  /** Takes back that an object was counted as removed: it is there still. */
  uncount({ sizeBytes }: StoredObject): void {
    this.cleaning.removedFiles--;
    this.cleaning.removedBytes -= sizeBytes;
  }

  private isCounted(key: string): boolean {
    return this.datasets.some(
      ({ location, states }) => states[indexOfKey(location, this.root, key)] === REMOVED,
    );
  }

  /** Whether an object of this run is known to stay. */
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
    const before = states[index] ?? STAYS;
    if (before === state || before === STAYS) return;
    states[index] = state;
    const wasGone = before !== UNKNOWN;
    if (state === STAYS && wasGone) this.notGone++;
    else if (state !== STAYS && !wasGone) this.notGone--;
  }

  /** Indices of the files of a dataset of which nothing is known yet. */
  unknownOf({ states }: ListedDataset): readonly number[] {
    const indices: number[] = [];
    states.forEach((state, index) => {
      if (state === UNKNOWN) indices.push(index);
    });
    return indices;
  }

  /** Counts a file as gone that is not there. */
  absent({ states }: ListedDataset, index: number): void {
    this.record(states, index, ABSENT);
  }

  /** Writes what stays as sentences, one for each reason. */
  finish(): Cleaning {
    for (const [reason, { count, first }] of this.refused) {
      const what =
        count === 1
          ? whereOf(this.store, first)
          : `${whereOf(this.store, first)} and ${count - 1} more`;
      couldNotRemove(this.cleaning, `${what} could not be removed: ${reason}`);
    }
    this.refused.clear();
    this.cleaning.counts = { listedFiles: this.listedFiles, leftFiles: this.leftFiles };
    return this.cleaning;
  }
}
