import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import type { Folder } from "../../posix/folder.ts";
import { reportKept } from "../ownership/cleaning.ts";
import { KnownDatasets } from "../ownership/known.ts";
import type { Manifest } from "../ownership/manifest.ts";
import { notOurDirectory } from "../target/refusal.ts";
import {
  type CleanOptions,
  type CleanReport,
  NO_DATA,
  type PrepareOptions,
  type TargetSession,
} from "../target/target.ts";
import { applyCachePolicy, residentShare } from "./cache.ts";
import { cleanFolder } from "./cleanup/cleanup.ts";
import { Holding } from "./holding.ts";
import { displacedReason } from "./place.ts";
import { Preparation } from "./preparation.ts";

/** A directory during one run; all access is through open directories in `assay-<run id>/`. */
export class DirectorySession implements TargetSession {
  readonly location: Extract<Location, { readonly kind: "directory" }>;
  readonly reused: boolean;
  readonly sharedFrom: string | undefined;
  private readonly root: Folder;
  private readonly folder: Folder;
  private readonly ownLeft: readonly string[];
  private readonly hold: Holding;
  private readonly known: KnownDatasets;
  private readonly preparation: Preparation;
  private open = true;
  private cleaned = false;

  /**
   * The session closes `root` and `folder`.
   *
   * @param ownLeft if `folder` holds data of an earlier run: one message per part of the run's own
   *   directory that remains; null if `folder` is the run's own
   * @param isShared whether that data was handed over by a run of this command, so that this run
   *   removes it
   * @param isMember whether another host holds the data
   */
  constructor(
    root: Folder,
    folder: Folder,
    manifest: Manifest,
    ownLeft: readonly string[] | null,
    { isShared = false, isMember = false } = {},
  ) {
    this.location = { kind: "directory", root: folder.path };
    this.root = root;
    this.folder = folder;
    this.reused = ownLeft !== null && !isShared;
    this.sharedFrom = isShared ? manifest.runId : undefined;
    this.ownLeft = ownLeft ?? [];
    this.hold = new Holding(folder, manifest, isMember);
    this.known = new KnownDatasets(isMember);
    this.preparation = new Preparation(folder, this.hold, this.known, this.reused);
  }

  async prepare(
    dataset: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    this.requirePlace();
    return this.preparation.prepare(dataset, needs, options);
  }

  /** Run that created the data; it differs from this run if the data is reused. */
  private get runId(): string {
    return this.hold.manifest.runId;
  }

  /** Throws PreflightError if the run's directory is no longer in the target. */
  private requirePlace(): void {
    const why = displacedReason(this.folder, this.runId);
    if (why !== null) throw new PreflightError(why);
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
    this.hold.stopHeartbeat();
    this.preparation.close();
    if (!this.hold.isKeeper) return NO_DATA;
    const { runId, hold } = this;
    const taken = hold.takenOver();
    if (taken !== null) return taken;
    if (this.reused) return reportKept(this.folder.path, runId, this.ownLeft);
    if (this.cleaned) return { removedFiles: 0, removedBytes: 0, left: [], incomplete: false };
    const why = displacedReason(this.folder, runId);
    if (why !== null) {
      return { removedFiles: 0, removedBytes: 0, left: [why], incomplete: true };
    }
    const place = { root: this.root, folder: this.folder };
    const report = await cleanFolder(place, hold.manifest, options, (name) =>
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
    if (!this.hold.isKeeper) return;
    this.requirePlace();
    this.hold.stopHeartbeat();
    // Its time of change tells the next run whether a file changed since.
    this.hold.write({ holder: null });
  }

  async keep(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.hold.isKeeper) return;
    this.requirePlace();
    this.hold.write({ kept: true });
    if (this.ownLeft.length > 0) throw new PreflightError(this.ownLeft.join("; "));
  }

  async writeToken(): Promise<string> {
    this.requirePlace();
    return this.hold.writeToken();
  }

  async takeOver(): Promise<void> {
    this.requirePlace();
    this.hold.takeOver();
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.preparation.close();
    try {
      this.hold.release();
    } finally {
      this.release();
    }
  }

  private release(): void {
    this.open = false;
    this.folder.close();
    this.root.close();
  }
}
