/**
 * Removes a run's data from a directory: files (`remove.ts`), then empty directories (`rmdir.ts`),
 * then the manifest. Only what the manifest lists and the run owns is removed; everything that
 * stays is a sentence in the report. Nothing here throws because something is already gone.
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
import { type WhyForeign, whyForeign } from "../files/own.ts";
import { newRemoved, type Removal, removeFile, removeFiles } from "./remove.ts";
import { Patience, removeDirectories, removeDirectory, waitForOpenFile } from "./rmdir.ts";

/** The open folder of a run, in its open target directory. */
export interface RunFolder {
  readonly root: Folder;
  readonly folder: Folder;
}

/** How much of a dataset has to be there: what this run knows of it. */
export type Expected = (dataset: string) => "all" | "directories" | "unknown";

/**
 * Removes everything a manifest lists from its folder, then the directories that are empty, then
 * the manifest and the folder. Does not throw: what stays, and what is not there although it should
 * be, is in the report, a sentence each.
 */
export async function cleanFolder(
  { root, folder }: RunFolder,
  manifest: Manifest | null,
  { progress = () => {}, signal }: CleanOptions = {},
  expected: Expected = () => "unknown",
): Promise<CleanReport> {
  const cleaning = newCleaning();
  let foreign: WhyForeign;
  try {
    foreign = whyForeign(folder);
  } catch (error) {
    couldNotRemove(cleaning, notRemoved(folder.path, error));
    return reportOf(cleaning);
  }
  const removal = { cleaning, whyForeign: foreign, progress, signal: signal ?? null };
  const patience = new Patience(removal.signal);
  const locations = (manifest?.datasets ?? []).map((listed) => layOut(listed.plan, listed.folder));
  for (const location of locations) {
    await removeDataset(folder, location, removal, expected(location.name));
  }
  const listedGone = cleaning.left.length === 0;
  for (const location of locations) {
    if (removal.signal?.aborted === true) break;
    await removeDirectories(folder, directoriesOf(location), removal, patience);
  }
  // The manifest goes only after everything it lists, so that a clean-up can be repeated.
  if (listedGone && !cleaning.incomplete) {
    await removeRunFolder({ root, folder }, manifest, removal, patience);
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
    const why = signal?.aborted === true ? "the clean-up was stopped" : whyFailed(error);
    const rest = location.count - removed.looked;
    couldNotRemove(
      cleaning,
      `${why}: ${rest} of the ${location.count} files of dataset "${location.name}" were not ` +
        `looked at and are left in ${folder.path}`,
    );
    return;
  }
  if (expected === "unknown") return;
  for (const path of removed.missingDirectories) {
    couldNotRemove(cleaning, `${path} is gone: it was moved or removed while the run went on`);
  }
  if (removed.missingDirectories.size > 0 || expected !== "all" || removed.missing === 0) return;
  couldNotRemove(
    cleaning,
    `${removed.missing} of the ${location.count} files of dataset "${location.name}" were not ` +
      `in ${folder.path} any more: another program moved or removed them while the run went on`,
  );
}

/** The manifest and the folder; it comes back where the folder cannot be removed for now. */
async function removeRunFolder(
  { root, folder }: RunFolder,
  manifest: Manifest | null,
  removal: Removal,
  patience: Patience,
): Promise<void> {
  const { cleaning } = removal;
  const name = basename(folder.path);
  removeFile(folder, MANIFEST_DRAFT, Infinity, removal);
  await waitForOpenFile(folder, patience);
  const before = cleaning.removedFiles;
  const bytes = cleaning.removedBytes;
  removeFile(folder, MANIFEST_NAME, Infinity, removal);
  if (cleaning.incomplete || !leadsTo(root, name, folder)) {
    if (!cleaning.incomplete) couldNotRemove(cleaning, `${folder.path} was replaced meanwhile`);
    return;
  }
  const stays = await removeDirectory({ parent: root, name }, cleaning, patience);
  if (stays !== "busy" && stays !== "failed") return;
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
