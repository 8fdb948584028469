import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import type { Folder } from "../../posix/folder.ts";
import { makeContent } from "../content/content.ts";
import { newCleaning, reportKept } from "../ownership/cleaning.ts";
import { KnownDatasets } from "../ownership/known.ts";
import { datasetsWith, type Manifest } from "../ownership/manifest.ts";
import { notOurDirectory } from "../target/refusal.ts";
import type { CleanOptions, CleanReport, PrepareOptions, TargetSession } from "../target/target.ts";
import { applyCachePolicy, residentShare } from "./cache.ts";
import { cleanFolder } from "./cleanup/cleanup.ts";
import { removeFiles, removeThese } from "./cleanup/remove.ts";
import { datasetChanged, inspect, makeDirectories } from "./files/files.ts";
import { readRunDirectory, writeManifest } from "./files/folder.ts";
import { directoryNumbers, OpenDirectories } from "./files/held.ts";
import { refuseTakenNames, restoreNames } from "./files/names.ts";
import { isOwn, whyForeign } from "./files/own.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { displacedReason } from "./place.ts";
import { checkSpace } from "./writing/space.ts";
import { writeFiles } from "./writing/writing.ts";

/** A directory during one run; all access is through open directories in `assay-<run id>/`. */
export class DirectorySession implements TargetSession {
  readonly location: Extract<Location, { readonly kind: "directory" }>;
  readonly reused: boolean;
  readonly sharedFrom: string | undefined;
  private readonly root: Folder;
  private readonly folder: Folder;
  private readonly ownLeft: readonly string[];
  private readonly heartbeat: { stop(): void };
  private readonly known = new KnownDatasets();
  private readonly held = new OpenDirectories();
  private manifest: Manifest;
  private open = true;
  private cleaned = false;

