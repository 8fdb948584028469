import { accessSync, constants, fstatSync } from "node:fs";
import { loadNative, type Native } from "./koffi.ts";

/** Bytes of an open file in the page cache, or a negative errno. */
export type ResidentBytes = (fd: number, fileBytes: number) => number;

const CACHESTAT = 451;
const PROT_READ = 1;
const MAP_SHARED = 1;
/** Bytes per mapping for checking single pages. */
const WINDOW_BYTES = 2 ** 30;

/**
 * Kernel calls for page cache residency, best first: `cachestat` (Linux 6.5) counts pages,
 * `mincore` marks each page of a mapping. Neither reads the file or keeps it in memory.
 */
export function residencyWays(): readonly ResidentBytes[] {
  ways ??= bindWays();
  return ways;
}

let ways: readonly ResidentBytes[] | undefined;

function bindWays(): readonly ResidentBytes[] {
  const native = loadNative();
  return typeof native === "string" ? [] : [cachestat(native), mincore(native)];
}

/**
 * Bytes of an open file in the page cache; null if unknown. `stacked`: the file is on overlayfs,
 * where the pages belong to the lower file. A mapping shows those, but `cachestat` counts the upper
 * file's pages, of which there are none.
 */
export function residentBytes(fd: number, fileBytes: number, stacked = false): number | null {
  if (!mayLook(fd)) return null;
  for (const way of residencyWays().slice(stacked ? 1 : 0)) {
    const bytes = way(fd, fileBytes);
    if (bytes >= 0) return bytes;
  }
  return null;
}

/**
 * Whether `mincore` is usable: it reports every page as resident to non-owners without write. It
 * checks the permission first, because the owner of a file may be a request to a FUSE server.
 */
function mayLook(fd: number): boolean {
  try {
    accessSync(`/proc/self/fd/${fd}`, constants.W_OK);
    return true;
  } catch {
    return isOwner(fd);
  }
}

function isOwner(fd: number): boolean {
  try {
    return fstatSync(fd).uid === process.geteuid?.();
  } catch {
    return false;
  }
}

/** Binds the system call; its number is equal on every architecture. */
function cachestat({ koffi, library }: Native): ResidentBytes {
  const call = library.func("long syscall(long, uint32_t, void*, void*, uint32_t)");
  const pageBytes = library.func("int getpagesize()")();
  return (fd, fileBytes) => {
    // struct cachestat_range: offset and length; length 0 means up to the end.
    const range = BigUint64Array.of(0n, BigInt(fileBytes));
    const pages = new BigUint64Array(5);
    if (fileBytes === 0) return 0;
    const failed = call(CACHESTAT, fd, bytesOf(range), bytesOf(pages), 0);
    if (failed < 0) return -koffi.errno();
    return Math.min(fileBytes, Number(pages[0] ?? 0n) * pageBytes);
  };
}

function mincore({ koffi, library }: Native): ResidentBytes {
  const mmap = library.func("intptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)");
  const munmap = library.func("int munmap(uintptr_t, size_t)");
  const look = library.func("int mincore(uintptr_t, size_t, void*)");
  const pageBytes = library.func("int getpagesize()")();
  return (fd, fileBytes) => {
    let resident = 0;
    for (let at = 0; at < fileBytes; at += WINDOW_BYTES) {
      const bytes = Math.min(WINDOW_BYTES, fileBytes - at);
      const address = mmap(0, bytes, PROT_READ, MAP_SHARED, fd, at);
      if (address === -1) return -koffi.errno();
      const pages = new Uint8Array(Math.ceil(bytes / pageBytes));
      const failed = look(address, bytes, pages) < 0 ? -koffi.errno() : 0;
      munmap(address, bytes);
      if (failed < 0) return failed;
      for (const page of pages) resident += (page & 1) * pageBytes;
    }
    return Math.min(fileBytes, resident);
  };
}

function bytesOf(words: BigUint64Array): Uint8Array {
  return new Uint8Array(words.buffer);
}
