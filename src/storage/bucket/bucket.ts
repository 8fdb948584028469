/**
 * A bucket and prefix as a target: opens it for a run, cleans up after a run, lists the runs in it.
 * `session.ts` is a bucket during a run, `claim.ts` finds the other runs in it, `joining.ts` the
 * run of another host, `write.ts` uploads a dataset. The subfolders never import from here:
 * `store/` sends requests and lists objects, `cleanup/` removes them. These requests use the AWS
 * SDK; engines send the measured requests.
 */
import { PreflightError } from "../../model/fault/errors.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { bucketLabel } from "../../s3/failure/failure.ts";
import { runIsActive } from "../ownership/cleaning.ts";
import { leftoverOf, NO_MANIFEST, oldestFirst, reusedDataMessages } from "../ownership/leftover.ts";
import { thisHolder } from "../ownership/lock.ts";
import { MANIFEST_NAME, makeManifest, manifestText } from "../ownership/manifest.ts";
import { Reuse } from "../target/reuse.ts";
import { NO_LIMIT } from "../target/space.ts";
import type {
  CleanOptions,
  CleanReport,
  Leftover,
  OpenOptions,
  Target,
  TargetSession,
} from "../target/target.ts";
import { checkVersioning, findKept, findOtherRuns, leftoverWarnings } from "./claim.ts";
import { cleanRun } from "./cleanup/cleanup.ts";
import { checkEmpty } from "./cleanup/strays.ts";
import { joinBucket, readTokenIn } from "./joining.ts";
import { BucketSession } from "./session.ts";
import {
  checkFree,
  createRun,
  findRuns,
  isLive,
  readRun,
  runRoot,
  s3Uri,
  TakenError,
  writeManifest,
} from "./store/folder.ts";
import { checkDeletable, checkRemovable, testDeletion, versioningOf } from "./store/removable.ts";
import { openStore, type Store } from "./store/store.ts";
import { surveyBucket } from "./survey.ts";

/** Maximum time to remove the manifest of a run that failed to open. */
const OPEN_CLEANUP_MS = 5_000;

/** Makes the target for a bucket and prefix. */
export function bucketTarget(spec: TargetSpec): Target {
  return {
    open: (options) => openBucket(spec, options),
    join: (options) => joinBucket(spec, options),
    readToken: (runId, signal) => readTokenIn(spec, runId, signal),
    survey: (options) => surveyBucket(spec, options),
    space: async () => NO_LIMIT,
    clean: (runId, options) => cleanBucket(spec, runId, options),
    find: (_use, signal) => findInBucket(spec, signal),
  };
}

/**
 * Opens a bucket for one run: checks endpoint, credentials and bucket, writes the manifest below
 * `<prefix>assay-<run id>/`, and checks that no other run is active below this prefix. With
 * `reuse`, the session uses kept data of the same datasets below that run's prefix and has none of
 * its own.
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
  let mayHaveWritten = false;
  try {
    const versioning = await versioningOf(store, signal);
    checkVersioning(store, versioning, options.datasets);
    const lockUnknown = await checkRemovable(store, versioning, signal);
    await checkFree(store, options.runId, signal);
    await checkDeletable(store, versioning, root + MANIFEST_NAME, signal);
    mayHaveWritten = true;
    if (lockUnknown !== null) {
      await testDeletion(store, root + MANIFEST_NAME, manifestText(manifest), lockUnknown, signal);
    }
    await createRun(store, root, manifest, signal);
    const others = await findOtherRuns(store, options.runId, signal);
    for (const warning of leftoverWarnings(store, others)) warn(warning);
    const reuse = new Reuse(options, bucketLabel(store.address));
    const kept = options.reuse
      ? await findKept(store, others, options.datasets, reuse.unusable, signal)
      : null;
    reuse.ends(kept !== null);
    if (kept === null || kept.manifest === null) {
      return new BucketSession(store, root, manifest);
    }
    // Claims the kept data before removing the own prefix, so that one always names this run.
    const claimed = { ...kept.manifest, holder };
    await writeManifest(store, kept.root, claimed, signal);
    await cleanRun(store, root, null, signal === undefined ? {} : { signal });
    return new BucketSession(store, kept.root, claimed, { isReused: true });
  } catch (error) {
    // Existing objects below the prefix belong to another run.
    const isOurs = mayHaveWritten && !(error instanceof TakenError);
    const left = isOurs ? await removeOwn(store, root) : [];
    for (const message of left) warn(message);
    store.client.destroy();
    throw error instanceof PreflightError && left.length > 0
      ? new PreflightError([error.message, ...left].join("; "))
      : error;
  }
}

/** Removes the manifest of a run that failed to open, which has no data yet. */
async function removeOwn(store: Store, root: string): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(OPEN_CLEANUP_MS);
  return (await cleanRun(store, root, null, { signal })).left;
}

/**
 * Removes the data of an ended run, including crashed runs and kept data.
 *
 * @throws PreflightError if the run is still active or its manifest is invalid
 */
async function cleanBucket(
  spec: TargetSpec,
  runId: string,
  options: CleanOptions,
): Promise<CleanReport> {
  const store = openStore(spec);
  try {
    const found = await readRun(store, runId, options.signal);
    const where = s3Uri(store, found.root);
    if (isLive(found, Date.now())) throw runIsActive(found.manifest?.holder, where);
    if (found.manifest !== null) return await cleanRun(store, found.root, found.manifest, options);
    if (found.problem === NO_MANIFEST) {
      await checkEmpty(store, found.root, options.signal);
      // The run wrote nothing, its data is already removed, or it reused kept data.
      const left = reusedDataMessages(await findRuns(store, options.signal), runId);
      return { removedFiles: 0, removedBytes: 0, left, absent: left.length === 0 };
    }
    throw new PreflightError(
      `${where} ${found.problem}, so it is unknown which objects belong to the run; nothing was ` +
        "removed; check the objects and delete them yourself",
    );
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    const left = [
      `the cleanup of run ${runId} was stopped before it removed anything; run ` +
        `\`assay clean ${runId}\` again`,
    ];
    return { removedFiles: 0, removedBytes: 0, left, incomplete: true };
  } finally {
    store.client.destroy();
  }
}

/** Runs with data below a bucket and prefix, oldest first. */
async function findInBucket(
  spec: TargetSpec,
  signal: AbortSignal | undefined,
): Promise<readonly Leftover[]> {
  signal?.throwIfAborted();
  const store = openStore(spec);
  try {
    const runs = await findRuns(store, signal);
    return oldestFirst(
      runs.map((found) => leftoverOf(found, s3Uri(store, found.root), isLive(found, Date.now()))),
    );
  } finally {
    store.client.destroy();
  }
}
