import { renameSync } from "node:fs";
import { type DatasetLocation, fileName, renamedName } from "../model/dataset.ts";
import { codeOf } from "../model/errors.ts";
import type { Folder } from "../posix/folder.ts";
import { DatasetFolders, lastName } from "./directory-files.ts";
import { makePace } from "./directory-pace.ts";
import { notOurDirectory } from "./directory-refusal.ts";

/**
 * Gives those of the files that a phase of renames left under their second name their first one
 * back; returns how many there were. The files are ones whose first name is free.
 */
export async function restoreNames(
  folder: Folder,
  location: DatasetLocation,
  files: readonly number[],
  signal: AbortSignal | null,
): Promise<number> {
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  let restored = 0;
  try {
    for (const file of files) {
      const second = renamedName(location, file);
      try {
        const directory = folders.of(file);
        renameSync(
          directory.at(lastName(second)),
          directory.at(lastName(fileName(location, file))),
        );
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
