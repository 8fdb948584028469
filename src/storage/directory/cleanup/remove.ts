import { constants } from "node:os";
import { explanationOf, isHostLimit, systemError } from "../../../model/fault/system-error.ts";
import { type DatasetLocation, fileName, renamedName } from "../../../model/plan/dataset.ts";
import type { Steps } from "../../../posix/file-steps.ts";
import { Folder, FolderError } from "../../../posix/folder.ts";
import { type Cleaning, couldNotRemove } from "../../ownership/cleaning.ts";
import { notRemoved, whyFailed, whyNotEntered } from "../../target/refusal.ts";
import type { PrepareProgress } from "../../target/target.ts";
import {
  DatasetFolders,
  eachFile,
  lastName,
  number,
  runNow,
  type SlowStorage,
} from "../files/each-file.ts";
import type { ForeignCheck } from "../files/own.ts";
import { isEmpty } from "./rmdir.ts";

const { ENOENT } = constants.errno;

/** State and options for removing files. */
export interface Removal {
  readonly cleaning: Cleaning;
  readonly whyForeign: ForeignCheck;
  readonly progress: PrepareProgress;
  /** Aborted: rejects with the reason; files removed before that stay counted. */
  readonly signal: AbortSignal | null;
  readonly slow?: SlowStorage;
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
  const { cleaning, signal, progress, slow } = removal;
  const folders = new DatasetFolders(folder, location);
  const remove = function* (file: number): Steps {
    if (file === SKIPPED) return;
    const directory = folders.take(file);
    try {
      if (!(yield* removeEither(directory, location, file, removal))) removed.missing++;
      removed.looked++;
    } finally {
      folders.release(file);
    }
  };
  const what = `removing dataset ${location.name}`;
  const beforeBytes = cleaning.removedBytes;
  const onSlice = () => progress(cleaning.removedBytes - beforeBytes, location.totalBytes, what);
  const before = cleaning.left.length;
  try {
    const files = filesToRemove(folders, location, removal, removed);
    const { filesPerDirectory } = location;
    await eachFile(files, remove, { signal, onSlice, filesPerDirectory, slow });
  } finally {
    folders.close();
    // They begin with a path. On slow storage, the files end in any order.
    cleaning.left.push(...cleaning.left.splice(before).sort());
  }
  return removed;
}

function remedyOf(code: string): string {
  return isHostLimit(code) ? (explanationOf(code)?.remedy ?? "raise it") : "make it readable";
}

/** Yielded for a directory without files, so that many of them do not block the event loop. */
const SKIPPED = -1;

/** Yields the files in directories that may hold some; the others count as processed. */
function* filesToRemove(
  folders: DatasetFolders,
  { count, filesPerDirectory }: DatasetLocation,
  removal: Removal,
  removed: Removed,
): Generator<number> {
  const reported = new Set<string>();
  for (let from = 0; from < count; from += filesPerDirectory) {
    const to = Math.min(count, from + filesPerDirectory);
    const directory = openDirectory(folders, from, removal, removed, reported);
    if (directory instanceof Folder && !isEmpty(directory)) {
      for (let file = from; file < to; file++) yield file;
      continue;
    }
    if (directory !== "unknown") removed.missing += to - from;
    removed.looked += to - from;
    yield SKIPPED;
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
          ? `${error.path} could not be opened: ${whyFailed(error)}; ${remedyOf(error.code)}, ` +
            "then run `assay clean` again"
          : `${why}; it was not changed`;
      couldNotRemove(cleaning, message);
    }
    return error.code === "ENOENT" || why !== null ? "missing" : "unknown";
  }
}

/** Steps that remove a file with either of its names; false if neither name exists. */
function* removeEither(
  directory: Folder,
  location: DatasetLocation,
  index: number,
  removal: Removal,
): Steps<boolean> {
  const bytes = location.sizes[index] ?? 0;
  const first = lastName(fileName(location, index));
  const second = lastName(renamedName(location, index));
  const other = yield { call: "stat", directory, name: second };
  // Almost always: no phase renamed it.
  if (other === -ENOENT) return yield* removeSteps(directory, first, bytes, removal);
  const own = yield* ownName(directory, first, second, bytes, removal);
  if (own === "unknown") return true;
  const isFirst = own === second ? false : yield* removeSteps(directory, first, bytes, removal);
  const isSecond = own === first ? false : yield* removeSteps(directory, second, bytes, removal);
  return isFirst || isSecond;
}

/**
 * Decides which of a file's two names is the run's own if both exist, and reports the other one. A
 * run never replaces a file of the other name, so the file of the listed size is its own. Returns
 * `unknown` if both files have the listed size or neither, and null if at most one file exists or
 * one is certainly foreign, which `removeFile` reports.
 */
function* ownName(
  directory: Folder,
  first: string,
  second: string,
  bytes: number,
  { cleaning, whyForeign }: Removal,
): Steps<string | null> {
  const sizeOf = function* (name: string): Steps<number | null> {
    const found = yield { call: "stat", directory, name };
    if (typeof found === "number" || !found.isFile()) return null;
    return whyForeign(found, bytes) === null ? found.size : null;
  };
  const two = yield* sizeOf(second);
  if (two === null) return null;
  const one = yield* sizeOf(first);
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
export function removeFile(...file: Parameters<typeof removeSteps>): boolean {
  return runNow(removeSteps(...file));
}

/** Steps of {@link removeFile}. */
export function* removeSteps(
  directory: Folder,
  name: string,
  listedBytes: number,
  { cleaning, whyForeign }: Pick<Removal, "cleaning" | "whyForeign">,
): Steps<boolean> {
  const path = `${directory.path}/${name}`;
  const failed = (call: string, errno: number): boolean => {
    if (errno === ENOENT) return false;
    couldNotRemove(cleaning, notRemoved(path, systemError(call, errno)));
    return true;
  };
  const found = yield { call: "stat", directory, name };
  if (typeof found === "number") return failed("lstat", -found);
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
  const removed = number(yield { call: "unlink", directory, name });
  if (removed < 0) return failed("unlink", -removed);
  cleaning.removedFiles++;
  cleaning.removedBytes += found.size;
  return true;
}
