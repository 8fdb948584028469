import { constants } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../../model/fault/errors.ts";
import type { WriteRates } from "../../target/target.ts";

/** Linux: a file without a name, which disappears with its descriptor (open(2)). */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Time limits of the two parts of the probe, and the data that it writes at most. */
const BULK_MS = 400;
const FILES_MS = 100;
const MAX_BULK_BYTES = 64 * 1024 ** 2;
const MAX_FILES = 64;
const CHUNK_BYTES = 2 * 1024 ** 2;
const FILE_BYTES = 4096;

/**
 * Measures how fast a directory takes new data, in about 0.5 s: synced writes to one file, then
 * small files. The files have no name where the file system supports that, and else lose it
 * immediately, so that nothing stays in the directory, whenever the process ends. Null if files
 * cannot be written; the reason is reported when data is prepared.
 */
export async function probeDirectory(
  path: string,
  freeBytes: number | null,
  signal: AbortSignal | undefined,
): Promise<WriteRates | null> {
  const mostBytes = Math.min(MAX_BULK_BYTES, (freeBytes ?? Infinity) / 10);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  // Pseudo-random, so that compression in the storage does not raise the rate.
  for (let at = 0, state = 1; at < chunk.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    chunk.writeUInt32LE(state, at);
  }
  try {
    const bytesPerSecond = await bulkRate(path, chunk, mostBytes, signal);
    const filesPerSecond = await fileRate(path, chunk.subarray(0, FILE_BYTES), signal);
    if (bytesPerSecond === null || filesPerSecond === null) return null;
    return { bytesPerSecond, filesPerSecond };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
}

async function bulkRate(
  path: string,
  chunk: Buffer,
  mostBytes: number,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  if (mostBytes < chunk.length) return null;
  const file = await openUnnamed(path);
  try {
    const startedMs = performance.now();
    let bytes = 0;
    while (bytes + chunk.length <= mostBytes && performance.now() - startedMs < BULK_MS) {
      signal?.throwIfAborted();
      await file.write(chunk);
      await file.datasync();
      bytes += chunk.length;
    }
    return (bytes * 1000) / (performance.now() - startedMs);
  } finally {
    await file.close();
  }
}

async function fileRate(
  path: string,
  content: Buffer,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const startedMs = performance.now();
  let files = 0;
  while (files < MAX_FILES && performance.now() - startedMs < FILES_MS) {
    signal?.throwIfAborted();
    const file = await openUnnamed(path);
    try {
      await file.write(content);
    } finally {
      await file.close();
    }
    files++;
  }
  return (files * 1000) / (performance.now() - startedMs);
}

async function openUnnamed(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_TMPFILE | constants.O_WRONLY, 0o600);
  } catch (error) {
    // NFS and FUSE have no files without a name; old kernels take the flag for a directory.
    if (!["EOPNOTSUPP", "ENOTSUP", "EISDIR", "EINVAL", "ENOENT"].includes(codeOf(error))) {
      throw error;
    }
  }
  const name = join(path, `.assay-probe-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const file = await open(name, "wx", 0o600);
  await unlink(name);
  return file;
}
