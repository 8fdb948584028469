import { PreflightError } from "../model/errors.ts";
import type { TargetSpec } from "../model/target.ts";
import { checkVersioning, findKept, findOthers, leftoverWarnings } from "./bucket-claim.ts";
import { cleanRun } from "./bucket-clean.ts";
import { findRuns, isLive, makeRun, readRun, whereOf, writeManifest } from "./bucket-folder.ts";
import { BucketSession } from "./bucket-session.ts";
import { openStore } from "./bucket-store.ts";
import { stillGoing } from "./cleaning.ts";
import type { Leftover, OpenOptions } from "./index.ts";
import { leftoverOf, oldestFirst, usedElsewhere } from "./leftover.ts";
import { thisHolder } from "./lock.ts";
import { makeManifest } from "./manifest.ts";
import type { CleanOptions, CleanReport, TargetSession } from "./target.ts";

/**
 * Opens a bucket for one run: checks endpoint, credentials and bucket, writes the manifest below
 * `<prefix>assay-<run id>/`, and makes sure that no other run works under this prefix. With
 * `reuse`, kept data of the same datasets is taken over where it lies: the session then works
 * below that run's prefix and has none of its own.
 */
export async function openBucket(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  const store = openStore(spec);
  const warn = options.onWarning ?? (() => {});
  const holder = thisHolder(options.runId);
  const startedAt = new Date().toISOString();
  const manifest = makeManifest({ ...options, holder, startedAt });
  let root: string | null = null;
  try {
    await checkVersioning(store, options.datasets);
    root = await makeRun(store, options, manifest);
    const others = await findOthers(store, options.runId);
    for (const warning of leftoverWarnings(store, others)) warn(warning);
    const kept = options.reuse ? await findKept(store, others, options.datasets, warn) : null;
    if (kept === null || kept.manifest === null) {
      return new BucketSession(store, root, manifest, false);
    }
    // The kept data is claimed before the own prefix is given up: one always shows this run.
    const claimed = { ...kept.manifest, holder };
    await writeManifest(store, kept.root, claimed);
    await cleanRun(store, root, manifest);
    return new BucketSession(store, kept.root, claimed, true);
  } catch (error) {
    if (root !== null) await cleanRun(store, root, manifest);
    store.client.destroy();
    throw error;
  }
}

/**
 * Cleans up after a run that is over, crashed ones and kept ones included. Throws `PreflightError`
 * when that run still goes on or its manifest cannot be used.
 */
export async function cleanBucket(
  spec: TargetSpec,
  runId: string,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const store = openStore(spec);
  try {
    const found = await readRun(store, runId);
    const where = whereOf(store, found.root);
    if (isLive(found, Date.now())) throw stillGoing(found.manifest?.holder, where);
    if (found.manifest !== null) return await cleanRun(store, found.root, found.manifest, options);
    if (found.problem === "has no manifest") {
      // Nothing was written, all is gone, or the run used the kept data of another.
      const left = usedElsewhere(await findRuns(store), runId);
      return { removedFiles: 0, removedBytes: 0, left };
    }
    throw new PreflightError(
      `${where} ${found.problem}, so what belongs to the run is not known; nothing was removed`,
    );
  } finally {
    store.client.destroy();
  }
}

/** The runs found in a bucket and prefix, oldest first. */
export async function findInBucket(
  spec: TargetSpec,
  signal?: AbortSignal,
): Promise<readonly Leftover[]> {
  signal?.throwIfAborted();
  const store = openStore(spec);
  try {
    const runs = await findRuns(store);
    return oldestFirst(
      runs.map((found) => leftoverOf(found, whereOf(store, found.root), isLive(found, Date.now()))),
    );
  } finally {
    store.client.destroy();
  }
}
