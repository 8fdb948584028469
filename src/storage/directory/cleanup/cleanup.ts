/**
 * Removes a run's data from a directory: files (`remove.ts`), then empty directories (`rmdir.ts`),
 * then the manifest. It removes only data that the manifest lists and the run owns, and reports
 * everything that remains. Data that is already gone is not an error.
 */
import { basename } from "node:path";
import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";
import { layOut } from "../../content/layout.ts";
import { couldNotRemove, newCleaning, reportOf } from "../../ownership/cleaning.ts";
import { MANIFEST_NAME, type Manifest } from "../../ownership/manifest.ts";
import { notRemoved, reasonOf, whyFailed } from "../../target/refusal.ts";
import type { CleanOptions, CleanReport } from "../../target/target.ts";
import { directoriesOf } from "../files/files.ts";
import { MANIFEST_DRAFT, writeManifest } from "../files/folder.ts";
import { type ForeignCheck, whyForeign } from "../files/own.ts";
import { newRemoved, type Removal, removeFile, removeFiles } from "./remove.ts";
import { removeDirectories, removeDirectory, WaitBudget, waitForOpenFile } from "./rmdir.ts";

/** The open directory of a run and its open target directory. */
export interface RunFolder {
  readonly root: Folder;
  readonly folder: Folder;
}

/** Returns the parts of a dataset that must exist, as far as this run knows. */
export type Expected = (dataset: string) => "all" | "directories" | "unknown";

/**
 * Removes the files that a manifest lists, then empty directories, then the manifest and the run's
 * directory. Does not throw: the report lists remaining data, and data that is unexpectedly gone.
 */
export async function cleanFolder(
  { root, folder }: RunFolder,
  manifest: Manifest | null,
  { progress = () => {}, signal }: CleanOptions = {},
  expected: Expected = () => "unknown",
): Promise<CleanReport> {
  const cleaning = newCleaning();
  let foreign: ForeignCheck;
  try {
    foreign = whyForeign(folder);
  } catch (error) {
    couldNotRemove(cleaning, notRemoved(folder.path, error));
    return reportOf(cleaning);
  }
  const removal = { cleaning, whyForeign: foreign, progress, signal: signal ?? null };
  const waiting = new WaitBudget(removal.signal);
  const locations = (manifest?.datasets ?? []).map((listed) => layOut(listed.plan, listed.folder));
  for (const location of locations) {
    await removeDataset(folder, location, removal, expected(location.name));
  }
  const listedGone = cleaning.left.length === 0;
  for (const location of locations) {
    if (removal.signal?.aborted === true) break;
    await removeDirectories(folder, directoriesOf(location), removal, waiting);
  }
  // The manifest is removed last, so that a cleanup can be repeated.
  if (listedGone && !cleaning.incomplete) {
    await removeRunFolder({ root, folder }, manifest, removal, waiting);
  }
  return reportOf(cleaning);
}

async function removeDataset(
  folder: Folder,
  location: DatasetLocation,
  removal: Removal,
  expected: ReturnType<Expected>,
): Promise<void> {
  const { cleaning, signal } = removal;
  const removed = newRemoved();
  try {
    signal?.throwIfAborted();
    await removeFiles(folder, location, removal, removed);
  } catch (error) {
    const why = signal?.aborted === true ? "the cleanup was stopped" : whyFailed(error);
    const rest = location.count - removed.looked;
    couldNotRemove(
      cleaning,
      `${why}: ${rest} of ${location.count} files of dataset "${location.name}" were not ` +
        `processed and remain in ${folder.path}`,
    );
    return;
  }
  if (expected === "unknown") return;
  for (const path of removed.missingDirectories) {
    couldNotRemove(cleaning, `${path} is gone: another program moved or removed it during the run`);
  }
  if (removed.missingDirectories.size > 0 || expected !== "all" || removed.missing === 0) return;
  couldNotRemove(
    cleaning,
    `${removed.missing} of ${location.count} files of dataset "${location.name}" are gone from ` +
      `${folder.path}: another program moved or removed them during the run`,
  );
}

/** Removes manifest and directory; writes the manifest again if the directory is still in use. */
async function removeRunFolder(
  { root, folder }: RunFolder,
  manifest: Manifest | null,
  removal: Removal,
  waiting: WaitBudget,
): Promise<void> {
  const { cleaning } = removal;
  const name = basename(folder.path);
  removeFile(folder, MANIFEST_DRAFT, Infinity, removal);
  await waitForOpenFile(folder, waiting);
  const before = cleaning.removedFiles;
  const bytes = cleaning.removedBytes;
  removeFile(folder, MANIFEST_NAME, Infinity, removal);
  if (cleaning.incomplete || !leadsTo(root, name, folder)) {
    if (!cleaning.incomplete) {
      couldNotRemove(
        cleaning,
        `${folder.path} was replaced by another program during the cleanup; it was not removed`,
      );
    }
    return;
  }
  const whose = manifest === null ? "no manifest lists" : undefined;
  const outcome = await removeDirectory({ parent: root, name }, cleaning, waiting, whose);
  if (outcome !== "busy" && outcome !== "failed") return;
  if (manifest === null) return;
  try {
    writeManifest(folder, manifest);
    cleaning.removedFiles = before;
    cleaning.removedBytes = bytes;
  } catch (error) {
    couldNotRemove(cleaning, reasonOf(error));
  }
}

function leadsTo(root: Folder, name: string, folder: Folder): boolean {
  try {
    return folder.isAt(root.at(name));
  } catch {
    return false;
  }
}
