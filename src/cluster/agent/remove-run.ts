import { rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES } from "../../run/store/store.ts";

/** Removes the stored files of a run, and its folder unless something of others is in it. */
export function removeRun(folder: string): void {
  try {
    for (const name of RUN_FILES) {
      try {
        unlinkSync(join(folder, name));
      } catch {
        // Not every run has every file.
      }
    }
    rmdirSync(folder);
  } catch {
    // A file of others stays, with its folder.
  }
}
