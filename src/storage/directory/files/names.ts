import { opendirSync } from "node:fs";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import { type DatasetLocation, fileName, renamedName } from "../../../model/plan/dataset.ts";
import { loadFileSystemCalls } from "../../../posix/file-system.ts";
import type { Folder } from "../../../posix/folder.ts";
import { renameNewIn } from "../../../posix/rename.ts";
import { makePace } from "../../target/pace.ts";
import { notOurDirectory } from "../../target/refusal.ts";
import { DatasetFolders, lastName } from "./files.ts";

/** Entries that Node holds of a directory at once. */
const ENTRIES_HELD = 512;

/**
 * Gives those of the files that a phase of renames left under their second name their first one
 * back; returns how many there were. The files are ones whose first name is free; what
 * comes there meanwhile is not replaced.
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
 * Throws PreflightError where a second name of the dataset's files is taken: once all files have
 * their first name, what is there is not the run's, and a phase of renames would meet it.
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
    throw notOurDirectory(error, "look into", folder.path);
  } finally {
    folders.close();
  }
  if (count === 0) return;
  throw new PreflightError(
    `${first} is there${count > 1 ? `, and ${count - 1} more like it` : ""}, which this run did ` +
      `not make; expected the second names of dataset "${location.name}" to be free for its ` +
      "renames; nothing was overwritten: move what is there to another place",
  );
}

/** One name after the other, so that a directory of any size takes little memory. */
function* namesOf(directory: Folder): Generator<string> {
  const entries = opendirSync(directory.at("."), { bufferSize: ENTRIES_HELD });
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      yield entry.name;
    }
  } finally {
    entries.closeSync();
  }
}

/** Whether it is the second name of a file of the directory that begins with file `from`. */
function isSecondName(location: DatasetLocation, from: number, name: string): boolean {
  const file = Number.parseInt(name, 10);
  const end = Math.min(location.count, from + location.filesPerDirectory);
  return file >= from && file < end && name === lastName(renamedName(location, file));
}
