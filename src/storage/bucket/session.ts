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
import { readRun, whereOf, writeManifest } from "./store/folder.ts";
import type { StoredObject } from "./store/listing.ts";
import {
  changedUnderOurFeet,
  checkAbsent,
  checkPresent,
  type Inspection,
  inspectObjects,
  locationWith,
} from "./store/objects.ts";
import type { Store } from "./store/store.ts";
import { writeObjects } from "./write.ts";

/** A bucket during one run: everything lies below `root`, its own prefix or an adopted one. */
export class BucketSession implements TargetSession {
  readonly location: Location;
  readonly reused: boolean;
  private readonly store: Store;
  private readonly root: string;
  private readonly known = new KnownDatasets();
  /** How each dataset's objects lie in the store. */
  private readonly stored = new Map<string, StoredAs>();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly cutOffWrites = new CutOff();
  private manifest: Manifest;
  /** The manifest's writes, one after the other, so that a heartbeat cannot undo a change. */
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
    // Whatever keeps a heartbeat from being written is met, and told, by the run itself.
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
      const there = [...found.present, ...found.spare];
      await this.remove(location, there, options.signal);
      if (there.length > 0) {
        checkAbsent(this.store, location, await this.inspect(location, dataset, options));
      }
      return location;
    }
    if (found.resized.length > 0 && !known.touched) {
      throw changedUnderOurFeet(this.store, this.root, location, found);
    }
    await this.remove(location, found.spare, options.signal);
    const written = await this.fill(dataset, location, found, options);
    known.touched = false;
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

  /** Writes what is missing, or everything where it lies there otherwise than is asked for. */
  private async fill(
    dataset: DatasetPlan,
    location: DatasetLocation,
    found: Inspection,
    options: PrepareOptions,
  ): Promise<boolean> {
    const { objects: asked = PLAIN_OBJECTS } = options;
    const before = this.stored.get(dataset.name) ?? PLAIN_OBJECTS;
    const fits = found.present.length > 0 && suits(before, asked);
    const stored = fits ? before : asked;
    this.stored.set(dataset.name, stored);
    const parameters = objectParameters(stored, dataset.seed);
    const content = makeContent(dataset, location);
    const writing = { store: this.store, root: this.root, location, content, parameters };
    const each = dataset.versions ?? 1;
    let written = false;
    for (let version = 0; version < each; version++) {
      const files = fits ? found.lacking(each - version) : [...location.sizes.keys()];
      // Versions differ in what they hold, or a store that deduplicates would keep one of them.
      const shift = (each - 1 - version) * location.count;
      await writeObjects({ ...writing, shift }, files, options);
      written ||= files.length > 0;
    }
    return written;
  }

  /** Sees to it that the manifest lists a dataset. */
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
    this.known.touch(dataset);
    if (stored !== undefined) this.stored.set(dataset, stored);
  }

  /** The client has no cache, and a store's own cannot be reached. */
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
    await this.still(options.signal);
    if (!this.reused) {
      const cutOff = await this.cutOffWrites.settled(this.store, options.signal);
      return cleanRun(this.store, this.root, this.manifest, { ...options, cutOff });
    }
    return reportKept(whereOf(this.store, this.root), this.manifest.runId);
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
    await this.still(signal);
    try {
      const found = await readRun(this.store, this.manifest.runId, signal);
      if (found.manifest?.holder?.runId === this.manifest.holder?.runId && found.manifest) {
        await this.write({ holder: null }, signal);
      }
    } catch (error) {
      // A store that is gone cannot be told; the lock is void once this process has ended.
      if (!(error instanceof PreflightError) && signal?.aborted !== true) throw error;
    } finally {
      this.store.client.destroy();
    }
  }

  /**
   * Ends the heartbeat and waits for one that is on its way: it would bring the manifest back.
   * A heartbeat is ended with its signal, so that a silent store cannot hold the run.
   */
  private async still(signal: AbortSignal | undefined): Promise<void> {
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