  /**
   * The session closes `root` and `folder`.
   *
   * @param ownLeft if `folder` holds data of an earlier run: one message per part of the run's own
   *   directory that remains; null if `folder` is the run's own
   * @param isShared whether that data was handed over by a run of this command, so that this run
   *   removes it
   */
  constructor(
    root: Folder,
    folder: Folder,
    manifest: Manifest,
    ownLeft: readonly string[] | null,
    isShared = false,
  ) {
    this.location = { kind: "directory", root: folder.path };
    this.root = root;
    this.folder = folder;
    this.manifest = manifest;
    this.reused = ownLeft !== null && !isShared;
    this.sharedFrom = isShared ? manifest.runId : undefined;
    this.ownLeft = ownLeft ?? [];
    this.heartbeat = startHeartbeat(folder, manifest);
  }

  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    this.requirePlace();
    this.list(dataset);
    const known = this.known.of(dataset);
    const directories = this.held.of(known.location);
    const location = { ...known.location, held: { root: this.folder.fd, directories } };
    this.makeDirectories(location);
    known.there = "directories";
    if (needs === "absent") {
      await this.remove(location, options);
      checkSpace(this.folder, location, location.sizes.keys());
      return location;
    }
    const found = await this.inspect(location, known.changed || this.reused, options.signal);
    if (found.foreign.length > 0 || (found.resized.length > 0 && !known.changed)) {
      throw datasetChanged(this.folder, location, found);
    }
    if (options.renames === true) {
      await refuseTakenNames(this.folder, location, options.signal);
    }
    await this.remove(location, options, found.resized);
    const files = [...found.missing, ...found.resized].sort((a, b) => a - b);
    checkSpace(this.folder, location, files);
    const content = makeContent(dataset, location);
    await writeFiles(this.folder, location, content, files, options);
    known.changed = false;
    known.there = "all";
    return location;
  }

  /** Throws PreflightError if the run's directory is no longer in the target. */
  private requirePlace(): void {
    const why = displacedReason(this.folder, this.manifest.runId);
    if (why !== null) throw new PreflightError(why);
  }

  private makeDirectories(location: DatasetLocation): void {
    const numbers = directoryNumbers(location);
    makeDirectories(this.folder, location, (directory, path) => {
      const number = numbers.get(path);
      if (number !== undefined) this.held.hold(location, number, directory);
    });
  }

  /** Compares the files with the plan, after restoring the names of renamed files. */
  private async inspect(location: DatasetLocation, changed: boolean, signal: AbortSignal) {
    const isOurs = isOwn(whyForeign(this.folder));
    const found = await inspect(this.folder, location, signal, isOurs);
    if (!changed) return found;
    const restored = await restoreNames(this.folder, location, found.missing, signal);
    return restored === 0 ? found : inspect(this.folder, location, signal, isOurs);
  }

  /** Adds a dataset to the manifest, if it is not yet listed. */
  private list(dataset: DatasetPlan): void {
    const datasets = datasetsWith(this.manifest, dataset);
    if (datasets !== null) this.write({ ...this.manifest, datasets });
  }

  /** Removes files of a dataset, by default all; throws if one cannot be removed. */
  private async remove(
    location: DatasetLocation,
    options: PrepareOptions,
    files?: readonly number[],
  ) {
    const cleaning = newCleaning();
    const removal = { ...options, cleaning, whyForeign: whyForeign(this.folder) };
    if (files === undefined) await removeFiles(this.folder, location, removal);
    else removeThese(this.folder, location, removal, files);
    const [first] = cleaning.left;
    if (first !== undefined) throw new PreflightError(`dataset "${location.name}": ${first}`);
  }

  changed(dataset: string): void {
    this.known.markChanged(dataset);
  }

  async setCache(dataset: DatasetLocation, policy: CachePolicy, signal?: AbortSignal) {
    try {
      return await applyCachePolicy(this.folder, dataset, policy, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw notOurDirectory(error, "prepare the page cache for", this.folder.path);
    }
  }

  async residency(dataset: DatasetLocation, policy: CachePolicy, signal?: AbortSignal) {
    if (this.cleaned) return null;
    try {
      return await residentShare(this.folder, dataset, policy, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw notOurDirectory(error, "inspect the page cache of", this.folder.path);
    }
  }

  async clean(options?: CleanOptions): Promise<CleanReport> {
    this.heartbeat.stop();
    this.held.close();
    const { runId } = this.manifest;
    if (this.reused) return reportKept(this.folder.path, runId, this.ownLeft);
    if (this.cleaned) return { removedFiles: 0, removedBytes: 0, left: [], incomplete: false };
    const why = displacedReason(this.folder, runId);
    if (why !== null) {
      return { removedFiles: 0, removedBytes: 0, left: [why], incomplete: true };
    }
    const place = { root: this.root, folder: this.folder };
    const report = await cleanFolder(place, this.manifest, options, (name) =>
      this.known.there(name),
    );
    if (report.incomplete !== true && displacedReason(this.folder, runId) !== null) {
      this.cleaned = true;
      this.release();
    }
    if (this.ownLeft.length === 0) return report;
    return { ...report, left: [...this.ownLeft, ...report.left], incomplete: true };
  }

  async handOver(): Promise<void> {
    this.requirePlace();
    this.heartbeat.stop();
    // Its time of change tells the next run whether a file changed since.
    this.write({ ...this.manifest, holder: null });
  }

  async keep(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.requirePlace();
    this.write({ ...this.manifest, kept: true });
    if (this.ownLeft.length > 0) throw new PreflightError(this.ownLeft.join("; "));
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.heartbeat.stop();
    this.held.close();
    try {
      if (this.manifest.holder === null) return;
      if (readRunDirectory(this.folder, this.manifest.runId).manifest === null) return;
      this.write({ ...this.manifest, holder: null });
    } finally {
      this.release();
    }
  }

  private release(): void {
    this.open = false;
    this.folder.close();
    this.root.close();
  }

  private write(manifest: Manifest): void {
    writeManifest(this.folder, manifest);
    this.manifest = manifest;
  }
}
