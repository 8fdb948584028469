import { fstatSync } from "node:fs";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { FileFacts } from "../../posix/file-steps.ts";
import type { Folder } from "../../posix/folder.ts";
import { layOut } from "../content/layout.ts";
import { keptFor } from "../ownership/leftover.ts";
import { type Holder, type Manifest, runFolder, sameDatasets } from "../ownership/manifest.ts";
import { isUsedBy } from "../ownership/member.ts";
import type { OpenOptions } from "../target/target.ts";
import { cleanFolder } from "./cleanup/cleanup.ts";
import { filePath, inspect } from "./files/files.ts";
import {
  type FoundFolder,
  findRunDirectories,
  isLive,
  readRunDirectory,
  writeManifest,
} from "./files/folder.ts";
import { isOwn, whyForeign } from "./files/own.ts";
import { fileWithHole } from "./holes.ts";

/**
 * Finds the other runs in a target. It must be called after this run's manifest is written, so that
 * of two runs that start concurrently at least one finds the other.
 *
 * @throws PreflightError if another run is active
 */
export function findOtherRuns(root: Folder, ownRunId: string): readonly FoundFolder[] {
  const found = findRunDirectories(root);
  const now = found.find(({ runId }) => runId === ownRunId)?.touchedMs ?? Date.now();
  const others = found.filter(
    ({ runId, manifest }) => runId !== ownRunId && !isUsedBy(manifest, ownRunId),
  );
  const live = others.find((other) => isLive(other, now));
  if (live !== undefined) {
    const holder = live.manifest?.holder;
    throw new PreflightError(
      `run ${holder?.runId ?? live.runId} is active in ${root.path} (process ${holder?.pid} on ` +
        `${holder?.host}); two concurrent runs would slow each other down; wait until it ends`,
    );
  }
  return others;
}

/** A warning for each run that ended without cleanup and whose data was not to be kept. */
export function leftoverWarnings(root: Folder, others: readonly FoundFolder[]): readonly string[] {
  return others
    .filter(({ manifest }) => manifest !== null && !manifest.kept)
    .map(
      ({ runId, folder }) =>
        `run ${runId} ended without cleanup and left data in ${folder}; ` +
        `\`assay clean ${runId} --target ${root.path}\` removes it`,
    );
}

/** The open directory of an earlier run, with its manifest. */
export interface KeptFolder {
  readonly folder: Folder;
  readonly manifest: Manifest;
}

/**
 * Finds the newest kept data whose manifest lists exactly these datasets and whose existing files
 * have the listed sizes. Files may be missing, because a phase may have deleted them.
 * `unusable` receives one message per kept data that cannot be reused.
 *
 * @param own this run's new directory, which shows the owner of files that this process creates
 */
export async function findKept(
  root: Folder,
  own: Folder,
  others: readonly FoundFolder[],
  datasets: readonly DatasetPlan[],
  unusable: (message: string) => void,
  signal: AbortSignal | null,
): Promise<KeptFolder | null> {
  for (const found of keptFor(others, datasets)) {
    const kept = openRunIf(root, found.runId, ({ kept: isKept }) => isKept);
    if (kept === null) continue;
    try {
      const why = await whyUnusable(kept, own, signal);
      if (why === null) return kept;
      unusable(
        `kept data in ${found.folder} cannot be reused: ${why}; ` +
          `\`assay clean ${found.runId}\` removes it`,
      );
    } catch (error) {
      kept.folder.close();
      throw error;
    }
    kept.folder.close();
  }
  return null;
}

/**
 * Opens a run's directory if its manifest suits, which is read again, so that the checked data is
 * used; null otherwise, and if the directory is missing or no longer one.
 */
export function openRunIf(
  root: Folder,
  runId: string,
  suits: (manifest: Manifest) => boolean,
): KeptFolder | null {
  let folder: Folder;
  try {
    folder = root.below(runFolder(runId));
  } catch {
    return null;
  }
  const { manifest } = readRunDirectory(folder, runId);
  if (manifest !== null && suits(manifest)) return { folder, manifest };
  folder.close();
  return null;
}

/**
 * Opens the data that an earlier run of this command handed over. Data that another program changed
 * since, or that does not suit, is removed, so that the run prepares its own; null in this case and
 * if there is none.
 *
 * @param own this run's new directory, which shows the owner of files that this process creates
 */
export async function takeOver(
  root: Folder,
  own: Folder,
  { runId }: FoundFolder,
  { datasets, onWarning, signal }: OpenOptions,
): Promise<KeptFolder | null> {
  let folder: Folder;
  try {
    folder = root.below(runFolder(runId));
  } catch {
    // Another program removed it since the listing.
    return null;
  }
  let isTaken = false;
  try {
    const { manifest, touchedMs } = readRunDirectory(folder, runId);
    if (manifest === null || manifest.kept || manifest.holder !== null) return null;
    const handed = { folder, manifest };
    const listed = manifest.datasets.map(({ plan }) => plan);
    const why = sameDatasets(listed, datasets)
      ? await whyUnusable(handed, own, signal ?? null, touchedMs)
      : "its datasets differ";
    isTaken = why === null;
    if (why === null) return handed;
    const { left } = await cleanFolder({ root, folder }, manifest);
    const removed = `the data of run ${runId} is not shared: ${why}; it was removed`;
    onWarning?.([`${removed}, and this run writes new data`, ...left].join("; "));
    return null;
  } finally {
    if (!isTaken) folder.close();
  }
}

/**
 * Reason why kept data cannot be reused, as a clause; null if it can.
 *
 * @param changedUntilMs time after which a change of a file is that of another program, ms since
 *   the epoch
 */
async function whyUnusable(
  { folder, manifest }: KeptFolder,
  own: Folder,
  signal: AbortSignal | null,
  changedUntilMs = Number.POSITIVE_INFINITY,
): Promise<string | null> {
  const owner = fstatSync(own.fd).uid;
  const isKept = isOwn(whyForeign(folder));
  const isOurs = (stats: FileFacts) =>
    stats.uid === owner && stats.ctimeMs <= changedUntilMs && isKept(stats);
  for (const { plan, folder: name } of manifest.datasets) {
    const location = layOut(plan, name);
    const { resized, foreign } = await inspect(folder, location, signal, isOurs);
    const [first] = [...resized, ...foreign];
    if (first !== undefined) {
      if (Number.isFinite(changedUntilMs)) {
        return `another program changed ${filePath(folder, location, first)}`;
      }
      return (
        `dataset "${plan.name}" has files that do not match its manifest: another size or owner, ` +
        "more than one name, or older than the directory " +
        `(first: ${filePath(folder, location, first)})`
      );
    }
    const file = await fileWithHole(folder, location, signal);
    if (file !== null) {
      return (
        `${filePath(folder, location, file)} has holes, which read as zeros without access to ` +
        "the storage"
      );
    }
  }
  return null;
}

/** Makes this run the holder of kept data in its manifest. */
export function adopt({ folder, manifest }: KeptFolder, holder: Holder): Manifest {
  const adopted = { ...manifest, holder };
  writeManifest(folder, adopted);
  return adopted;
}
