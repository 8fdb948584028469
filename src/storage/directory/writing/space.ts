import { type StatsFs, statfsSync } from "node:fs";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";
import { refusal } from "../../target/refusal.ts";
import { directoriesOf } from "../files/files.ts";

/** Additional share of free space required, for metadata and for writes of other programs. */
const MARGIN = 0.01;

/** Space in a file system that is free for this user; Infinity if the file system has no count. */
export interface Space {
  /** Infinity if the file system does not count its blocks (ramfs, many FUSE daemons). */
  readonly freeBytes: number;
  /** Infinity if the file system does not count inodes (btrfs, EFS). */
  readonly freeFiles: number;
  readonly blockBytes: number;
}

/** Reads the free space of a directory's file system. */
export function spaceAt(folder: Folder): Space {
  const found = fileSystemAt(folder);
  if (found === null) return { freeBytes: Infinity, freeFiles: Infinity, blockBytes: 1 };
  const { blocks, bavail, bsize, files, ffree } = found;
  return {
    freeBytes: blocks === 0 ? Infinity : bavail * bsize,
    freeFiles: files === 0 ? Infinity : ffree,
    blockBytes: Math.max(1, bsize),
  };
}

/** Statistics of a directory's file system; null if it does not support statfs. */
export function fileSystemAt(folder: Folder): StatsFs | null {
  try {
    return statfsSync(folder.at("."));
  } catch (error) {
    if (["ENOSYS", "EOPNOTSUPP", "ENOTSUP"].includes(codeOf(error))) return null;
    throw refusal(error, "read the free space of", folder.path);
  }
}

/**
 * Throws PreflightError if the given files of a dataset do not fit into the free space.
 *
 * @param isPart whether they are the part of one of several hosts
 */
export function checkSpace(
  folder: Folder,
  location: DatasetLocation,
  files: Iterable<number>,
  isPart = false,
): void {
  const space = spaceAt(folder);
  const need = needOf(location, files, space);
  if (need.entries > 0) refuseTooMuch(folder.path, space, [location.name], need, isPart);
}

/** Throws PreflightError if datasets that exist at the same time do not fit together. */
export function checkTogether(folder: Folder, locations: readonly DatasetLocation[]): void {
  const space = spaceAt(folder);
  const needs = locations.map((location) => needOf(location, location.sizes.keys(), space));
  const names = locations.map(({ name }) => name);
  refuseTooMuch(folder.path, space, names, {
    bytes: needs.reduce((sum, { bytes }) => sum + bytes, 0),
    entries: needs.reduce((sum, { entries }) => sum + entries, 0),
  });
}

/** Space that files need: data in whole blocks, and one entry per file and directory. */
interface Need {
  readonly bytes: number;
  readonly entries: number;
}

function needOf(location: DatasetLocation, files: Iterable<number>, { blockBytes }: Space): Need {
  let count = 0;
  let bytes = 0;
  for (const i of files) {
    bytes += Math.ceil((location.sizes[i] ?? 0) / blockBytes) * blockBytes;
    count++;
  }
  return { bytes, entries: count === 0 ? 0 : count + directoriesOf(location).length };
}

function refuseTooMuch(
  root: string,
  { freeBytes, freeFiles }: Space,
  names: readonly string[],
  need: Need,
  isPart = false,
): void {
  const quoted = names.map((name) => `"${name}"`).join(" and ");
  const [what, smaller] =
    names.length === 1
      ? [`${isPart ? "this host's part of " : ""}dataset ${quoted} needs`, "the dataset"]
      : [`datasets ${quoted} together need`, "a dataset"];
  const neededBytes = Math.ceil(need.bytes * (1 + MARGIN));
  if (neededBytes > freeBytes) {
    throw new PreflightError(
      `${what} ${mebibytes(neededBytes)} in ${root}, but only ${mebibytes(freeBytes)} are free; ` +
        `free some space, or make ${smaller} smaller`,
    );
  }
  if (need.entries > freeFiles) {
    throw new PreflightError(
      `${what} ${need.entries} inodes in ${root}, but only ${freeFiles} are free; delete some ` +
        `files, or make ${smaller} smaller`,
    );
  }
}

/** Formats a size for messages: `12.3 MiB`. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
