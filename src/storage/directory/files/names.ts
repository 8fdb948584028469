import { opendirSync } from "node:fs";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import { type DatasetLocation, fileName, renamedName } from "../../../model/plan/dataset.ts";
import { loadFileSystemCalls } from "../../../posix/file-system.ts";
import type { Folder } from "../../../posix/folder.ts";
import { renameNewIn } from "../../../posix/rename.ts";
import { makePace } from "../../target/pace.ts";
import { notOurDirectory } from "../../target/refusal.ts";
import { DatasetFolders, lastName } from "./each-file.ts";

/** Directory entries that Node buffers. */
const BUFFERED_ENTRIES = 512;

/**
 * Renames files that a phase left with their second name back to their first name, and returns
 * their number. A file that appears under a first name in the meantime is not replaced.
 *
 * @param files indices of files whose first name does not exist
 */
export async function restoreNames(
  folder: Folder,
  location: DatasetLocation,
  files: readonly number[],
  signal: AbortSignal | null,
): Promise<number> {
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  const rename = renameNewIn(loadFileSystemCalls());
  let restored = 0;
  try {
    for (const file of files) {
      const second = renamedName(location, file);
      try {
        rename(folders.of(file), lastName(second), lastName(fileName(location, file)));
        restored++;
      } catch (error) {
        if (codeOf(error) !== "ENOENT") {
          throw notOurDirectory(error, "rename", `${folder.path}/${second}`);
        }
      }
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
  return restored;
}

/**
 * Throws PreflightError if a second name of the dataset's files exists. It must be called when all
 * files have their first name: such a file is not the run's, and a rename would collide with it.
 */
export async function refuseTakenNames(
  folder: Folder,
  location: DatasetLocation,
  signal: AbortSignal | null,
): Promise<void> {
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  let [first, count] = ["", 0];
  try {
    for (let file = 0; file < location.count; file += location.filesPerDirectory) {
      const directory = folders.of(file);
      for (const name of namesOf(directory)) {
        if (isSecondName(location, file, name) && count++ === 0) {
          first = `${directory.path}/${name}`;
        }
        const pause = pace();
        if (pause !== null) await pause;
      }
    }
  } catch (error) {
    throw notOurDirectory(error, "list", folder.path);
  } finally {
    folders.close();
  }
  if (count === 0) return;
  throw new PreflightError(
    `${first} exists${count > 1 ? `, and ${count - 1} more like it` : ""}, but this run did not ` +
      `create it; the renames of dataset "${location.name}" need that name; nothing was ` +
      "overwritten; move the file out of the run's directory, and run again",
  );
}

/** Yields the names in a directory one by one, so that memory does not grow with its size. */
function* namesOf(directory: Folder): Generator<string> {
  const entries = opendirSync(directory.at("."), { bufferSize: BUFFERED_ENTRIES });
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      yield entry.name;
    }
  } finally {
    entries.closeSync();
  }
}

/** Whether a name is the second name of a file in the directory whose first file is `from`. */
function isSecondName(location: DatasetLocation, from: number, name: string): boolean {
  const file = Number.parseInt(name, 10);
  const end = Math.min(location.count, from + location.filesPerDirectory);
  return file >= from && file < end && name === lastName(renamedName(location, file));
}
