import { orAborted } from "../../model/abort.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import { HEARTBEAT_MS } from "../ownership/lock.ts";
import { datasetsWith, type Manifest } from "../ownership/manifest.ts";
import { isSameHolder, makeToken, reportTakenOver, takenOver } from "../ownership/member.ts";
import type { CleanReport } from "../target/target.ts";
import { readRun, s3Uri, writeManifest } from "./store/folder.ts";
import type { Store } from "./store/store.ts";

/**
 * The manifest of an open run's prefix. The keeper holds the data: it writes the manifest, also as
 * its heartbeat. A member only reads it, until it takes the data over from a lost keeper.
 */
export class Holding {
  private readonly store: Store;
  private readonly root: string;
  private known: Manifest;
  private holds: boolean;
  private heartbeat: NodeJS.Timeout | undefined;
  /** Serializes writes of the manifest, so that a heartbeat cannot revert a change. */
  private writes: Promise<void> = Promise.resolve();

  constructor(store: Store, root: string, manifest: Manifest, isMember: boolean) {
    this.store = store;
    this.root = root;
    this.known = manifest;
    this.holds = !isMember;
    if (this.holds) this.startHeartbeat();
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
  async list(dataset: DatasetPlan, signal: AbortSignal): Promise<void> {
    const datasets = datasetsWith(this.known, dataset);
    if (datasets !== null) await this.write({ datasets }, signal);
  }

  write(change: Partial<Manifest>, signal?: AbortSignal): Promise<void> {
    if (!this.holds) throw new Error("a member wrote the manifest");
    const write = this.writes
      .catch(() => {})
      .then(async () => {
        const next = { ...this.known, ...change };
        await writeManifest(this.store, this.root, next, signal);
        this.known = next;
      });
    this.writes = write;
    return signal === undefined ? write : orAborted(write, signal);
  }

  /** Writes a new token and returns it. */
  async writeToken(): Promise<string> {
    const token = makeToken();
    await this.write({ token });
    return token;
  }

  /** Makes a member the keeper; see `TargetSession.takeOver`. */
  async takeOver(): Promise<void> {
    if (this.holds) return;
    const found = await this.stored(undefined);
    const next = takenOver(this.known, found, s3Uri(this.store, this.root));
    await writeManifest(this.store, this.root, next);
    this.known = next;
    this.holds = true;
    this.startHeartbeat();
  }

  /** Cleanup report if a member has taken the data over from this process; null if it has not. */
  async takenOver(signal: AbortSignal | undefined): Promise<CleanReport | null> {
    if (!this.isShared) return null;
    try {
      const found = await this.stored(signal);
      return reportTakenOver(this.known, found, s3Uri(this.store, this.root));
    } catch (error) {
      // The cleanup that follows meets and reports the same problem.
      if (!(error instanceof PreflightError) && signal?.aborted !== true) throw error;
      return null;
    }
  }

  /** Stops holding the data, if this process still does. */
  async release(signal: AbortSignal | undefined): Promise<void> {
    await this.stopHeartbeat(signal);
    if (!this.holds) return;
    try {
      const found = await this.stored(signal);
      if (found !== null && isSameHolder(found.holder, this.known.holder)) {
        await this.write({ holder: null }, signal);
      }
    } catch (error) {
      // If the endpoint is unreachable, the lock expires when this process ends.
      if (!(error instanceof PreflightError) && signal?.aborted !== true) throw error;
    }
  }

  /**
   * Stops the heartbeat and waits for a write in flight, which would restore the manifest. An
   * aborted signal ends the wait, so that an endpoint without response cannot block the run.
   */
  async stopHeartbeat(signal: AbortSignal | undefined): Promise<void> {
    clearInterval(this.heartbeat);
    const writes = this.writes.catch(() => {});
    if (signal === undefined) await writes;
    else await orAborted(writes, signal).catch(() => {});
  }

  /** Whether members may have joined, so that one of them may have taken the data over. */
  private get isShared(): boolean {
    return this.known.token !== undefined;
  }

  private startHeartbeat(): void {
    // The run itself meets and reports any error that prevents a heartbeat.
    this.heartbeat = setInterval(() => void this.beat().catch(() => {}), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  private async beat(): Promise<void> {
    // A keeper that the others had lost must not take the data back from its successor.
    if ((await this.takenOver(undefined)) === null) await this.write({});
  }

  private async stored(signal: AbortSignal | undefined): Promise<Manifest | null> {
    return (await readRun(this.store, this.known.runId, signal)).manifest;
  }
}
