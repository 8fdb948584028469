/**
 * A bucket and prefix as a target: opens it for a run, cleans up after a run, lists the runs in it.
 * `session.ts` is a bucket during a run, `claim.ts` looks at the other runs there, `write.ts`
 * uploads a dataset. The sub-folders never import from here: `store/` sends requests and lists
 * objects, `cleanup/` removes them. These requests use the SDK of AWS; measured requests are the
 * engines' business.
 */
import { PreflightError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { stillGoing } from "../ownership/cleaning.ts";
import { leftoverOf, oldestFirst, usedElsewhere } from "../ownership/leftover.ts";
import { thisHolder } from "../ownership/lock.ts";
import { MANIFEST_NAME, makeManifest, manifestText } from "../ownership/manifest.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  Target,
  TargetSession,
} from "../target/target.ts";
import { checkVersioning, findKept, findOthers, leftoverWarnings } from "./claim.ts";
import { cleanRun } from "./cleanup/cleanup.ts";
import { checkEmpty } from "./cleanup/strays.ts";
import { BucketSession } from "./session.ts";
import {
  checkFree,
  findRuns,
  isLive,
  makeRun,
  NO_MANIFEST,
  readRun,
  runRoot,
  TakenError,
  whereOf,
  writeManifest,
} from "./store/folder.ts";
import { checkDeletable, checkRemovable, tryLock, versioningOf } from "./store/removable.ts";
import { openStore, type Store } from "./store/store.ts";
import { surveyBucket } from "./survey.ts";

/** How long the manifest of a run that could not be opened may take to be removed. */
const GIVE_UP_MS = 5_000;

/** A bucket and prefix as a target. */
export function bucketTarget(spec: TargetSpec): Target {
  return {
    open: (options) => openBucket(spec, options),
    survey: (options) => surveyBucket(spec, options),
    clean: (runId, options) => cleanBucket(spec, runId, options),
    find: (_use, signal) => findInBucket(spec, signal),
  };
}

/**
 * Opens a bucket for one run: checks endpoint, credentials and bucket, writes the manifest below
 * `<prefix>assay-<run id>/`, and makes sure that no other run works under this prefix. With
 * `reuse`, kept data of the same datasets is taken over where it lies: the session then works
 * below that run's prefix and has none of its own.
 */
export async function openBucket(spec: TargetSpec, options: OpenOptions): Promise<TargetSession> {
  const { signal } = options;
  signal?.throwIfAborted();
  const store = openStore(spec);
  const warn = options.onWarning ?? (() => {});
  const holder = thisHolder(options.runId);
  const startedAt = new Date().toISOString();
  const manifest = makeManifest({ ...options, holder, startedAt });
  const root = runRoot(store, options.runId);
  let begun = false;
  try {
    const versioning = await versioningOf(store, signal);
    checkVersioning(store, versioning, options.datasets);
    const unasked = await checkRemovable(store, versioning, signal);
    await checkFree(store, options.runId, signal);
    await checkDeletable(store, versioning, root + MANIFEST_NAME, signal);
    begun = true;
    if (unasked !== null) {
      await tryLock(store, root + MANIFEST_NAME, manifestText(manifest), unasked, signal);
    }
    await makeRun(store, root, manifest, signal);
    const others = await findOthers(store, options.runId, signal);
    for (const warning of leftoverWarnings(store, others)) warn(warning);
    const kept = options.reuse
      ? await findKept(store, others, options.datasets, warn, signal)
      : null;
    if (kept === null || kept.manifest === null) {
      return new BucketSession(store, root, manifest, false);
    }
    // The kept data is claimed before the own prefix is given up: one always shows this run.
    const claimed = { ...kept.manifest, holder };
    await writeManifest(store, kept.root, claimed, signal);
    await cleanRun(store, root, null, signal === undefined ? {} : { signal });
    return new BucketSession(store, kept.root, claimed, true);
  } catch (error) {
    // What is there already is not this run's.
    const left = begun && !(error instanceof TakenError) ? await giveUp(store, root) : [];
    for (const sentence of left) warn(sentence);
    store.client.destroy();
    throw error instanceof PreflightError && left.length > 0
      ? new PreflightError([error.message, ...left].join("; "))
      : error;
  }
}

/** Removes the manifest of a run that could not be opened, which has no data yet. */
async function giveUp(store: Store, root: string): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  return (await cleanRun(store, root, null, { signal })).left;
}

/**
 * Cleans up after a run that is over, crashed ones and kept ones included. Throws `PreflightError`
 * when that run still goes on or its manifest cannot be used.
 */
async function cleanBucket(
  spec: TargetSpec,
  runId: string,
  options: CleanOptions,
): Promise<CleanReport> {
  const store = openStore(spec);
  try {
    const found = await readRun(store, runId, options.signal);
    const where = whereOf(store, found.root);
    if (isLive(found, Date.now())) throw stillGoing(found.manifest?.holder, where);
    if (found.manifest !== null) return await cleanRun(store, found.root, found.manifest, options);
    if (found.problem === NO_MANIFEST) {
      await checkEmpty(store, found.root, options.signal);
      // Nothing was written, all is gone, or the run used the kept data of another.
      const left = usedElsewhere(await findRuns(store, options.signal), runId);
      return { removedFiles: 0, removedBytes: 0, left, absent: left.length === 0 };
    }
    throw new PreflightError(
      `${where} ${found.problem}, so what belongs to the run is not known; nothing was removed`,
    );
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    const left = [`the cleanup of run ${runId} was stopped before it began; run it again`];
    return { removedFiles: 0, removedBytes: 0, left, incomplete: true };
  } finally {
    store.client.destroy();
  }
}

/** The runs found in a bucket and prefix, oldest first. */
async function findInBucket(
  spec: TargetSpec,
  signal: AbortSignal | undefined,
): Promise<readonly Leftover[]> {
  signal?.throwIfAborted();
  const store = openStore(spec);
  try {
    const runs = await findRuns(store, signal);
    return oldestFirst(
      runs.map((found) => leftoverOf(found, whereOf(store, found.root), isLive(found, Date.now()))),
    );
  } finally {
    store.client.destroy();
  }
}
