import { statfsSync } from "node:fs";
import type { DatasetLocation } from "../model/dataset.ts";
import { PreflightError } from "../model/errors.ts";
import type { Folder } from "../posix/folder.ts";
import { directoriesOf } from "./directory-files.ts";
import { refusal } from "./directory-refusal.ts";

/** Room beyond the data itself that is asked for: metadata, and others who write meanwhile. */
const MARGIN = 0.01;

/** Bytes and files a file system can still take from this user. */
export interface Space {
  readonly freeBytes: number;
  /** Infinity where the file system does not count inodes (btrfs, EFS). */
  readonly freeFiles: number;
  readonly blockBytes: number;
}

/** Asks the file system of a directory what it can still take. */
export function spaceAt(folder: Folder): Space {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folder.at("."));
    return {
      freeBytes: bavail * bsize,
      freeFiles: files === 0 ? Infinity : ffree,
      blockBytes: bsize,
    };
  } catch (error) {
    throw refusal(error, "ask for the free space of", folder.path);
  }
}

/** Throws when the given files of a dataset do not fit, before the first of them is written. */
export function checkSpace(
  folder: Folder,
  location: DatasetLocation,
  files: Iterable<number>,
): void {
  const { freeBytes, freeFiles, blockBytes } = spaceAt(folder);
  let count = 0;
  let needed = 0;
  for (const i of files) {
    needed += Math.ceil((location.sizes[i] ?? 0) / blockBytes) * blockBytes;
    count++;
  }
  if (count === 0) return;
  needed = Math.ceil(needed * (1 + MARGIN));
  if (needed > freeBytes) {
    throw new PreflightError(
      `dataset "${location.name}" needs ${mebibytes(needed)} at ${folder.path}, where ` +
        `${mebibytes(freeBytes)} are free; free some space, or make the dataset smaller`,
    );
  }
  const entries = count + directoriesOf(location).length;
  if (entries > freeFiles) {
    throw new PreflightError(
      `dataset "${location.name}" needs ${entries} files at ${folder.path}, where the file ` +
        `system has ${freeFiles} inodes left; delete some files, or make the dataset smaller`,
    );
  }
}

/** `12.3 MiB`, for sentences about space. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
