import { fsyncSync, readSync } from "node:fs";
import { errnoName } from "../../model/fault/errno.ts";
import { messageOf } from "../../model/fault/errors.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import { makePace } from "../target/pace.ts";

const READ_BYTES = 4 * 1024 * 1024;

/**
 * Applies a cache policy to the page cache of a device. The kernel drops the pages when the last
 * program closes the device, so `fd` must stay open during the phase. Returns warnings.
 */
export async function applyDeviceCache(
  fd: number,
  path: string,
  { totalBytes }: DatasetLocation,
  policy: CachePolicy,
  signal: AbortSignal | null = null,
  libc: Libc | null = loadLibc(),
): Promise<readonly string[]> {
  switch (policy) {
    case "direct":
      // Pages cached during the phase then show that its I/O was not direct.
      libc?.fadviseDontNeed(fd);
      return [];
    case "warm":
      await readThrough(fd, totalBytes, signal);
      return [];
    case "dropped":
      return drop(fd, path, libc);
  }
}

function drop(fd: number, path: string, libc: Libc | null): readonly string[] {
  const warning = (why: string) => [
    `The page cache of ${path} could not be dropped (${why}). Reads may come from memory. ` +
      "Use `cache: direct`, or run as root.",
  ];
  if (libc === null) return warning("BLKFLSBUF and posix_fadvise need the package koffi");
  const flushed = libc.flushDevice(fd);
  if (flushed === 0) return [];
  try {
    fsyncSync(fd);
  } catch (error) {
    return warning(messageOf(error));
  }
  const advised = libc.fadviseDontNeed(fd);
  if (advised === 0) return [];
  return warning(`BLKFLSBUF: ${errnoName(-flushed)}; posix_fadvise: ${errnoName(-advised)}`);
}

async function readThrough(
  fd: number,
  totalBytes: number,
  signal: AbortSignal | null,
): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  signal?.throwIfAborted();
  const pace = makePace(signal, undefined, 1);
  for (let position = 0; position < totalBytes; ) {
    const wanted = Math.min(READ_BYTES, totalBytes - position);
    const bytes = readSync(fd, buffer, 0, wanted, position);
    if (bytes === 0) return;
    position += bytes;
    const pause = pace();
    if (pause !== null) await pause;
  }
}
