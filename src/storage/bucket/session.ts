import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import { PLAIN_OBJECTS, type StoredAs, suits } from "../../model/plan/object-options.ts";
import { filesOfPart, WHOLE } from "../../model/plan/part.ts";
import type { Usage } from "../../model/run/cost.ts";
import { bucketLabel } from "../../s3/failure/failure.ts";
import { objectParameters } from "../../s3/object-parameters.ts";
import { makeContent } from "../content/content.ts";
import { reportKept } from "../ownership/cleaning.ts";
import { KnownDatasets } from "../ownership/known.ts";
import type { Manifest } from "../ownership/manifest.ts";
import {
  type CleanOptions,
  type CleanReport,
  type CutOffWrites,
  NO_DATA,
  type PrepareOptions,
  type TargetSession,
} from "../target/target.ts";
import { CutOff, cleanRun } from "./cleanup/cleanup.ts";
import { removeObjects } from "./cleanup/remove.ts";
import { Holding } from "./holding.ts";
import { s3Uri } from "./store/folder.ts";
import type { StoredObject } from "./store/listing.ts";
import {
  checkAbsent,
  checkAllSeen,
  checkPresent,
  datasetChanged,
  type Inspection,
  inspectionOfPart,
  inspectObjects,
  locationWith,
} from "./store/objects.ts";
import type { Store } from "./store/store.ts";
import { writeObjects } from "./write.ts";

/** A bucket during one run; `root` is the run's own prefix or that of reused data. */
export class BucketSession implements TargetSession {
  readonly location: Location;
  readonly reused: boolean;
  private readonly store: Store;
  private readonly root: string;
  private readonly hold: Holding;
  private readonly known: KnownDatasets;
  /** Storage class, encryption and checksum of each dataset's objects. */
  private readonly stored = new Map<string, StoredAs>();
  private readonly cutOffWrites = new CutOff();
  private memberCutOff: CutOffWrites = { count: 0, isMost: false };

