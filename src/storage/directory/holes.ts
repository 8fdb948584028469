import { fstatSync } from "node:fs";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { Steps } from "../../posix/file-steps.ts";
import { type Folder, FolderError } from "../../posix/folder.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import { DatasetFolders, eachFile } from "./files/each-file.ts";
import { withFile } from "./files/files.ts";

/** Files up to this size may be stored in their inode, without a data block. */
const SMALL_BYTES = 4096;

/**
 * Index of the first file of a dataset with a hole, which reads as zeros without any I/O. Null if
 * there is none, or the file system does not report holes. Missing files are skipped.
 */
export async function fileWithHole(
  folder: Folder,
  location: DatasetLocation,
  signal: AbortSignal | null,
  libc: Libc | null = loadLibc(),
): Promise<number | null> {
  const folders = new DatasetFolders(folder, location);
  let first = location.count;
  const look = function* (file: number): Steps {
    yield* withFile(folders, location, file, (fd) => {
      if (hasHole(fd, libc)) first = Math.min(first, file);
      return null;
    });
  };
  const files = function* () {
    for (let file = 0; file < location.count && first === location.count; file++) yield file;
  };
  try {
    // Preparation writes a missing file again; a file that cannot be opened fails the run later.
    await eachFile(files(), (file) => ifOpened(look(file)), { signal });
  } finally {
    folders.close();
  }
  return first === location.count ? null : first;
}

function* ifOpened(steps: Steps): Steps {
  try {
    yield* steps;
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
  }
}

function hasHole(fd: number, libc: Libc | null): boolean {
  const { size, blocks } = fstatSync(fd);
  if (size === 0) return false;
  if (libc === null) return blocks === 0 && size > SMALL_BYTES;
  const hole = libc.seekHole(fd, 0);
  return hole >= 0 && hole < size;
}
