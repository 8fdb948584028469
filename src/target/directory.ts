import { unlinkSync } from "node:fs";
import { join } from "node:path";
import type { DatasetLocation, DatasetPlan } from "../model/dataset.ts";
import { PreflightError } from "../model/errors.ts";
import type { Operation } from "../model/operation.ts";
import type { CachePolicy } from "../model/plan.ts";
import { applyCachePolicy } from "./cache.ts";
import { newCleaning, reportKept } from "./cleaning.ts";
import { makeContent } from "./content.ts";
import {
  adopt,
  findKept,
  findOthers,
  leftoverWarnings,
  startHeartbeat,
} from "./directory-claim.ts";
import { cleanFolder, removeFiles } from "./directory-clean.ts";
import { changedUnderOurFeet, filePath, inspect, makeDirectories } from "./directory-files.ts";
import { makeRunFolder, openRoot, readFolder, writeManifest } from "./directory-folder.ts";
import { restoreNames } from "./directory-names.ts";
import { refusal } from "./directory-refusal.ts";
import { checkSpace } from "./directory-space.ts";
import { writeFiles } from "./directory-write.ts";
import type { OpenOptions } from "./index.ts";
import { KnownDatasets } from "./known.ts";
import { thisHolder } from "./lock.ts";
import { datasetsWith, type Manifest, makeManifest } from "./manifest.ts";
import { residentShare } from "./residency.ts";
import type { CleanOptions, CleanReport, PrepareOptions, TargetSession } from "./target.ts";

/** Everything but multipart transfers, which only object stores know. */
export const DIRECTORY_OPERATIONS: readonly Operation[] = [
  "read",
  "write",
  "create",
  "stat",
  "fetch",
  "delete",
  "stream",
  "rename",
  "list",
];

/**
 * Opens a directory for one run: checks it, makes `assay-<run id>/` with the manifest, and makes
 * sure that no other run works there. With `reuse`, kept data of the same datasets is taken over
 * where it lies: the session then works in that run's folder and makes none of its own.
 */
export async function openDirectory(path: string, options: OpenOptions): Promise<TargetSession> {
  const root = openRoot(path);
  const warn = options.onWarning ?? (() => {});
  const holder = thisHolder(options.runId);
  const startedAt = new Date().toISOString();
  const manifest = makeManifest({ ...options, holder, startedAt });
  const folder = makeRunFolder(root, manifest);
  try {
    const others = findOthers(root, options.runId);
    for (const warning of leftoverWarnings(root, others)) warn(warning);
    const kept = options.reuse ? await findKept(others, options.datasets, warn) : null;
    if (kept === null || kept.manifest === null)
      return new DirectorySession(folder, manifest, false);
    // The kept folder is claimed before the own one is given up: one of them always shows this run.
    adopt(kept, holder);
    await cleanFolder(folder, manifest);
    return new DirectorySession(kept.folder, { ...kept.manifest, holder }, true);
  } catch (error) {
    await cleanFolder(folder, manifest);
    throw error;
  }
}

class DirectorySession implements TargetSession {
  readonly location: { readonly kind: "directory"; readonly root: string };
  readonly operations = DIRECTORY_OPERATIONS;
  readonly reused: boolean;
  readonly #folder: string;
  readonly #heartbeat: { stop(): void };
  readonly #known = new KnownDatasets();
  #manifest: Manifest;

  constructor(folder: string, manifest: Manifest, adopted: boolean) {
    this.location = { kind: "directory", root: folder };
    this.#folder = folder;
    this.#manifest = manifest;
    this.reused = adopted;
    this.#heartbeat = startHeartbeat(folder);
  }

  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    this.#list(dataset);
    const known = this.#known.of(dataset);
    const { location } = known;
    makeDirectories(this.#folder, location);
    if (needs === "absent") {
      await this.#remove(location, options);
      checkSpace(this.#folder, location, location.sizes.keys());
      return location;
    }
    const found = await this.#inspect(location, known.touched || this.reused, options.signal);
    if (found.foreign.length > 0 || (found.resized.length > 0 && !known.touched)) {
      throw changedUnderOurFeet(this.#folder, location, found);
    }
    for (const i of found.resized) this.#unlink(filePath(this.#folder, location, i));
    const files = [...found.missing, ...found.resized].sort((a, b) => a - b);
    checkSpace(this.#folder, location, files);
    const content = makeContent(dataset, location);
    await writeFiles(this.#folder, location, content, files, options);
    known.touched = false;
    return location;
  }

  /** What is there, once all files that a rename left under their second name have their first. */
  async #inspect(location: DatasetLocation, changed: boolean, signal: AbortSignal) {
    const found = await inspect(this.#folder, location, signal);
    if (!changed) return found;
    const restored = await restoreNames(this.#folder, location, found.missing, signal);
    return restored === 0 ? found : inspect(this.#folder, location, signal);
  }

  /** Sees to it that the manifest lists a dataset. */
  #list(dataset: DatasetPlan): void {
    const datasets = datasetsWith(this.#manifest, dataset);
    if (datasets !== null) this.#write({ ...this.#manifest, datasets });
  }

  async #remove(location: DatasetLocation, options: PrepareOptions): Promise<void> {
    const removed = newCleaning();
    await removeFiles(this.#folder, location, removed, options.signal, options.progress);
    const [first] = removed.left;
    if (first !== undefined) throw new PreflightError(`dataset "${location.name}": ${first}`);
  }

  #unlink(path: string): void {
    try {
      unlinkSync(path);
    } catch (error) {
      throw refusal(error, "replace", path);
    }
  }

  changed(dataset: string): void {
    this.#known.touch(dataset);
  }

  async setCache(dataset: DatasetLocation, policy: CachePolicy) {
    try {
      return await applyCachePolicy(this.#folder, dataset, policy);
    } catch (error) {
      throw refusal(error, "prepare the page cache for", this.#folder);
    }
  }

  async residency(dataset: DatasetLocation, policy: CachePolicy): Promise<number | null> {
    try {
      return await residentShare(this.#folder, dataset, policy);
    } catch (error) {
      throw refusal(error, "look at the page cache of", this.#folder);
    }
  }

  async clean(options?: CleanOptions): Promise<CleanReport> {
    this.#heartbeat.stop();
    if (!this.reused) return cleanFolder(this.#folder, this.#manifest, options);
    return reportKept(this.#folder, this.#manifest.runId);
  }

  async keep(): Promise<void> {
    this.#write({ ...this.#manifest, kept: true });
  }

  async close(): Promise<void> {
    this.#heartbeat.stop();
    if (this.#manifest.holder === null) return;
    if (readFolder(join(this.#folder, ".."), this.#manifest.runId)?.manifest == null) return;
    this.#write({ ...this.#manifest, holder: null });
  }

  #write(manifest: Manifest): void {
    writeManifest(this.#folder, manifest);
    this.#manifest = manifest;
  }
}
