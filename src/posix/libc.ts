import { loadNative, type Native } from "./koffi.ts";

/**
 * System calls that Node lacks or that are slow in Node. Each returns the C function's result or
 * the negative errno.
 */
export interface Libc {
  /** For the calls below. */
  readonly addressOf: Native["addressOf"];
  /** Bytes read at `offset` into memory at `address`. */
  pread(fd: number, address: number, lengthBytes: number, offset: number): number;
  pwrite(fd: number, address: number, lengthBytes: number, offset: number): number;
  /**
   * Requests huge pages for memory that begins on a page, before its first access; fails if the
   * kernel lacks them.
   */
  adviseHugePages(address: number, bytes: number): number;
  /** Asks the kernel to drop a file's clean pages; dirty ones stay, so fsync first. */
  fadviseDontNeed(fd: number): number;
  /**
   * Returns the first unwritten byte at or after `offset` (a hole or an allocated range), or the
   * end of the file.
   */
  seekHole(fd: number, offset: number): number;
  /** Makes data and metadata of a file durable. */
  fsync(fd: number): number;
  /** Makes data durable, without metadata that reads do not need. */
  fdatasync(fd: number): number;
  /** Writes a block device's dirty pages and drops its clean ones; needs CAP_SYS_ADMIN. */
  flushDevice(fd: number): number;
}

const SEEK_HOLE = 4;
const POSIX_FADV_DONTNEED = 4;
const MADV_HUGEPAGE = 14;
/** From linux/fs.h; equal on all architectures of Node. */
const BLKFLSBUF = 0x1261;

let loaded: Libc | null | undefined;

/** The system calls; null if koffi has no binary for this platform. */
export function loadLibc(): Libc | null {
  if (loaded === undefined) {
    const native = loadNative();
    loaded = typeof native === "string" ? null : bind(native);
  }
  return loaded;
}

function bind({ koffi, library, addressOf }: Native): Libc {
  // The buffer is declared as a number: for a pointer type koffi would inspect the object on each
  // call.
  const pread = library.func("int64_t pread(int, uintptr_t, size_t, int64_t)");
  const pwrite = library.func("int64_t pwrite(int, uintptr_t, size_t, int64_t)");
  const fadvise = library.func("int posix_fadvise(int, int64_t, int64_t, int)");
  const lseek = library.func("int64_t lseek(int, int64_t, int)");
  const fsync = library.func("int fsync(int)");
  const fdatasync = library.func("int fdatasync(int)");
  const madvise = library.func("int madvise(uintptr_t, size_t, int)");
  const ioctl = library.func("int ioctl(int, unsigned long, uintptr_t)");
  return {
    addressOf,
    pread(fd, address, lengthBytes, offset) {
      const bytes = pread(fd, address, lengthBytes, offset);
      return bytes < 0 ? -koffi.errno() : bytes;
    },
    pwrite(fd, address, lengthBytes, offset) {
      const bytes = pwrite(fd, address, lengthBytes, offset);
      return bytes < 0 ? -koffi.errno() : bytes;
    },
    seekHole(fd, offset) {
      const at = lseek(fd, offset, SEEK_HOLE);
      return at < 0 ? -koffi.errno() : at;
    },
    fsync: (fd) => (fsync(fd) < 0 ? -koffi.errno() : 0),
    fdatasync: (fd) => (fdatasync(fd) < 0 ? -koffi.errno() : 0),
    adviseHugePages: (address, bytes) =>
      madvise(address, bytes, MADV_HUGEPAGE) < 0 ? -koffi.errno() : 0,
    fadviseDontNeed: (fd) => 0 - fadvise(fd, 0, 0, POSIX_FADV_DONTNEED),
    flushDevice: (fd) => (ioctl(fd, BLKFLSBUF, 0) < 0 ? -koffi.errno() : 0),
  };
}
