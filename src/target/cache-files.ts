import { closeSync, constants, openSync } from "node:fs";
import type { DatasetLocation } from "../model/dataset.ts";
import { codeOf } from "../model/errors.ts";
import { filePath } from "./directory-files.ts";
import { makePace } from "./directory-pace.ts";

/** Looked at of a dataset; of more files, so many that lie evenly among them. */
const MOST_LOOKED_AT = 256;

/** From one file whose pages are looked at to the next. */
export function lookStep({ count }: DatasetLocation): number {
  return Math.max(1, Math.ceil(count / MOST_LOOKED_AT));
}

/**
 * Opens each file of a dataset that is there, or every `step`-th; `visit` is called again while it
 * returns true.
 */
export async function forEachFile(
  root: string,
  location: DatasetLocation,
  visit: (fd: number, index: number) => boolean | undefined,
  step = 1,
): Promise<void> {
  const pace = makePace(null);
  for (let i = 0; i < location.count; i += step) {
    const fd = openIfThere(filePath(root, location, i));
    if (fd === null) continue;
    try {
      while (visit(fd, i)) {
        const pause = pace();
        if (pause !== null) await pause;
      }
    } finally {
      closeSync(fd);
    }
    const pause = pace();
    if (pause !== null) await pause;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}
