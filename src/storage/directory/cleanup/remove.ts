import { lstatSync, opendirSync, unlinkSync } from "node:fs";
import { codeOf } from "../../../model/fault/errors.ts";
import { type DatasetLocation, fileName, renamedName } from "../../../model/plan/dataset.ts";
import { type Folder, FolderError } from "../../../posix/folder.ts";
import { type Cleaning, couldNotRemove } from "../../ownership/cleaning.ts";
import { makePace } from "../../target/pace.ts";
import { notOurDirectory, notRemoved, whyFailed, whyNotEntered } from "../../target/refusal.ts";
import type { PrepareProgress } from "../../target/target.ts";
import { DatasetFolders, lastName } from "../files/files.ts";
import type { ForeignCheck } from "../files/own.ts";

/** State and options for removing files. */
export interface Removal {
  readonly cleaning: Cleaning;
  readonly whyForeign: ForeignCheck;
  readonly progress: PrepareProgress;
  /** Aborted: rejects with the reason; files removed before that stay counted. */
  readonly signal: AbortSignal | null;
}

/** Counts of a dataset's removal. */
export interface Removed {
  /** Files processed; fewer than all if the signal was aborted. */
  looked: number;
  /** Files with neither of their two names. */
  missing: number;
  /** Paths of directories that do not exist. */
  readonly missingDirectories: Set<string>;
}

/**
 * Removes the regular files of a dataset, each with either of its two names. A failure is reported
 * and does not stop the rest. `removed` is updated during the removal.
 */
export async function removeFiles(
  folder: Folder,
  location: DatasetLocation,
  removal: Removal,
  removed: Removed = newRemoved(),
): Promise<Removed> {
  const { cleaning, signal, progress } = removal;
  const what = `removing dataset ${location.name}`;
  const pace = makePace(signal, () => progress(cleaning.removedBytes, location.totalBytes, what));
  const folders = new DatasetFolders(folder, location);
  const reported = new Set<string>();
  const { count, filesPerDirectory } = location;
  try {
    for (let from = 0; from < count; from += filesPerDirectory) {
      const to = Math.min(count, from + filesPerDirectory);
      const directory = openDirectory(folders, from, removal, removed, reported);
      if (directory === "missing") removed.missing += to - from;
      else if (directory !== "unknown" && isEmpty(directory)) removed.missing += to - from;
      else if (directory !== "unknown") {
        for (let i = from; i < to; i++) {
          if (!removeEither(directory, location, i, removal)) removed.missing++;
          const pause = pace();
          if (pause !== null) await pause;
          removed.looked++;
        }
        continue;
      }
      removed.looked += to - from;
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
  return removed;
}

/** Removes the given files of a dataset under their first names. */
export function removeThese(
  folder: Folder,
  location: DatasetLocation,
  removal: Removal,
  files: readonly number[],
): void {
  const folders = new DatasetFolders(folder, location);
  try {
    for (const i of files) {
      const name = lastName(fileName(location, i));
      removeFile(folders.of(i), name, location.sizes[i] ?? 0, removal);
    }
  } catch (error) {
    throw notOurDirectory(error, "replace files in", folder.path);
  } finally {
    folders.close();
  }
}

/** Makes the counts of a removal that has not started. */
export function newRemoved(): Removed {
  return { looked: 0, missing: 0, missingDirectories: new Set() };
}

/**
 * Opens the directory of a file. Reports a failure once per directory; `unknown` means that its
 * files may still exist.
 */
function openDirectory(
  folders: DatasetFolders,
  index: number,
  { cleaning }: Removal,
  removed: Removed,
  reported: Set<string>,
): Folder | "missing" | "unknown" {
  try {
    return folders.of(index);
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
    const why = whyNotEntered(error);
    if (error.code === "ENOENT") removed.missingDirectories.add(error.path);
    else if (!reported.has(error.path)) {
      reported.add(error.path);
      const message =
        why === null
          ? `${error.path} could not be opened: ${whyFailed(error)}; make it readable, then run ` +
            "`assay clean` again"
          : `${why}; it was not changed`;
      couldNotRemove(cleaning, message);
    }
    return error.code === "ENOENT" || why !== null ? "missing" : "unknown";
  }
}

/** Whether a directory is empty, so that its files need not be checked one by one. */
function isEmpty(folder: Folder): boolean {
  try {
    const directory = opendirSync(folder.at("."));
    try {
      return directory.readSync() === null;
    } finally {
      directory.closeSync();
    }
  } catch {
    // The removal of the files reports the reason.
    return false;
  }
}

/** Removes a file with either of its names; false if neither name exists. */
function removeEither(
  directory: Folder,
  location: DatasetLocation,
  index: number,
  removal: Removal,
): boolean {
  const bytes = location.sizes[index] ?? 0;
  const first = lastName(fileName(location, index));
  const second = lastName(renamedName(location, index));
  const own = ownName(directory, first, second, bytes, removal);
  if (own === "unknown") return true;
  const one = own === second ? false : removeFile(directory, first, bytes, removal);
  const other = own === first ? false : removeFile(directory, second, bytes, removal);
  return one || other;
}

/**
 * Decides which of a file's two names is the run's own if both exist, and reports the other one. A
 * run never replaces a file of the other name, so the file of the listed size is its own. Returns
 * `unknown` if both files have the listed size or neither, and null if at most one file exists or
 * one is certainly foreign, which `removeFile` reports.
 */
function ownName(
  directory: Folder,
  first: string,
  second: string,
  bytes: number,
  { cleaning, whyForeign }: Removal,
): string | null {
  const sizeOf = (name: string): number | null => {
    try {
      const found = lstatSync(directory.at(name), { throwIfNoEntry: false });
      if (!found?.isFile() || whyForeign(found, bytes) !== null) return null;
      return found.size;
    } catch {
      return null;
    }
  };
  const two = sizeOf(second);
  if (two === null) return null;
  const one = sizeOf(first);
  if (one === null) return null;
  const path = `${directory.path}/${second}`;
  if ((one === bytes) === (two === bytes)) {
    couldNotRemove(
      cleaning,
      `${path} and ${first} both exist, but a run's file has only one of these names; it is ` +
        "unknown which file belongs to the run, so neither was removed; move your own file, then " +
        "run `assay clean` again",
    );
    return "unknown";
  }
  const own = one === bytes ? first : second;
  const foreign = own === first ? second : first;
  cleaning.left.push(
    `${directory.path}/${foreign} exists in addition to ${own}, so this run did not write it; ` +
      "it was not removed",
  );
  return own;
}

/** Removes one file of a run; false if no file has that name. */
export function removeFile(
  directory: Folder,
  name: string,
  listedBytes: number,
  { cleaning, whyForeign }: Pick<Removal, "cleaning" | "whyForeign">,
): boolean {
  const path = `${directory.path}/${name}`;
  try {
    const found = lstatSync(directory.at(name), { throwIfNoEntry: false });
    if (found === undefined) return false;
    if (!found.isFile()) {
      cleaning.left.push(
        `${path} is not a regular file, so this run did not write it; it was not removed; ` +
          "move it, then run `assay clean` again",
      );
      return true;
    }
    const why = whyForeign(found, listedBytes);
    if (why !== null) {
      cleaning.left.push(`${path} ${why}, so this run did not write it; it was not removed`);
      return true;
    }
    unlinkSync(directory.at(name));
    cleaning.removedFiles++;
    cleaning.removedBytes += found.size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    couldNotRemove(cleaning, notRemoved(path, error));
  }
  return true;
}
