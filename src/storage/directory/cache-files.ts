import { constants } from "node:fs";
import { codeOf } from "../../model/fault/errors.ts";
import { type DatasetLocation, fileName } from "../../model/plan/dataset.ts";
import { closeFile } from "../../posix/confined.ts";
import type { Folder } from "../../posix/folder.ts";
import { makePace } from "../target/pace.ts";
import { DatasetFolders, lastName } from "./files/files.ts";

/** Looked at of a dataset; of more files, so many that lie evenly among them. */
const MOST_LOOKED_AT = 256;

/** From one file whose pages are looked at to the next. */
export function lookStep({ count }: DatasetLocation): number {
  return Math.max(1, Math.ceil(count / MOST_LOOKED_AT));
}

/**
 * Opens each file of a dataset that is there, or every `step`-th; `visit` is called again while it
 * returns true. An aborted signal rejects with its reason.
 */
export async function forEachFile(
  folder: Folder,
  location: DatasetLocation,
  visit: (fd: number, index: number) => boolean | undefined,
  step = 1,
  signal: AbortSignal | null = null,
  callsALook?: number,
): Promise<void> {
  signal?.throwIfAborted();
  const pace = makePace(signal, undefined, callsALook);
  const folders = new DatasetFolders(folder, location);
  try {
    for (let i = 0; i < location.count; i += step) {
      const fd = openIfThere(folders, location, i);
      if (fd === null) continue;
      try {
        while (visit(fd, i)) {
          const pause = pace();
          if (pause !== null) await pause;
        }
      } finally {
        closeFile(fd);
      }
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
}

/** A file of a dataset open for reading, null where there is none; throws FolderError. */
export function openIfThere(
  folders: DatasetFolders,
  location: DatasetLocation,
  index: number,
): number | null {
  try {
    const name = lastName(fileName(location, index));
    return folders.of(index).openFile(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}
