import { type StatsFs, statfsSync } from "node:fs";
import { codeOf, PreflightError } from "../../../model/fault/errors.ts";
import type { DatasetLocation } from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";
import { refusal } from "../../target/refusal.ts";
import { directoriesOf } from "../files/files.ts";

/** Room beyond the data itself that is asked for: metadata, and others who write meanwhile. */
const MARGIN = 0.01;

/** Bytes and files a file system can still take from this user; Infinity where it does not say. */
export interface Space {
  /** Of a file system that does not count its blocks (ramfs, many FUSE daemons) it is not known. */
  readonly freeBytes: number;
  /** Some file systems do not count inodes (btrfs, EFS). */
  readonly freeFiles: number;
  readonly blockBytes: number;
}

/** Asks the file system of a directory what it can still take. */
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

/** What a file system says of itself; null where it does not answer that question. */
export function fileSystemAt(folder: Folder): StatsFs | null {
  try {
    return statfsSync(folder.at("."));
  } catch (error) {
    if (["ENOSYS", "EOPNOTSUPP", "ENOTSUP"].includes(codeOf(error))) return null;
    throw refusal(error, "ask for the free space of", folder.path);
  }
}

/** Throws when the given files of a dataset do not fit, before the first of them is written. */
export function checkSpace(
  folder: Folder,
  location: DatasetLocation,
  files: Iterable<number>,
): void {
  const space = spaceAt(folder);
  const need = needOf(location, files, space);
  if (need.entries > 0) refuseTooMuch(folder.path, space, [location.name], need);
}

/** Throws when datasets that are in a target at the same time do not fit there together. */
export function checkTogether(folder: Folder, locations: readonly DatasetLocation[]): void {
  const space = spaceAt(folder);
  const needs = locations.map((location) => needOf(location, location.sizes.keys(), space));
  const names = locations.map(({ name }) => name);
  refuseTooMuch(folder.path, space, names, {
    bytes: needs.reduce((sum, { bytes }) => sum + bytes, 0),
    entries: needs.reduce((sum, { entries }) => sum + entries, 0),
  });
}

/** What files take: whole blocks of data, and an entry for each file and directory. */
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
): void {
  const quoted = names.map((name) => `"${name}"`).join(" and ");
  const [what, smaller] =
    names.length === 1
      ? [`dataset ${quoted} needs`, "the dataset"]
      : [`datasets ${quoted} together need`, "a dataset"];
  const neededBytes = Math.ceil(need.bytes * (1 + MARGIN));
  if (neededBytes > freeBytes) {
    throw new PreflightError(
      `${what} ${mebibytes(neededBytes)} at ${root}, where ` +
        `${mebibytes(freeBytes)} are free; free some space, or make ${smaller} smaller`,
    );
  }
  if (need.entries > freeFiles) {
    throw new PreflightError(
      `${what} ${need.entries} files at ${root}, where the file system has ` +
        `${freeFiles} inodes left; delete some files, or make ${smaller} smaller`,
    );
  }
}

/** `12.3 MiB`, for sentences about space. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
