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
import { codeOf } from "../../model/fault/errors.ts";
import { systemError } from "../../model/fault/system-error.ts";

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const MODE = 0o666;

/** The code of an error: what is at a path was put there by others, and stays. */
export const FOREIGN = "EFOREIGN";

/** A file that this process made: its inode is known, and it is open. */
export interface OwnFile {
  readonly fd: number;
  /** Device, inode, and when it was made. */
  readonly identity: string;
}

/**
 * Makes a file in a folder of assay's own, open for reading and writing. Nothing may be there, not
 * even a link: every file that assay writes outside of a target is made here, except those that a
 * user names.
 */
export function makeOwnFile(path: string): OwnFile {
  const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  return { fd, identity: identityOfStats(fstatSync(fd, { bigint: true })) };
}

/**
 * Makes a folder and those above it that are missing. Not by `recursive` of Node's: where a folder
 * that is there answers ENOENT to any new name, as /proc does, that tries for ever.
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // Another run may have made it meanwhile; a file of that name is another matter.
    if (!statSync(folder).isDirectory()) throw systemError("mkdir", system.errno.ENOTDIR);
  }
}

/**
 * Puts a text at a path as a whole: written beside it under a random name, synced, and moved there.
 * Returns what is there now, for the next time. `known` is what this process put there last, null
 * for nothing yet: anything else there belongs to others, and {@link FOREIGN} is thrown.
 */
export function placeText(path: string, text: string, known: string | null): string {
  return withDraft(path, text, (draft) => moveInto(draft, path, known));
}

/**
 * Puts a text at a path as {@link placeText} does, and replaces what an earlier process put there.
 * A link is replaced itself, not what it leads to.
 */
export function replaceText(path: string, text: string): void {
  withDraft(path, text, (draft) => renameSync(draft, path));
}

/** Moves a file of ours to its place; see {@link placeText} for `known`. */
export function moveInto(draft: string, path: string, known: string | null): void {
  const there = identityAt(path);
  if (there !== null && there !== known) throw foreign();
  if (there === null && linked(draft, path)) unlinkSync(draft);
  else renameSync(draft, path);
}

/** Removes a file if it is that of this identity; what others put in its place stays. */
export function removeOwn(path: string, identity: string): void {
  try {
    if (identityAt(path) === identity) unlinkSync(path);
  } catch {
    // It stays, then; nothing depends on it.
  }
}

/** What has a name, without following a link, as {@link OwnFile}. Null where nothing has. */
export function identityAt(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : identityOfStats(found);
}

/** Writes all of the data: a disk that becomes full takes a part of it without an error. */
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

/** Unlike a rename, a link replaces nothing. False where there are no hard links. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw foreign();
    return false;
  }
}

function foreign(): Error {
  return Object.assign(new Error("a file of others is there"), { code: FOREIGN });
}

/** An inode's number is given again once its file is gone, hence the moment it was made. */
function identityOfStats({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}
