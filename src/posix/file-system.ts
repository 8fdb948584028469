import { loadNative, type Native } from "./koffi.ts";

/**
 * System calls with paths: a path is the address of a NUL-terminated string, relative to an open
 * directory, so that a call creates neither a string nor an object. Each returns the call's result
 * or the negative errno.
 */
export interface FileSystemCalls {
  openAt(directory: number, path: number, flags: number, mode: number): number;
  /**
   * openat2(2) with a `struct open_how` of 24 bytes; null if the kernel lacks it (before Linux
   * 5.6) or a seccomp filter hides it.
   */
  readonly openAt2: ((directory: number, path: number, how: number) => number) | null;
  close(fd: number): number;
  /** Sets the status flags of an open file (F_SETFL): of these, O_DIRECT and O_NONBLOCK. */
  setFlags(fd: number, flags: number): number;
  /** Writes a `struct statx` (256 bytes) of the file itself, links not followed, to `into`. */
  statAt(directory: number, path: number, into: number): number;
  unlinkAt(directory: number, path: number): number;
  /** renameat2(2) within a directory; `flags`: 0 or {@link RENAME_NOREPLACE}. */
  renameAt(directory: number, from: number, to: number, flags: number): number;
  /** Reads entries of an open directory, `struct linux_dirent64`; returns bytes, 0 at the end. */
  readDirectory(fd: number, into: number, bytes: number): number;
  /** For the calls above. */
  readonly addressOf: Native["addressOf"];
}

/** Missing in Node's constants; equal on x86-64 and arm64. */
export const O_CLOEXEC = 0o2000000;
/** O_PATH: names a directory without opening it, so without a request to a file server. */
export const O_PATH = 0o10000000;
/** Rename atomically with EEXIST if the new name exists; EINVAL if not supported. */
export const RENAME_NOREPLACE = 1;
const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
const F_SETFL = 4;
const OPENAT2 = 437;
/** `struct open_how`: flags, mode and resolve flags. */
export const OPEN_HOW_BYTES = 24;
/** Fail with EXDEV at a mount point, with ELOOP at a symbolic link, wherever in the path. */
const RESOLVE_CONFINED = 0x01 | 0x04;
/** Fields of `stat`: all except the birth time. */
export const STATX_BASIC_STATS = 0x7ff;
/** The birth time, which many file systems lack. */
export const STATX_BTIME = 0x800;

/** Called by number, because older C libraries lack `getdents64`. */
const GETDENTS64: Readonly<Record<string, number>> = { x64: 217, arm64: 61 };
/** Called by number, because older C libraries lack `renameat2`. */
const RENAMEAT2: Readonly<Record<string, number>> = { x64: 316, arm64: 276 };

/** Fills a `struct open_how` that rejects links and mount points in a path. */
export function confine(how: BigUint64Array, flags: number, mode = 0): void {
  how[0] = BigInt(flags >>> 0);
  how[1] = BigInt(mode);
  how[2] = BigInt(RESOLVE_CONFINED);
}

let loaded: FileSystemCalls | null | undefined;

/** The calls; null if koffi has no binary or the C library lacks one of them. */
export function loadFileSystemCalls(): FileSystemCalls | null {
  if (loaded === undefined) {
    const native = loadNative();
    const getdents = GETDENTS64[process.arch];
    const rename = RENAMEAT2[process.arch];
    const known = typeof native !== "string" && getdents !== undefined && rename !== undefined;
    loaded = known ? bind(native, getdents, rename) : null;
  }
  return loaded;
}

function bind(
  { koffi, library, addressOf }: Native,
  getdents: number,
  rename: number,
): FileSystemCalls | null {
  try {
    const openat = library.func("int openat(int, uintptr_t, int, int)");
    const close = library.func("int close(int)");
    const fcntl = library.func("int fcntl(int, int, int)");
    const statx = library.func("int statx(int, uintptr_t, int, uint32_t, uintptr_t)");
    const unlinkat = library.func("int unlinkat(int, uintptr_t, int)");
    const renameat2 = library.func("long syscall(long, int, uintptr_t, int, uintptr_t, uint32_t)");
    const syscall = library.func("long syscall(long, int, uintptr_t, size_t)");
    const openat2 = library.func("long syscall(long, int, uintptr_t, uintptr_t, size_t)");
    const outcome = (result: number): number => (result < 0 ? -koffi.errno() : result);
    const openAt2 = (directory: number, path: number, how: number): number =>
      outcome(openat2(OPENAT2, directory, path, how, OPEN_HOW_BYTES));
    return {
      openAt2: answers(openAt2, close, addressOf) ? openAt2 : null,
      openAt: (directory, path, flags, mode) => outcome(openat(directory, path, flags, mode)),
      close: (fd) => outcome(close(fd)),
      setFlags: (fd, flags) => outcome(fcntl(fd, F_SETFL, flags)),
      statAt: (directory, path, into) =>
        outcome(statx(directory, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, into)),
      unlinkAt: (directory, path) => outcome(unlinkat(directory, path, 0)),
      renameAt: (directory, from, to, flags) =>
        outcome(renameat2(rename, directory, from, directory, to, flags)),
      readDirectory: (fd, into, bytes) => outcome(syscall(getdents, fd, into, bytes)),
      addressOf,
    };
  } catch {
    // An older C library lacks one of them, such as statx; Node's calls are used instead.
    return null;
  }
}

/** Whether the kernel supports the call: tries to open the root directory. */
function answers(
  openAt2: (directory: number, path: number, how: number) => number,
  close: (fd: number) => number,
  addressOf: Native["addressOf"],
): boolean {
  const how = new BigUint64Array(OPEN_HOW_BYTES / 8);
  confine(how, O_PATH | O_CLOEXEC);
  const path = Buffer.from("/\0");
  const fd = openAt2(AT_FDCWD, addressOf(path), addressOf(new Uint8Array(how.buffer)));
  // Node warns if it closes files that it did not open.
  if (fd >= 0) close(fd);
  return fd >= 0;
}
