import { randomBytes } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { constants as system } from "node:os";
import { dirname } from "node:path";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { systemError } from "../../model/fault/system-error.ts";

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const MODE = 0o666;

/** Error code: another program put something at a path; it is left alone. */
export const FOREIGN = "EFOREIGN";

/** Open file that this process created. */
export interface OwnFile {
  readonly fd: number;
  /** Device, inode and creation time. */
  readonly identity: string;
}

/**
 * Creates a file in a directory of assay, open for reading and writing. The path must not exist,
 * not even as a link. All files that assay writes outside of a target are created here, except
 * those that a user names.
 */
export function makeOwnFile(path: string): OwnFile {
  const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  return { fd, identity: identityOfStats(fstatSync(fd, { bigint: true })) };
}

/**
 * Creates a directory and its missing parents. Node's `recursive` option is not used: in a
 * directory that returns ENOENT for every new name, such as /proc, it never ends.
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // Another run may have created the directory since; a file of this name is an error.
    if (!statSync(folder).isDirectory()) throw systemError("mkdir", system.errno.ENOTDIR);
  }
}

/**
 * Writes a text to a path atomically: under a random name in the same directory, synced, then
 * renamed. Returns the identity of the new file, the `known` of the next call. `known`: identity of
 * the file that this process wrote there last, null for none.
 *
 * @throws an error with code {@link FOREIGN} if any other file is there.
 */
export function placeText(path: string, text: string, known: string | null): string {
  return withDraft(path, text, (draft) => moveInto(draft, path, known));
}

/**
 * Writes a text to a path atomically and replaces a file of an earlier process. A link itself is
 * replaced, not the file that it points to.
 */
export function replaceText(path: string, text: string): void {
  withDraft(path, text, (draft) => renameSync(draft, path));
}

/** Renames a file of this process; see {@link placeText} for `known`. */
export function moveInto(draft: string, path: string, known: string | null): void {
  const there = identityAt(path);
  if (there !== null && there !== known) throw foreign();
  if (there === null && linked(draft, path)) unlinkSync(draft);
  else renameSync(draft, path);
}

/** Removes a file if it has this identity; files of other programs stay. */
export function removeOwn(path: string, identity: string): void {
  try {
    if (identityAt(path) === identity) unlinkSync(path);
  } catch {
    // The file stays; nothing depends on it.
  }
}

/** Identity of the file at a path, without following a link; null if there is none. */
export function identityAt(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : identityOfStats(found);
}

/** Writes all of the data: a disk that becomes full accepts a part without an error. */
export function writeWhole(fd: number, data: Uint8Array, atBytes: number): void {
  for (let done = 0; done < data.length; ) {
    done += writeSync(fd, data, done, data.length - done, atBytes + done);
  }
}

function withDraft(path: string, text: string, place: (draft: string) => void): string {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  const { fd, identity } = makeOwnFile(draft);
  try {
    try {
      writeWhole(fd, Buffer.from(text), 0);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    place(draft);
  } catch (error) {
    removeOwn(draft, identity);
    throw error;
  }
  return identity;
}

/** Creates a hard link, which replaces nothing. False if the file system has no hard links. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw foreign();
    return false;
  }
}

/** The error of a path that has a file of another program. */
export function foreign(): Error {
  return Object.assign(new Error("a file of another program is there"), { code: FOREIGN });
}

/** Inode numbers are reused after a file is removed, so the creation time is included. */
function identityOfStats({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** Remedy for a directory that takes no results. */
export const OTHER_RESULTS = "choose another directory with --results";

/**
 * Calls a function that writes to a directory of results. Turns a system error into a sentence for
 * the user.
 *
 * @throws PreflightError
 */
export function guarded<Result>(
  folder: string,
  write: () => Result,
  remedy = OTHER_RESULTS,
): Result {
  try {
    return write();
  } catch (error) {
    const reason = REASONS[codeOf(error)] ?? `${codeOf(error)}`;
    throw new PreflightError(`cannot store results in ${folder}: ${reason}; ${remedy}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  ENOENT: "no directory can be created there",
  ENAMETOOLONG: "the name is too long",
  EDQUOT: "the disk quota is used up",
  EFBIG: "a file would exceed the limit of `ulimit -f`",
  EIO: "the disk reports an input/output error",
  ESTALE: "the file server no longer has the directory (ESTALE)",
  EMFILE: "too many open files; raise `ulimit -n`",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "the directory already exists",
  ELOOP: "a symbolic link replaced the directory",
  [FOREIGN]: "another program replaced one of its files, which was left alone",
  EREMOVED: "the directory was removed during the run",
  EREPLACED: "the directory was replaced by another one during the run",
};
