import type { DatasetLocation, DatasetPlan, Location } from "../model/dataset.ts";
import { PreflightError } from "../model/errors.ts";
import type { Operation } from "../model/operation.ts";
import { bucketLabel } from "../s3/failure.ts";
import { cleanRun } from "./bucket-clean.ts";
import { readRun, whereOf, writeManifest } from "./bucket-folder.ts";
import { changedUnderOurFeet, inspectObjects } from "./bucket-objects.ts";
import { removeObjects, type Store, type StoredObject } from "./bucket-store.ts";
import { writeObjects } from "./bucket-write.ts";
import { reportKept } from "./cleaning.ts";
import { makeContent } from "./content.ts";
import { KnownDatasets } from "./known.ts";
import { HEARTBEAT_MS } from "./lock.ts";
import { datasetsWith, type Manifest } from "./manifest.ts";
import type { CleanReport, PrepareOptions, PrepareProgress, TargetSession } from "./target.ts";

/** Objects cannot be written in place or renamed. */
const BUCKET_OPERATIONS: readonly Operation[] = [
  "read",
  "create",
  "stat",
  "fetch",
  "delete",
  "upload",
  "download",
  "stream",
  "list",
];

/** A bucket during one run: everything lies below `root`, its own prefix or an adopted one. */
export class BucketSession implements TargetSession {
  readonly location: Location;
  readonly operations = BUCKET_OPERATIONS;
  readonly #store: Store;
  readonly #root: string;
  readonly #adopted: boolean;
  readonly #known = new KnownDatasets();
  readonly #heartbeat: NodeJS.Timeout;
  #manifest: Manifest;
  /** The manifest's writes, one after the other, so that a heartbeat cannot undo a change. */
  #writes: Promise<void> = Promise.resolve();

  constructor(store: Store, root: string, manifest: Manifest, adopted: boolean) {
    this.location = { kind: "bucket", address: store.address, root };
    this.#store = store;
    this.#root = root;
    this.#manifest = manifest;
    this.#adopted = adopted;
    // Whatever keeps a heartbeat from being written is met, and told, by the run itself.
    this.#heartbeat = setInterval(() => void this.#write({}).catch(() => {}), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    await this.#list(dataset);
    const known = this.#known.of(dataset);
    const { location } = known;
    const found = await inspectObjects(this.#store, this.#root, location, options.signal);
    if (needs === "absent") {
      await this.#remove(location, found.present, options.signal);
      return location;
    }
    if (found.resized.length > 0 && !known.touched) {
      throw changedUnderOurFeet(this.#store, this.#root, location, found);
    }
    const files = [...found.missing, ...found.resized].sort((a, b) => a - b);
    const content = makeContent(dataset, location);
    await writeObjects(this.#store, this.#root, location, content, files, options);
    known.touched = false;
    return location;
  }

  /** Sees to it that the manifest lists a dataset. */
  async #list(dataset: DatasetPlan): Promise<void> {
    const datasets = datasetsWith(this.#manifest, dataset);
    if (datasets !== null) await this.#write({ datasets });
  }

  async #remove(
    location: DatasetLocation,
    objects: readonly StoredObject[],
    signal: AbortSignal,
  ): Promise<void> {
    const [first] = await removeObjects(this.#store, objects, signal);
    if (first === undefined) return;
    throw new PreflightError(
      `dataset "${location.name}": ${first.key} in ${bucketLabel(this.#store.address)} could not ` +
        `be removed: ${first.reason}`,
    );
  }

  changed(dataset: string): void {
    this.#known.touch(dataset);
  }

  /** The client has no cache, and a store's own cannot be reached. */
  async setCache(): Promise<readonly string[]> {
    return [];
  }

  async residency(): Promise<number | null> {
    return null;
  }

  async clean(progress?: PrepareProgress): Promise<CleanReport> {
    await this.#still();
    if (!this.#adopted) return cleanRun(this.#store, this.#root, this.#manifest, progress);
    return reportKept(whereOf(this.#store, this.#root), this.#manifest.runId);
  }

  async keep(): Promise<void> {
    await this.#write({ kept: true });
  }

  async close(): Promise<void> {
    await this.#still();
    try {
      const found = await readRun(this.#store, this.#manifest.runId);
      if (found.manifest?.holder?.runId === this.#manifest.holder?.runId && found.manifest) {
        await this.#write({ holder: null });
      }
    } catch (error) {
      // A store that is gone cannot be told; the lock is void once this process has ended.
      if (!(error instanceof PreflightError)) throw error;
    } finally {
      this.#store.client.destroy();
    }
  }

  /** Ends the heartbeat and waits for one that is on its way: it would bring the manifest back. */
  async #still(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#writes.catch(() => {});
  }

  #write(change: Partial<Manifest>): Promise<void> {
    const write = this.#writes
      .catch(() => {})
      .then(async () => {
        const next = { ...this.#manifest, ...change };
        await writeManifest(this.#store, this.#root, next);
        this.#manifest = next;
      });
    this.#writes = write;
    return write;
  }
}
