import type { TargetSpec } from "../../model/target/target.ts";
import { bucketLabel } from "../../s3/failure/failure.ts";
import type { Manifest } from "../ownership/manifest.ts";
import { checkSameDatasets, isJoinable, isOfEarlierRun, notVisible } from "../ownership/member.ts";
import type { OpenOptions, TargetSession } from "../target/target.ts";
import { checkVersioning } from "./claim.ts";
import { BucketSession } from "./session.ts";
import { type FoundRun, findRuns, readRun } from "./store/folder.ts";
import { versioningOf } from "./store/removable.ts";
import { openStore, type Store } from "./store/store.ts";

/** Opens the data in a bucket that another host holds for this run. */
export async function joinBucket(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  const { runId, datasets, signal } = options;
  const store = openStore(spec);
  try {
    const { root, manifest } = await findJoined(store, runId, signal);
    checkVersioning(store, await versioningOf(store, signal), datasets);
    checkSameDatasets(manifest, datasets);
    const isReused = isOfEarlierRun(manifest);
    return new BucketSession(store, root, manifest, { isReused, isMember: true });
  } catch (error) {
    store.client.destroy();
    throw error;
  }
}

/** Token of the data in a bucket that run `runId` uses; null if it has none. */
export async function readTokenIn(
  spec: TargetSpec,
  runId: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const store = openStore(spec);
  try {
    return (await findJoined(store, runId, signal)).manifest.token ?? null;
  } finally {
    store.client.destroy();
  }
}

/**
 * Finds the data that run `runId` uses: its own, or that of an earlier run.
 *
 * @throws NotVisibleError if there is none
 */
async function findJoined(
  store: Store,
  runId: string,
  signal: AbortSignal | undefined,
): Promise<FoundRun & { readonly manifest: Manifest }> {
  const own = await readRun(store, runId, signal);
  if (isJoined(own, runId)) return own;
  const found = (await findRuns(store, signal)).find((run) => isJoined(run, runId));
  if (found !== undefined) return found;
  throw notVisible(bucketLabel(store.address), runId);
}

function isJoined(run: FoundRun, runId: string): run is FoundRun & { readonly manifest: Manifest } {
  return isJoinable(run.manifest, runId);
}
