import { lstatSync, opendirSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type DatasetLocation, directoryName } from "../model/dataset.ts";
import { codeOf, messageOf, PreflightError } from "../model/errors.ts";
import { type Cleaning, couldNotRemove, newCleaning, reportOf, stillGoing } from "./cleaning.ts";
import { isLive } from "./directory-claim.ts";
import { directoriesOf, filePath } from "./directory-files.ts";
import { findFolders, MANIFEST_DRAFT, openRoot, readFolder } from "./directory-folder.ts";
import { renamedPath } from "./directory-names.ts";
import { makePace } from "./directory-pace.ts";
import { layOut } from "./layout.ts";
import { usedElsewhere } from "./leftover.ts";
import { MANIFEST_NAME, type Manifest } from "./manifest.ts";
import type { CleanOptions, CleanReport, PrepareProgress } from "./target.ts";

/** Removes a dataset's files under either of their names; nothing but regular files of these. */
export async function removeFiles(
  root: string,
  location: DatasetLocation,
  cleaning: Cleaning,
  signal: AbortSignal | null,
  progress: PrepareProgress,
): Promise<void> {
  const what = `removing dataset ${location.name}`;
  const pace = makePace(signal, () => progress(cleaning.removedBytes, location.totalBytes, what));
  const directories = directoriesOf(location).map((directory) => join(root, directory));
  const problem = directories.map(whyNotEnter).find((why) => why !== null);
  if (problem !== undefined) {
    couldNotRemove(cleaning, problem);
    return;
  }
  const { count, filesPerDirectory } = location;
  for (let from = 0; from < count; from += filesPerDirectory) {
    if (isEmpty(join(root, directoryName(location, from)))) continue;
    for (let i = from; i < Math.min(count, from + filesPerDirectory); i++) {
      removeFile(filePath(root, location, i), cleaning);
      removeFile(renamedPath(root, location, i), cleaning);
      const pause = pace();
      if (pause !== null) await pause;
    }
  }
}

/** Spares a look at every name of a directory that holds none: a new one, or one deleted empty. */
function isEmpty(path: string): boolean {
  try {
    const directory = opendirSync(path);
    try {
      return directory.readSync() === null;
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    // Whatever else keeps it from being read, the files' own removal meets it and says so.
    return codeOf(error) === "ENOENT";
  }
}

/** Why a folder of a dataset cannot be worked in: a symbolic link would lead out of the target. */
function whyNotEnter(path: string): string | null {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) return null;
    return `${path} is no directory any more; it was not touched`;
  } catch (error) {
    return `${path} could not be looked at: ${messageOf(error)}`;
  }
}

function removeFile(path: string, cleaning: Cleaning): void {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (!found.isFile()) {
      cleaning.left.push(`${path} is no regular file, so this run did not write it`);
      return;
    }
    unlinkSync(path);
    cleaning.removedFiles++;
    cleaning.removedBytes += found.size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    couldNotRemove(cleaning, `${path} could not be removed: ${messageOf(error)}`);
  }
}

/**
 * Removes everything a manifest lists from its folder, then the directories that are empty, then
 * the manifest and the folder. Does not throw: what stays is in the report, a sentence each.
 */
export async function cleanFolder(
  folder: string,
  manifest: Manifest | null,
  { progress = () => {} }: CleanOptions = {},
): Promise<CleanReport> {
  const cleaning = newCleaning();
  const locations = (manifest?.datasets ?? []).map((listed) => layOut(listed.plan, listed.folder));
  for (const location of locations) await removeFiles(folder, location, cleaning, null, progress);
  const allGone = cleaning.left.length === 0;
  for (const location of locations) {
    for (const directory of directoriesOf(location).toReversed()) {
      removeDirectory(join(folder, directory), cleaning);
    }
  }
  // The manifest goes only after everything it lists, so that a clean-up can be repeated.
  if (allGone) {
    removeFile(join(folder, MANIFEST_DRAFT), cleaning);
    removeFile(join(folder, MANIFEST_NAME), cleaning);
    removeDirectory(folder, cleaning);
  }
  return reportOf(cleaning);
}

function removeDirectory(path: string, cleaning: Cleaning): void {
  try {
    rmdirSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return;
    if (code === "ENOTEMPTY" || code === "EEXIST") {
      // What is left further down has its own sentence.
      if (cleaning.left.some((sentence) => sentence.startsWith(`${path}/`))) return;
      cleaning.left.push(`${path} holds what this run did not make${namesIn(path)}; it was left`);
    } else if (code !== "ENOTDIR") {
      couldNotRemove(cleaning, `${path} could not be removed: ${messageOf(error)}`);
    }
  }
}

function namesIn(path: string): string {
  try {
    const [first, ...others] = readdirSync(path);
    return ` (${first}${others.length > 0 ? ` and ${others.length} more` : ""})`;
  } catch {
    return "";
  }
}

/**
 * Cleans up after a run that is over, crashed ones and kept ones included. Throws `PreflightError`
 * when that run still goes on or its manifest cannot be used.
 */
export async function cleanDirectory(
  path: string,
  runId: string,
  options: CleanOptions = {},
): Promise<CleanReport> {
  const root = openRoot(path);
  const found = readFolder(root, runId);
  if (found === null) {
    const left = usedElsewhere(findFolders(root), runId);
    return { removedFiles: 0, removedBytes: 0, left, absent: left.length === 0 };
  }
  if (isLive(found, Date.now())) throw stillGoing(found.manifest?.holder, found.folder);
  if (found.manifest === null && found.problem !== "has no manifest") {
    throw new PreflightError(
      `${found.folder} ${found.problem}, so what belongs to it is not known; nothing was removed`,
    );
  }
  return cleanFolder(found.folder, found.manifest, options);
}
