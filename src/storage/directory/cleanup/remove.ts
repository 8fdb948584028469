import { lstatSync, opendirSync, unlinkSync } from "node:fs";
import { codeOf } from "../../../model/fault/errors.ts";
import { type DatasetLocation, fileName, renamedName } from "../../../model/plan/dataset.ts";
import { type Folder, FolderError } from "../../../posix/folder.ts";
import { type Cleaning, couldNotRemove } from "../../ownership/cleaning.ts";
import { makePace } from "../../target/pace.ts";
import { notOurDirectory, notRemoved, whyFailed, whyNotEntered } from "../../target/refusal.ts";
import type { PrepareProgress } from "../../target/target.ts";
import { DatasetFolders, lastName } from "../files/files.ts";
import type { WhyForeign } from "../files/own.ts";

/** How the files of a dataset are removed. */
export interface Removal {
  readonly cleaning: Cleaning;
  readonly whyForeign: WhyForeign;
  readonly progress: PrepareProgress;
  /** Aborted: rejects with the reason; what was removed stays removed and counted. */
  readonly signal: AbortSignal | null;
}

/** What the removal of a dataset's files came to. */
export interface Removed {
  /** Files of the dataset that were looked for; fewer than all when the signal ended it. */
  looked: number;
  /** Files that stood under neither of their names. */
  missing: number;
  /** Directories that are not there. */
  readonly missingDirectories: Set<string>;
}

/**
 * Removes a dataset's files under either of their names; nothing but regular files of these. What
 * cannot be removed is a sentence of the clean-up and does not stop the rest. `removed` is brought
 * up to date as it goes on.
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
  const said = new Set<string>();
  const { count, filesPerDirectory } = location;
  try {
    for (let from = 0; from < count; from += filesPerDirectory) {
      const to = Math.min(count, from + filesPerDirectory);
      const directory = enter(folders, from, removal, removed, said);
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

/** A removal that has yet to begin. */
export function newRemoved(): Removed {
  return { looked: 0, missing: 0, missingDirectories: new Set() };
}

/** A file's directory, or why not, said once; `unknown`: nothing is known of its files. */
function enter(
  folders: DatasetFolders,
  index: number,
  { cleaning }: Removal,
  removed: Removed,
  said: Set<string>,
): Folder | "missing" | "unknown" {
  try {
    return folders.of(index);
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
    const why = whyNotEntered(error);
    if (error.code === "ENOENT") removed.missingDirectories.add(error.path);
    else if (!said.has(error.path)) {
      said.add(error.path);
      const sentence =
        why === null
          ? `${error.path} could not be looked at: ${whyFailed(error)}; when it can be read ` +
            "again, clean up again"
          : `${why}; it was not touched`;
      couldNotRemove(cleaning, sentence);
    }
    return error.code === "ENOENT" || why !== null ? "missing" : "unknown";
  }
}

/** Spares a look at every name of a directory that holds none: a new one, or one deleted empty. */
function isEmpty(folder: Folder): boolean {
  try {
    const directory = opendirSync(folder.at("."));
    try {
      return directory.readSync() === null;
    } finally {
      directory.closeSync();
    }
  } catch {
    // Whatever keeps it from being read, the files' own removal meets it and says so.
    return false;
  }
}

/** False where the file stands under neither of its names. */
function removeEither(
  directory: Folder,
  location: DatasetLocation,
  index: number,
  removal: Removal,
): boolean {
  const bytes = location.sizes[index] ?? 0;
  const first = lastName(fileName(location, index));
  const second = lastName(renamedName(location, index));
  const own = onlyOwn(directory, first, second, bytes, removal);
  if (own === "unknown") return true;
  const one = own === second ? false : removeFile(directory, first, bytes, removal);
  const other = own === first ? false : removeFile(directory, second, bytes, removal);
  return one || other;
}

/**
 * A run has a file under one of its two names and never replaces what has the other one. Where both
 * are there, the name of the run's own: the one of the listed size; `unknown` where both have it or
 * neither. What is left is said. Null where there is at most one, or what speaks against one is
 * said anyway.
 */
function onlyOwn(
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
      `${path} and ${first} are both there, where a run has a file under one of the two names: ` +
        "which one is this run's is not known; both were left: move yours, then clean up again",
    );
    return "unknown";
  }
  const own = one === bytes ? first : second;
  const foreign = own === first ? second : first;
  cleaning.left.push(
    `${directory.path}/${foreign} is there beside ${own}, so this run did not write it; ` +
      "it was left",
  );
  return own;
}

/** Removes one file of a run; false where no file has that name. */
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
      cleaning.left.push(`${path} is no regular file, so this run did not write it`);
      return true;
    }
    const why = whyForeign(found, listedBytes);
    if (why !== null) {
      cleaning.left.push(`${path} ${why}, so this run did not write it; it was left`);
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
