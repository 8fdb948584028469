import { rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES } from "../../run/store/store.ts";

/** Removes the stored files of a run and its folder; false if something of others is in it. */
export function removeRun(folder: string): boolean {
  try {
    for (const name of RUN_FILES) {
      try {
        unlinkSync(join(folder, name));
      } catch {
        // Not every run has every file.
      }
    }
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
