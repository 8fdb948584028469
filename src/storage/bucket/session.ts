import { orAborted } from "../../model/abort.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import { PLAIN_OBJECTS, type StoredAs, suits } from "../../model/plan/object-options.ts";
import type { Usage } from "../../model/run/cost.ts";
import { bucketLabel } from "../../s3/failure/failure.ts";
import { objectParameters } from "../../s3/object-parameters.ts";
import { makeContent } from "../content/content.ts";
import { reportKept } from "../ownership/cleaning.ts";
import { KnownDatasets } from "../ownership/known.ts";
import { HEARTBEAT_MS } from "../ownership/lock.ts";
import { datasetsWith, type Manifest } from "../ownership/manifest.ts";
import type {
  CleanOptions,
  CleanReport,
  CutOffWrites,
  PrepareOptions,
  TargetSession,
} from "../target/target.ts";
import { CutOff, cleanRun } from "./cleanup/cleanup.ts";
import { removeObjects } from "./cleanup/remove.ts";
import { readRun, s3Uri, writeManifest } from "./store/folder.ts";
import type { StoredObject } from "./store/listing.ts";
import {
  checkAbsent,
  checkPresent,
  datasetChanged,
  type Inspection,
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
  private readonly known = new KnownDatasets();
  /** Storage class, encryption and checksum of each dataset's objects. */
  private readonly stored = new Map<string, StoredAs>();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly cutOffWrites = new CutOff();
  private manifest: Manifest;
  /** Serializes writes of the manifest, so that a heartbeat cannot revert a change. */
  private writes: Promise<void> = Promise.resolve();

  constructor(store: Store, root: string, manifest: Manifest, adopted: boolean) {
    this.location = { kind: "bucket", address: store.address, root };
    this.store = store;
    this.root = root;
    this.manifest = manifest;
    this.reused = adopted;
    for (const { plan, objects } of manifest.datasets) {
      if (objects !== undefined) this.stored.set(plan.name, objects);
    }
    // The run itself meets and reports any error that prevents a heartbeat.
    this.heartbeat = setInterval(() => void this.write({}).catch(() => {}), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    await this.list(dataset, options.signal);
    const known = this.known.of(dataset);
    const { location } = known;
    const found = await this.inspect(location, dataset, options);
    if (needs === "absent") {
      const existing = [...found.present, ...found.spare];
      await this.remove(location, existing, options.signal);
      if (existing.length > 0) {
        checkAbsent(this.store, location, await this.inspect(location, dataset, options));
      }
      return location;
    }
    if (found.resized.length > 0 && !known.changed) {
      throw datasetChanged(this.store, this.root, location, found);
    }
    await this.remove(location, found.spare, options.signal);
    const written = await this.fill(dataset, location, found, options);
    known.changed = false;
    if (!written && found.spare.length === 0) return locationWith(location, found, options);
    const now = await this.inspect(location, dataset, options);
    checkPresent(this.store, location, now);
    return locationWith(location, now, options);
  }

  private inspect(
    location: DatasetLocation,
    { versions }: DatasetPlan,
    { signal }: PrepareOptions,
  ) {
    return inspectObjects(this.store, this.root, location, versions, signal);
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
      const files = fits ? found.lacking(each - version) : [...location.sizes.keys()];
      // Versions differ in content, so that a server with deduplication stores all of them.
      const shift = (each - 1 - version) * location.count;
      await writeObjects({ ...writing, shift }, files, options);
      written ||= files.length > 0;
    }
    return written;
  }

  /** Adds a dataset to the manifest, if it is not yet listed. */
  private async list(dataset: DatasetPlan, signal: AbortSignal): Promise<void> {
    const datasets = datasetsWith(this.manifest, dataset);
    if (datasets !== null) await this.write({ datasets }, signal);
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

  /** Does nothing: the client has no cache, and a server's cache cannot be controlled. */
  async setCache(): Promise<readonly string[]> {
    return [];
  }

  async residency(): Promise<number | null> {
    return null;
  }

  cutOff(writes: CutOffWrites): void {
    this.cutOffWrites.add(writes);
  }

  async clean(options: CleanOptions = {}): Promise<CleanReport> {
    this.store.ledger.stage = "cleaning";
    await this.stopHeartbeat(options.signal);
    if (!this.reused) {
      const cutOff = await this.cutOffWrites.waitForResponses(this.store, options.signal);
      return cleanRun(this.store, this.root, this.manifest, { ...options, cutOff });
    }
    return reportKept(s3Uri(this.store, this.root), this.manifest.runId);
  }

  usage(): readonly Usage[] {
    return this.store.ledger.usage();
  }

  async keep(signal?: AbortSignal): Promise<void> {
    const datasets = this.manifest.datasets.map((listed) => {
      const objects = this.stored.get(listed.plan.name);
      return objects === undefined ? listed : { ...listed, objects: storedAs(objects) };
    });
    await this.write({ kept: true, datasets }, signal);
  }

  async close(signal?: AbortSignal): Promise<void> {
    await this.stopHeartbeat(signal);
    try {
      const found = await readRun(this.store, this.manifest.runId, signal);
      if (found.manifest?.holder?.runId === this.manifest.holder?.runId && found.manifest) {
        await this.write({ holder: null }, signal);
      }
    } catch (error) {
      // If the endpoint is unreachable, the lock expires when this process ends.
      if (!(error instanceof PreflightError) && signal?.aborted !== true) throw error;
    } finally {
      this.store.client.destroy();
    }
  }

  /**
   * Stops the heartbeat and waits for a write in flight, which would restore the manifest. An
   * aborted signal ends the wait, so that an endpoint without response cannot block the run.
   */
  private async stopHeartbeat(signal: AbortSignal | undefined): Promise<void> {
    clearInterval(this.heartbeat);
    const writes = this.writes.catch(() => {});
    if (signal === undefined) await writes;
    else await orAborted(writes, signal).catch(() => {});
  }

  private write(change: Partial<Manifest>, signal?: AbortSignal): Promise<void> {
    const write = this.writes
      .catch(() => {})
      .then(async () => {
        const next = { ...this.manifest, ...change };
        await writeManifest(this.store, this.root, next, signal);
        this.manifest = next;
      });
    this.writes = write;
    return signal === undefined ? write : orAborted(write, signal);
  }
}

function storedAs({ storageClass, encryption, checksum }: StoredAs): StoredAs {
  return { storageClass, encryption, checksum };
}
