import { closeSync, constants, openSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Content } from "../../content/content.ts";

/** Largest file that is written from one buffer; larger ones alternate between two chunks. */
export const SMALL_BYTES = 1024 * 1024;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Bytes between two flushes, so that Ctrl-C does not wait long and progress is accurate. */
const SYNC_EACH_BYTES = 64 * CHUNK_BYTES;

/** Creates new files only, and never through a symbolic link. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const FILE_MODE = 0o644;

/** Writes one file; returns null if the file is complete on return. */
export type WriteFile = (
  path: string,
  file: number,
  sizeBytes: number,
  signal: AbortSignal,
) => Promise<void> | null;

/**
 * Makes a function that writes one file at a time, with its own buffers. With `sync`, it writes
 * small files by synchronous calls, which is several times as fast on storage with low latency.
 */
export function makeFileWriter(
  content: Content,
  sync: boolean,
  wrote: (bytes: number) => void,
): WriteFile {
  const small = Buffer.allocUnsafeSlow(SMALL_BYTES);
  let chunks: readonly [Buffer, Buffer] | null = null;
  return (path, file, sizeBytes, signal) => {
    if (sizeBytes > SMALL_BYTES) {
      chunks ??= [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
      return writeLarge({ path, file, sizeBytes, content, chunks, wrote, signal });
    }
    const bytes = small.subarray(0, sizeBytes);
    content.fill(bytes, file, 0);
    if (!sync) return writeSmall(path, bytes, wrote);
    writeSmallSync(path, bytes);
    wrote(bytes.length);
    return null;
  };
}

function writeSmallSync(path: string, bytes: Buffer): void {
  const fd = openSync(path, NEW_FILE, FILE_MODE);
  try {
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done);
  } finally {
    closeSync(fd);
  }
}

async function writeSmall(
  path: string,
  bytes: Buffer,
  wrote: (bytes: number) => void,
): Promise<void> {
  const handle = await open(path, NEW_FILE, FILE_MODE);
  try {
    await writeChunk(handle, bytes, 0, wrote);
  } finally {
    await handle.close();
  }
}

interface LargeFile {
  readonly path: string;
  readonly file: number;
  readonly sizeBytes: number;
  readonly content: Content;
  readonly chunks: readonly [Buffer, Buffer];
  readonly wrote: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Writes a file durably, and fills each chunk while the previous one is written. */
async function writeLarge(large: LargeFile): Promise<void> {
  const { sizeBytes, chunks, wrote, signal } = large;
  const handle = await open(large.path, NEW_FILE, FILE_MODE);
  let inFlight: Promise<void> = Promise.resolve();
  try {
    for (let offset = 0, turn = 0; offset < sizeBytes; offset += CHUNK_BYTES, turn++) {
      const chunk = chunks[turn % 2 === 0 ? 0 : 1];
      const bytes = chunk.subarray(0, Math.min(CHUNK_BYTES, sizeBytes - offset));
      large.content.fill(bytes, large.file, offset);
      await inFlight;
      signal.throwIfAborted();
      if (offset > 0 && offset % SYNC_EACH_BYTES === 0) await handle.datasync();
      inFlight = writeChunk(handle, bytes, offset, wrote);
      // The next await throws a failure; until then it must not count as unhandled.
      inFlight.catch(() => {});
    }
    await inFlight;
    await handle.datasync();
  } finally {
    await inFlight.catch(() => {});
    await handle.close();
  }
}

async function writeChunk(
  handle: FileHandle,
  bytes: Buffer,
  offset: number,
  wrote: (bytes: number) => void,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
    wrote(bytesWritten);
  }
}
