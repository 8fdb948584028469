import type { FileHandle } from "node:fs/promises";
import { type DatasetLocation, fileName } from "../../../model/plan/dataset.ts";
import type { Folder } from "../../../posix/folder.ts";
import type { Content } from "../../content/content.ts";
import { makePace } from "../../target/pace.ts";
import { DatasetFolders, lastName } from "../files/each-file.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Bytes between two flushes, so that Ctrl-C does not wait long and progress is accurate. */
const SYNC_EACH_BYTES = 64 * CHUNK_BYTES;

/** Concurrent writers on slow storage, and after this number of files on all storage. */
const WRITERS = 8;
const SINGLE_FILES = 64;

/** Files to write, and the functions of their dataset's writing. */
export interface LargeFiles {
  readonly folder: Folder;
  readonly location: DatasetLocation;
  readonly content: Content;
  readonly files: readonly number[];
  readonly signal: AbortSignal;
  /** Opens a new file by its path. */
  open(path: string): Promise<FileHandle>;
  started(file: number): void;
  wrote(bytes: number): void;
  report(): void;
  /** Makes the error for a file that could not be written. */
  errorOf(file: number, error: unknown): unknown;
}

/**
 * Creates the given files, larger than one buffer. A writer alternates between two chunks, so a few
 * of them keep storage busy.
 */
export async function writeLargeFiles(large: LargeFiles, isSlow: boolean): Promise<void> {
  const queue: Queue = { next: 0, failed: false };
  if (!isSlow) await runWriter(large, queue, SINGLE_FILES);
  const count = large.files.length;
  const writers = Array.from({ length: WRITERS }, () => runWriter(large, queue, count));
  // All writers must have ended before any file is removed.
  for (const writer of await Promise.allSettled(writers)) {
    if (writer.status === "rejected") throw writer.reason;
  }
}

/** State of the files, which the writers start in order. */
interface Queue {
  next: number;
  failed: boolean;
}

/** Writes one file after another, up to number `end` of the queue. */
async function runWriter(large: LargeFiles, queue: Queue, end: number): Promise<void> {
  const { folder, location, files, signal } = large;
  const pace = makePace(signal, large.report);
  let chunks: LargeFile["chunks"] | null = null;
  // Each writer opens its own directories, so that no other writer closes them.
  const folders = new DatasetFolders(folder, location);
  try {
    while (queue.next < Math.min(end, files.length) && !queue.failed) {
      signal.throwIfAborted();
      const file = files[queue.next++] ?? 0;
      const sizeBytes = location.sizes[file] ?? 0;
      large.started(file);
      try {
        chunks ??= [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
        const path = folders.of(file).at(lastName(fileName(location, file)));
        await writeLarge({ ...large, path, file, sizeBytes, chunks });
      } catch (error) {
        queue.failed = true;
        throw large.errorOf(file, error);
      }
      large.report();
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
}

interface LargeFile extends LargeFiles {
  readonly path: string;
  readonly file: number;
  readonly sizeBytes: number;
  readonly chunks: readonly [Buffer, Buffer];
}

/** Writes a file durably, and fills each chunk while the previous one is written. */
async function writeLarge(large: LargeFile): Promise<void> {
  const { sizeBytes, chunks, signal } = large;
  const handle = await large.open(large.path);
  let inFlight: Promise<void> = Promise.resolve();
  try {
    for (let offset = 0, turn = 0; offset < sizeBytes; offset += CHUNK_BYTES, turn++) {
      const chunk = chunks[turn % 2 === 0 ? 0 : 1];
      const bytes = chunk.subarray(0, Math.min(CHUNK_BYTES, sizeBytes - offset));
      large.content.fill(bytes, large.file, offset);
      await inFlight;
      signal.throwIfAborted();
      if (offset > 0 && offset % SYNC_EACH_BYTES === 0) await handle.datasync();
      inFlight = writeChunk(handle, bytes, offset, large.wrote);
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
