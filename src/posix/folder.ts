import fs from "node:fs";
import { constants } from "node:os";
import { errnoMeaning, errnoName } from "../model/fault/errno.ts";
import { closeFile, confined, sameMount } from "./confined.ts";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
const DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/** Directory in which the kernel shows this process's open files as links to them. */
const OPEN_FILES = "/proc/self/fd";

/** Device and inode: the identity of a directory. */
export type FolderIdentity = Pick<fs.BigIntStats, "dev" | "ino">;

/** A name below an open directory cannot be opened; `path`: its full path. */
export class FolderError extends Error {
  override readonly name = "FolderError";
  readonly code: string;
  /** Negative, as in Node's errors. */
  readonly errno: number;
  readonly syscall = "open";
  readonly path: string;

  /** `number` is an errno. */
  constructor(number: number, path: string) {
    const code = errnoName(number);
    super(`${code}: ${errnoMeaning(number) ?? "refused"}, open '${path}'`);
    this.code = code;
    this.errno = -number;
    this.path = path;
  }
}

/**
 * An open directory. Names are resolved relative to it, so that a moved, overmounted or replaced
 * path leads nowhere else. Names are single path components.
 *
 * Calls use `/proc/self/fd`, which is equivalent to openat for all of Node's calls. Without /proc,
 * they use the path, which is compared with the open directory before each call.
 */
export class Folder {
  /** Open for reading. */
  readonly fd: number;
  /** Path at its opening, for messages. */
  readonly path: string;
  private readonly letGo: (fd: number) => void;
  private known: FolderIdentity | null = null;
  private open = true;

  private constructor(fd: number, path: string, letGo: (fd: number) => void) {
    this.fd = fd;
    this.path = path;
    this.letGo = letGo;
  }

  /** Opens a directory by path. @throws the error of `open`; ELOOP or ENOTDIR for a link */
  static open(path: string): Folder {
    return new Folder(fs.openSync(path, DIRECTORY), path, fs.closeSync);
  }

  /** Wraps an open directory, which `close` does not close. */
  static held(fd: number, path: string): Folder {
    return new Folder(fd, path, () => {});
  }

  get identity(): FolderIdentity {
    if (this.known === null) {
      const { dev, ino } = fs.fstatSync(this.fd, { bigint: true });
      this.known = { dev, ino };
    }
    return this.known;
  }

  /**
   * Opens a subdirectory.
   *
   * @throws FolderError if it is missing (ENOENT), a symbolic link or a file (ELOOP, ENOTDIR), or a
   *   mount point (EXDEV)
   */
  below(name: string): Folder {
    return new Folder(this.openFile(name, DIRECTORY), `${this.path}/${name}`, closeFile);
  }

  /**
   * Opens a file in this directory, never through a link or a mount; close it with
   * {@link closeFile}.
   */
  openFile(name: string, flags: number, mode = 0): number {
    this.requireOpen();
    const native = confined();
    if (native !== null) {
      const fd = native.open(this.fd, name, flags | O_NOFOLLOW, mode);
      if (fd >= 0) return fd;
      throw new FolderError(-fd, `${this.path}/${name}`);
    }
    let fd: number;
    try {
      fd = fs.openSync(this.at(name), flags | O_NOFOLLOW, mode);
    } catch (error) {
      throw this.named(error, name);
    }
    if (sameMount(this.fd, fd)) return fd;
    fs.closeSync(fd);
    throw new FolderError(constants.errno.EXDEV, `${this.path}/${name}`);
  }

  /** A path for Node's calls that names an entry of this directory. */
  at(name: string): string {
    this.requireOpen();
    if (hasProc(this.fd)) return `${OPEN_FILES}/${this.fd}/${name}`;
    if (!this.isInPlace()) throw new FolderError(constants.errno.ENOENT, this.path);
    return `${this.path}/${name}`;
  }

  /** Whether its path still leads to this directory. @throws the error of `lstat` */
  isInPlace(): boolean {
    return this.isAt(this.path);
  }

  /** Whether a path names this directory itself, not a link. @throws the error of `lstat` */
  isAt(path: string): boolean {
    const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return found !== undefined && this.is(found);
  }

  /** Whether the result of a `stat` is this directory. */
  is({ dev, ino }: FolderIdentity): boolean {
    const own = this.identity;
    return own.dev === dev && own.ino === ino;
  }

  /**
   * Current path according to the kernel: another one if it was moved, a path from the root of its
   * mount if that was detached; null if it was removed or without /proc. @throws the error of
   * `stat`
   */
  whereabouts(): string | null {
    if (fs.fstatSync(this.fd).nlink === 0) return null;
    if (!hasProc(this.fd)) return null;
    const path = fs.readlinkSync(`${OPEN_FILES}/${this.fd}`);
    return path.endsWith(" (deleted)") ? null : path;
  }

  /** Closes the directory; a second call does nothing. */
  close(): void {
    if (this.open) this.letGo(this.fd);
    this.open = false;
  }

  /** The descriptor of a closed directory may belong to another file. */
  private requireOpen(): void {
    if (!this.open) throw new FolderError(constants.errno.EBADF, this.path);
  }

  private named(error: unknown, name: string): unknown {
    if (error instanceof FolderError || !(error instanceof Error)) return error;
    const number = "errno" in error && typeof error.errno === "number" ? -error.errno : 0;
    return new FolderError(number, `${this.path}/${name}`);
  }
}

/**
 * Open directories on the path to the last requested one: directories of a dataset are requested in
 * order, and most share all but their last component.
 */
export class FolderChain {
  private readonly base: Folder;
  private readonly names: string[] = [];
  private readonly folders: Folder[] = [];
  private asked: string | null = null;

  /** @param base closed by its owner */
  constructor(base: Folder) {
    this.base = base;
  }

  /** Opens a directory by its path below the base, `a/b`; valid until the next call. */
  to(path: string): Folder {
    if (path === this.asked) return this.folders.at(-1) ?? this.base;
    this.asked = null;
    const wanted = path === "" ? [] : path.split("/");
    let shared = 0;
    while (shared < this.names.length && this.names[shared] === wanted[shared]) shared++;
    this.shorten(shared);
    for (const name of wanted.slice(shared)) {
      this.folders.push((this.folders.at(-1) ?? this.base).below(name));
      this.names.push(name);
    }
    this.asked = path;
    return this.folders.at(-1) ?? this.base;
  }

  /** Closes all of them; the chain can be reused. */
  close(): void {
    this.shorten(0);
    this.asked = null;
  }

  private shorten(length: number): void {
    for (const folder of this.folders.splice(length)) folder.close();
    this.names.length = length;
  }
}

let proc: boolean | undefined;

function hasProc(fd: number): boolean {
  if (proc === undefined) {
    const found = fs.statSync(`${OPEN_FILES}/${fd}`, { bigint: true, throwIfNoEntry: false });
    const own = fs.fstatSync(fd, { bigint: true });
    proc = found !== undefined && found.dev === own.dev && found.ino === own.ino;
  }
  return proc;
}
