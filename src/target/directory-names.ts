import { renameSync } from "node:fs";
import { type DatasetLocation, renamedName } from "../model/dataset.ts";
import { codeOf } from "../model/errors.ts";
import { filePath } from "./directory-files.ts";
import { makePace } from "./directory-pace.ts";
import { refusal } from "./directory-refusal.ts";

/** The path file `index` has while it is renamed. */
export function renamedPath(root: string, location: DatasetLocation, index: number): string {
  return `${root}/${renamedName(location, index)}`;
}

/**
 * Gives those of the files that a phase of renames left under their second name their first one
 * back; returns how many there were. The files are ones whose first name is free.
 */
export async function restoreNames(
  root: string,
  location: DatasetLocation,
  files: readonly number[],
  signal: AbortSignal | null,
): Promise<number> {
  const pace = makePace(signal);
  let restored = 0;
  for (const file of files) {
    const path = renamedPath(root, location, file);
    try {
      renameSync(path, filePath(root, location, file));
      restored++;
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw refusal(error, "rename", path);
    }
    const pause = pace();
    if (pause !== null) await pause;
  }
  return restored;
}
