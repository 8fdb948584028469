import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { Folder } from "../../posix/folder.ts";
import { datasetsWith, type Manifest } from "../ownership/manifest.ts";
import { isSameHolder, makeToken, reportTakenOver, takenOver } from "../ownership/member.ts";
import type { CleanReport } from "../target/target.ts";
import { readRunDirectory, writeManifest } from "./files/folder.ts";
import { startHeartbeat } from "./heartbeat.ts";

const NO_HEARTBEAT = { stop: () => {} };

/**
 * The manifest of an open run's directory. The keeper holds the data: it writes the manifest and
 * its heartbeats. A member only reads it, until it takes the data over from a lost keeper.
 */
export class Holding {
  private readonly folder: Folder;
  private heartbeat: { stop(): void };
  private known: Manifest;
  private holds: boolean;

  constructor(folder: Folder, manifest: Manifest, isMember: boolean) {
    this.folder = folder;
    this.known = manifest;
    this.holds = !isMember;
    this.heartbeat = isMember ? NO_HEARTBEAT : startHeartbeat(folder, manifest);
  }

  /** False for a member: another host holds the data. */
  get isKeeper(): boolean {
    return this.holds;
  }

  /** The manifest as this process read it or last wrote it. */
  get manifest(): Manifest {
    return this.known;
  }

  /** Adds a dataset to the manifest, if it is not yet listed. */
  list(dataset: DatasetPlan): void {
    const datasets = datasetsWith(this.known, dataset);
    if (datasets !== null) this.write({ datasets });
  }

  write(change: Partial<Manifest>): void {
    if (!this.holds) throw new Error("a member wrote the manifest");
    const manifest = { ...this.known, ...change };
    writeManifest(this.folder, manifest);
    this.known = manifest;
  }

  /** Writes a new token and returns it. */
  writeToken(): string {
    const token = makeToken();
    this.write({ token });
    return token;
  }

  /** Makes a member the keeper; see `TargetSession.takeOver`. */
  takeOver(): void {
    if (this.holds) return;
    const manifest = takenOver(this.known, this.stored(), this.folder.path);
    writeManifest(this.folder, manifest);
    this.known = manifest;
    this.holds = true;
    this.heartbeat = startHeartbeat(this.folder, manifest);
  }

  /** Cleanup report if a member has taken the data over from this process; null if it has not. */
  takenOver(): CleanReport | null {
    return reportTakenOver(this.known, this.stored(), this.folder.path);
  }

  stopHeartbeat(): void {
    this.heartbeat.stop();
  }

  /** Stops holding the data, if this process still does. */
  release(): void {
    this.heartbeat.stop();
    if (!this.holds || this.known.holder === null) return;
    const found = this.stored();
    if (found !== null && isSameHolder(found.holder, this.known.holder)) {
      this.write({ holder: null });
    }
  }

  /** Manifest in the run's directory; null if there is no valid one. */
  private stored(): Manifest | null {
    return readRunDirectory(this.folder, this.known.runId).manifest;
  }
}
