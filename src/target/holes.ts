import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { DatasetLocation } from "../model/dataset.ts";
import { type Libc, loadLibc } from "../posix/libc.ts";
import { filePath } from "./directory-files.ts";
import { makePace } from "./directory-pace.ts";

/** Small files may lie in their inode, without a block of their own. */
const SMALL_BYTES = 4096;

/**
 * Index of the first file of a dataset with a part that was never written: it reads as zeros
 * without any I/O. Null where there is none, or the file system does not show them. Files that are
 * missing have none.
 */
export async function fileWithHole(
  root: string,
  location: DatasetLocation,
  libc: Libc | null = loadLibc(),
): Promise<number | null> {
  const pace = makePace(null);
  for (let i = 0; i < location.count; i++) {
    if (hasHole(filePath(root, location, i), libc)) return i;
    const pause = pace();
    if (pause !== null) await pause;
  }
  return null;
}

function hasHole(path: string, libc: Libc | null): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    // A file that is missing is written again; one that cannot be opened fails the run later on.
    return false;
  }
  try {
    const { size, blocks } = fstatSync(fd);
    if (size === 0) return false;
    if (libc === null) return blocks === 0 && size > SMALL_BYTES;
    const hole = libc.seekHole(fd, 0);
    return hole >= 0 && hole < size;
  } finally {
    closeSync(fd);
  }
}
