import { fstatSync } from "node:fs";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { closeFile } from "../../posix/confined.ts";
import type { Folder } from "../../posix/folder.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import { makePace } from "../target/pace.ts";
import { DatasetFolders, openIfThere } from "./files/files.ts";

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
  const pace = makePace(signal);
  const folders = new DatasetFolders(folder, location);
  try {
    for (let i = 0; i < location.count; i++) {
      if (hasHole(folders, location, i, libc)) return i;
      const pause = pace();
      if (pause !== null) await pause;
    }
    return null;
  } finally {
    folders.close();
  }
}

function hasHole(
  folders: DatasetFolders,
  location: DatasetLocation,
  index: number,
  libc: Libc | null,
): boolean {
  let fd: number | null;
  try {
    fd = openIfThere(folders, location, index);
  } catch {
    // A file that cannot be opened fails the run later.
    return false;
  }
  // Preparation writes a missing file again.
  if (fd === null) return false;
  try {
    const { size, blocks } = fstatSync(fd);
    if (size === 0) return false;
    if (libc === null) return blocks === 0 && size > SMALL_BYTES;
    const hole = libc.seekHole(fd, 0);
    return hole >= 0 && hole < size;
  } finally {
    closeFile(fd);
  }
}
