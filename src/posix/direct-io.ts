import fs from "node:fs";
import { codeOf, PreflightError } from "../model/fault/errors.ts";

/** O_TMPFILE of Linux, equal on all architectures of Node; includes O_DIRECTORY. */
const O_TMPFILE = 0o20000000;
const SMALLEST_BYTES = 512;
const LARGEST_BYTES = 32_768;
/** A page of WebAssembly memory, aligned for every block size. */
const PAGE_BYTES = 65_536;
const MODE = 0o600;

/** The error for storage that cannot bypass the page cache. */
export function directRefusal(path: string): PreflightError {
  return new PreflightError(
    `${path} does not support direct I/O (O_DIRECT); use cache: dropped or warm`,
  );
}

/** The error for a block size that direct I/O does not accept. */
export function misaligned(
  path: string,
  blockBytes: number,
  alignmentBytes: number,
): PreflightError {
  return new PreflightError(
    `${path} takes direct I/O in blocks of ${alignmentBytes} B, blockSize is ${blockBytes} B; ` +
      `use a multiple of ${alignmentBytes} B, or cache: dropped or warm`,
  );
}

/**
 * Returns the minimum block of direct I/O on the file system of a directory, bytes. Tested with an
 * unnamed file of 64 KiB, which is removed at its close. Null if unknown: the file system has no
 * unnamed files (NFS, FUSE), or cannot create one now. `shown`: the directory's name in messages.
 *
 * @throws PreflightError if the file system rejects O_DIRECT
 */
export function directAlignment(directory: string, shown: string = directory): number | null {
  const { O_RDWR, O_DIRECT, O_DIRECTORY } = fs.constants;
  if (process.platform !== "linux") return null;
  const unnamed = O_TMPFILE | O_DIRECTORY | O_RDWR;
  if (!canOpen(directory, unnamed)) return null;
  let fd: number;
  try {
    fd = fs.openSync(directory, unnamed | O_DIRECT, MODE);
  } catch (error) {
    if (codeOf(error) === "EINVAL") throw directRefusal(shown);
    return null;
  }
  try {
    const block = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
    // Written, because a hole is read without the device and then accepts any block.
    fs.writeSync(fd, block, 0, PAGE_BYTES, 0);
    for (let bytes = SMALLEST_BYTES; bytes <= LARGEST_BYTES; bytes *= 2) {
      if (takes(fd, block, bytes)) return bytes;
    }
    return null;
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

function canOpen(directory: string, flags: number): boolean {
  try {
    fs.closeSync(fs.openSync(directory, flags, MODE));
    return true;
  } catch {
    return false;
  }
}

/** Whether a block of this size at an offset of its size can be read. */
function takes(fd: number, block: Uint8Array, bytes: number): boolean {
  try {
    fs.readSync(fd, block, 0, bytes, bytes);
    return true;
  } catch (error) {
    if (codeOf(error) === "EINVAL") return false;
    throw error;
  }
}