  /**
   * @param isReused whether `root` has kept data of an earlier run
   * @param isMember whether another host holds the data
   */
  constructor(
    store: Store,
    root: string,
    manifest: Manifest,
    { isReused = false, isMember = false } = {},
  ) {
    this.location = { kind: "bucket", address: store.address, root };
    this.store = store;
    this.root = root;
    this.reused = isReused;
    this.hold = new Holding(store, root, manifest, isMember);
    this.known = new KnownDatasets(isMember);
    for (const { plan, objects } of manifest.datasets) {
      if (objects !== undefined) this.stored.set(plan.name, objects);
    }
  }

  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    await this.hold.list(dataset, options.signal);
    const known = this.known.of(dataset);
    const { location } = known;
    const { part } = options;
    known.inParts ||= part !== undefined;
    if (needs === "absent") {
      if (this.hold.isKeeper) await this.removeAll(location, dataset, options.signal);
      return location;
    }
    const found = await this.inspect(location, dataset, options);
    if (found.resized.length > 0 && !known.changed) {
      throw datasetChanged(this.store, this.root, location, found);
    }
    if (known.inParts && part === undefined) {
      checkAllSeen(this.store, location, found);
      known.changed = false;
      return locationWith(location, found, options);
    }
    await this.remove(location, found.spare, options.signal);
    const written = await this.fill(dataset, location, found, options);
    known.changed = false;
    if (!written && found.spare.length === 0) return locationWith(location, found, options);
    const now = await this.inspect(location, dataset, options);
    checkPresent(this.store, location, now);
    return locationWith(location, now, options);
  }

  /** Compares the objects of this host's part with the plan, by default all. */
  private async inspect(
    location: DatasetLocation,
    { versions }: DatasetPlan,
    { part, signal }: Pick<PrepareOptions, "part" | "signal">,
  ): Promise<Inspection> {
    const found = await inspectObjects(this.store, this.root, location, versions, signal);
    return part === undefined ? found : inspectionOfPart(found, location, this.root, part);
  }

  /** Writes missing objects, or all objects if storage class, encryption or checksum differ. */
  private async fill(
    dataset: DatasetPlan,
    location: DatasetLocation,
    found: Inspection,
    options: PrepareOptions,
  ): Promise<boolean> {
    const { objects: required = PLAIN_OBJECTS } = options;
    const before = this.stored.get(dataset.name) ?? PLAIN_OBJECTS;
    const fits = found.present.length > 0 && suits(before, required);
    const stored = fits ? before : required;
    this.stored.set(dataset.name, stored);
    const parameters = objectParameters(stored, dataset.seed);
    const content = makeContent(dataset, location);
    const writing = { store: this.store, root: this.root, location, content, parameters };
    const each = dataset.versions ?? 1;
    let written = false;
    for (let version = 0; version < each; version++) {
      const files = fits
        ? found.lacking(each - version)
        : [...filesOfPart(options.part ?? WHOLE, location.count)];
      // Versions differ in content, so that a server with deduplication stores all of them.
      const shift = (each - 1 - version) * location.count;
      await writeObjects({ ...writing, shift }, files, options);
      written ||= files.length > 0;
    }
    return written;
  }

  /** Removes all objects of a dataset, also those that other hosts wrote. */
  private async removeAll(
    location: DatasetLocation,
    dataset: DatasetPlan,
    signal: AbortSignal,
  ): Promise<void> {
    const { present, spare } = await this.inspect(location, dataset, { signal });
    if (present.length + spare.length === 0) return;
    await this.remove(location, [...present, ...spare], signal);
    checkAbsent(this.store, location, await this.inspect(location, dataset, { signal }));
  }

  private async remove(
    location: DatasetLocation,
    objects: readonly StoredObject[],
    signal: AbortSignal,
  ): Promise<void> {
    const [first] = await removeObjects(this.store, objects, signal);
    if (first === undefined) return;
    throw new PreflightError(
      `dataset "${location.name}": ${first.object.key} in ${bucketLabel(this.store.address)} ` +
        `could not be removed: ${first.reason}`,
    );
  }

  changed(dataset: string, stored?: StoredAs): void {
    this.known.markChanged(dataset);
    if (stored !== undefined) this.stored.set(dataset, stored);
  }

  async residency(): Promise<number | null> {
    return null;
  }

  cutOff(writes: CutOffWrites): void {
    this.cutOffWrites.add(writes);
  }

  async clean(options: CleanOptions = {}): Promise<CleanReport> {
    this.store.ledger.stage = "cleaning";
    const { hold, store, root, reused } = this;
    await hold.stopHeartbeat(options.signal);
    if (!hold.isKeeper) {
      this.memberCutOff = await this.cutOffWrites.waitForResponses(store, options.signal);
      return NO_DATA;
    }
    const taken = await hold.takenOver(options.signal);
    if (taken !== null) return taken;
    if (reused) return reportKept(s3Uri(store, root), hold.manifest.runId);
    const cutOff = await this.cutOffWrites.waitForResponses(store, options.signal);
    return cleanRun(store, root, hold.manifest, { ...options, cutOff });
  }

  unanswered(): CutOffWrites {
    return this.memberCutOff;
  }

  usage(): readonly Usage[] {
    return this.store.ledger.usage();
  }

  async keep(signal?: AbortSignal): Promise<void> {
    if (!this.hold.isKeeper) return;
    const datasets = this.hold.manifest.datasets.map((listed) => {
      const objects = this.stored.get(listed.plan.name);
      return objects === undefined ? listed : { ...listed, objects: storedAs(objects) };
    });
    await this.hold.write({ kept: true, datasets }, signal);
  }

  writeToken(): Promise<string> {
    return this.hold.writeToken();
  }

  takeOver(): Promise<void> {
    return this.hold.takeOver();
  }

  async close(signal?: AbortSignal): Promise<void> {
    try {
      await this.hold.release(signal);
    } finally {
      this.store.client.destroy();
    }
  }
}

function storedAs({ storageClass, encryption, checksum }: StoredAs): StoredAs {
  return { storageClass, encryption, checksum };
}
