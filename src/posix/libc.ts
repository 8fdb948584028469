import { createRequire } from "node:module";
import { constants } from "node:os";

/**
 * The system calls Node does not offer, or offers slower than the kernel serves them. Each returns
 * what the C function returns, or the negative errno.
 */
export interface Libc {
  /** Address of the first byte, for the calls below. Valid while the memory is referenced. */
  addressOf(memory: ArrayBuffer): number;
  /** Bytes read at `offset` into memory at `address`. */
  pread(fd: number, address: number, lengthBytes: number, offset: number): number;
  pwrite(fd: number, address: number, lengthBytes: number, offset: number): number;
  /** Asks the kernel to drop a file's clean pages; dirty ones stay, so fsync first. */
  fadviseDontNeed(fd: number): number;
}

interface Koffi {
  load(path: string): { func(prototype: string): (...values: readonly unknown[]) => number };
  address(memory: Uint8Array): bigint;
  errno(): number;
}

const POSIX_FADV_DONTNEED = 4;
const names = new Map(Object.entries(constants.errno).map(([name, code]) => [code, name]));

/** `EIO` for 5, the way Node names them; `errno 4095` for one it does not know. */
export function errnoName(code: number): string {
  return names.get(code) ?? `errno ${code}`;
}

let loaded: Libc | null | undefined;

/** The C library through koffi, or null where koffi has no binary for this platform. */
export function loadLibc(): Libc | null {
  if (loaded === undefined) loaded = open();
  return loaded;
}

function open(): Libc | null {
  if (process.platform !== "linux") return null;
  try {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    return bind(koffi);
  } catch {
    // An optional dependency: everything works without it, only slower.
    return null;
  }
}

function bind(koffi: Koffi): Libc {
  // glibc's own name; musl answers to the other one.
  const library = firstThatLoads(koffi, ["libc.so.6", "libc.so", "libc.musl-x86_64.so.1"]);
  // The buffer is declared as a number: a pointer type would make koffi look at the object each time.
  const pread = library.func("int64_t pread64(int, uintptr_t, size_t, int64_t)");
  const pwrite = library.func("int64_t pwrite64(int, uintptr_t, size_t, int64_t)");
  const fadvise = library.func("int posix_fadvise64(int, int64_t, int64_t, int)");
  return {
    addressOf: (memory) => Number(koffi.address(new Uint8Array(memory))),
    pread(fd, address, lengthBytes, offset) {
      const bytes = pread(fd, address, lengthBytes, offset);
      return bytes < 0 ? -koffi.errno() : bytes;
    },
    pwrite(fd, address, lengthBytes, offset) {
      const bytes = pwrite(fd, address, lengthBytes, offset);
      return bytes < 0 ? -koffi.errno() : bytes;
    },
    fadviseDontNeed: (fd) => -fadvise(fd, 0, 0, POSIX_FADV_DONTNEED),
  };
}

function firstThatLoads(koffi: Koffi, paths: readonly string[]): ReturnType<Koffi["load"]> {
  for (const path of paths) {
    try {
      return koffi.load(path);
    } catch {
      // The next name; the last failure is thrown below.
    }
  }
  throw new Error(`no C library under ${paths.join(", ")}`);
}
