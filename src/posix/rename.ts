import fs from "node:fs";
import { constants } from "node:os";
import { systemError } from "../model/fault/system-error.ts";
import { type FileSystemCalls, RENAME_NOREPLACE } from "./file-system.ts";
import type { Folder } from "./folder.ts";

const { EEXIST, EINVAL, ENOENT, ENOSYS } = constants.errno;

/** Bytes of a `struct statx`. */
const STATX_BYTES = 256;

/** Renames a file in its directory: 0 or a negative errno; EEXIST if the name exists. */
export type RenameNew = (directory: number, from: number, to: number) => number;

/**
 * Makes a rename that replaces no existing file, which could belong to others. The kernel checks
 * this in the same call. NFS, FUSE and some other file systems reject the flag at the first call;
 * then the new name is looked up before each rename. Only a file created between these two calls
 * could still be replaced.
 *
 * Names are addresses. `statAt`: memory for a `struct statx`.
 */
export function renameNew(system: FileSystemCalls, statAt: number): RenameNew {
  let knowsFlag = true;
  return (directory, from, to) => {
    if (knowsFlag) {
      const result = system.renameAt(directory, from, to, RENAME_NOREPLACE);
      if (result !== -EINVAL && result !== -ENOSYS) return result;
      knowsFlag = false;
    }
    const found = system.statAt(directory, to, statAt);
    if (found === 0) return -EEXIST;
    return found === -ENOENT ? system.renameAt(directory, from, to, 0) : found;
  };
}

/**
 * Renames in a {@link Folder} without replacing a file. Without native calls the new name is looked
 * up first, because Node lacks such a rename. @throws the error of the call
 */
export function renameNewIn(
  system: FileSystemCalls | null,
): (folder: Folder, from: string, to: string) => void {
  if (system === null) return lookThenRename;
  const stat = new Uint8Array(STATX_BYTES);
  const rename = renameNew(system, system.addressOf(stat));
  return (folder, from, to) => {
    const [old, next] = [Buffer.from(`${from}\0`), Buffer.from(`${to}\0`)];
    const result = rename(folder.fd, system.addressOf(old), system.addressOf(next));
    if (result < 0) throw systemError("rename", -result);
  };
}

function lookThenRename(folder: Folder, from: string, to: string): void {
  const next = folder.at(to);
  if (fs.lstatSync(next, { throwIfNoEntry: false }) !== undefined) {
    throw systemError("rename", EEXIST);
  }
  fs.renameSync(folder.at(from), next);
}
