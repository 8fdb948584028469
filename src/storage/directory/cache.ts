import { statfsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { codeOf, messageOf } from "../../model/fault/errors.ts";
import { systemError } from "../../model/fault/system-error.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import type { Steps } from "../../posix/file-steps.ts";
import type { Folder } from "../../posix/folder.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import { residentBytes } from "../../posix/residency.ts";
import {
  DatasetFolders,
  type EachFileOptions,
  eachFile,
  number,
  type SlowStorage,
} from "./files/each-file.ts";
import { withFile } from "./files/files.ts";
import { fileSystemAt } from "./writing/space.ts";
import { syncFileSystem } from "./writing/sync.ts";

const READ_BYTES = 4 * 1024 * 1024;
/** Reading a smaller file takes no longer than a check of its residency. */
const MIN_CHECKED_BYTES = 64 * 1024;

/** File systems that keep their files only in the page cache, by their magic number. */
const MEMORY_FILE_SYSTEMS = new Map([
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
]);

/** Magic number of an overlay file system (linux/magic.h). */
const OVERLAY = 0x794c7630;

/** Maximum files of a dataset whose residency is checked, evenly spread over the dataset. */
const MAX_CHECKED_FILES = 256;

/** Calls that drop the cache; tests pass their own. */
export interface CacheControls {
  readonly libc: Libc | null;
  /** Drops all clean pages of the host; throws without permission. */
  readonly dropAll: () => Promise<void> | void;
  /** Drops names and inodes of the host; does nothing without permission. */
  readonly dropNames: () => Promise<void> | void;
  readonly slow?: SlowStorage;
}

/** Takes seconds on a host with many cached files, so it is written without blocking. */
const DROP_CACHES = "/proc/sys/vm/drop_caches";

const CONTROLS: CacheControls = {
  libc: loadLibc(),
  dropAll: () => writeFile(DROP_CACHES, "3\n"),
  dropNames,
};

/**
 * Applies a cache policy to the existing files of a dataset and returns warnings. `direct` evicts
 * the files whose residency is checked, so that pages cached during the phase show that its I/O did
 * not bypass the cache.
 */
export async function applyCachePolicy(
  folder: Folder,
  location: DatasetLocation,
  policy: CachePolicy,
  signal: AbortSignal | null = null,
  controls: CacheControls = CONTROLS,
): Promise<readonly string[]> {
  const warming = { signal, callsPerCheck: 1, slow: controls.slow };
  switch (policy) {
    case "direct":
      await advise(folder, location, controls, false, checkStep(location), signal);
      return [];
    case "warm":
      await forEachFile(folder, location, filler(folder, location, signal), 1, warming);
      return [];
    case "dropped":
      return drop(folder, location, controls, signal);
  }
}

/** Name of the file system of a directory if it keeps files in memory. */
function memoryFileSystem(folder: Folder): string | undefined {
  return MEMORY_FILE_SYSTEMS.get(fileSystemAt(folder)?.type ?? 0);
}

async function drop(
  folder: Folder,
  location: DatasetLocation,
  controls: CacheControls,
  signal: AbortSignal | null,
): Promise<readonly string[]> {
  const memory = memoryFileSystem(folder);
  if (memory !== undefined) {
    return [
      `${folder.path} is on ${memory}, which keeps files in memory, so there is no cache to ` +
        "drop. Reads measure memory. Use a target on storage.",
    ];
  }
  // Dirty pages cannot be dropped; one syncfs avoids one device flush per file.
  const clean = await syncFileSystem(folder, signal);
  const advised = await advise(folder, location, controls, clean, 1, signal);
  try {
    await controls.dropAll();
    return [];
  } catch (error) {
    const why = codeOf(error) === "UNKNOWN" ? messageOf(error) : codeOf(error);
    if (advised !== null) {
      return [
        `The page cache of dataset "${location.name}" could not be dropped (${advised}; ` +
          `drop_caches: ${why}). Reads may come from memory. ` +
          "Run as root, or use `cache: direct`.",
      ];
    }
    if (location.count === 1) return [];
    return [
      `Names and inodes of dataset "${location.name}" are still cached (drop_caches: ${why}); ` +
        "only file contents were dropped. Opening a file may be faster than with a cold cache. " +
        "Run as root.",
    ];
  }
}

/** Evicts every `step`-th file from the page cache; returns the reason if that fails, or null. */
async function advise(
  folder: Folder,
  location: DatasetLocation,
  { libc, slow }: CacheControls,
  clean: boolean,
  step: number,
  signal: AbortSignal | null,
): Promise<string | null> {
  if (libc === null) return "posix_fadvise needs the package koffi";
  let refused: string | null = null;
  const stacked = isOverlay(folder);
  const evict = function* (fd: number, index: number): Steps {
    if (!clean) {
      // A sync may flush the device, even for a file without cached pages.
      if (residentBytes(fd, location.sizes[index] ?? 0, stacked) === 0) return;
      const synced = number(yield { call: "fsync", fd });
      if (synced < 0) throw systemError("fsync", -synced);
    }
    const result = libc.fadviseDontNeed(fd);
    if (result !== 0) refused = `posix_fadvise: error ${-result}`;
  };
  await forEachFile(folder, location, evict, step, { signal, slow });
  return refused;
}

/** Receives what fills the page cache; one for all phases, as its size makes V8 collect. */
let unused: Buffer | null = null;

/** Makes the steps that read a file, but nothing of a file that is cached. */
function filler(folder: Folder, { sizes }: DatasetLocation, signal: AbortSignal | null) {
  unused ??= Buffer.allocUnsafeSlow(READ_BYTES);
  const bytes = unused;
  const stacked = isOverlay(folder);
  return function* (fd: number, index: number): Steps {
    const size = sizes[index] ?? 0;
    if (size >= MIN_CHECKED_BYTES && residentBytes(fd, size, stacked) === size) return;
    for (let position = 0; ; ) {
      const got = number(yield { call: "read", fd, bytes, position });
      if (got < 0) throw systemError("read", -got);
      position += got;
      // A short read at the expected size is the end, which need not be read as well.
      if (got === 0 || (got < bytes.length && position >= size)) return;
      signal?.throwIfAborted();
    }
  };
}

/**
 * Residency: share of a dataset's bytes in the page cache, 0 to 1. Null if the kernel does not
 * report it, or no file exists. The check opens files, so with policy `dropped` it drops names and
 * inodes again, if this process has the permission.
 */
export async function residentShare(
  folder: Folder,
  location: DatasetLocation,
  policy: CachePolicy,
  signal: AbortSignal | null = null,
  controls: Pick<CacheControls, "dropNames" | "slow"> = CONTROLS,
): Promise<number | null> {
  let total = 0;
  let resident = 0;
  let unknown = false;
  const stacked = isOverlay(folder);
  const look = (fd: number, index: number): null => {
    const bytes = location.sizes[index] ?? 0;
    const found = residentBytes(fd, bytes, stacked);
    if (found === null) unknown = true;
    else resident += found;
    total += bytes;
    return null;
  };
  await forEachFile(folder, location, look, checkStep(location), {
    signal,
    slow: controls.slow,
  });
  const isStorage = memoryFileSystem(folder) === undefined;
  if (policy === "dropped" && location.count > 1 && isStorage) await controls.dropNames();
  return unknown || total === 0 ? null : resident / total;
}

function isOverlay(folder: Folder): boolean {
  try {
    return statfsSync(folder.at(".")).type === OVERLAY;
  } catch {
    // A directory that is gone has no files to check.
    return false;
  }
}

async function dropNames(): Promise<void> {
  try {
    await writeFile(DROP_CACHES, "2\n");
  } catch {
    // Only root may; `drop` has already warned that names may be cached.
  }
}

/** Distance between two files whose residency is checked. */
function checkStep({ count }: DatasetLocation): number {
  return Math.max(1, Math.ceil(count / MAX_CHECKED_FILES));
}

/**
 * Opens every `step`-th file of a dataset that exists, for the steps of `visit`. An aborted signal
 * rejects with its reason.
 */
async function forEachFile(
  folder: Folder,
  location: DatasetLocation,
  visit: (fd: number, index: number) => Steps | null,
  step: number,
  options: EachFileOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  const folders = new DatasetFolders(folder, location);
  const files = function* () {
    for (let i = 0; i < location.count; i += step) yield i;
  };
  const steps = (i: number) => withFile(folders, location, i, (fd) => visit(fd, i));
  try {
    await eachFile(files(), steps, options);
  } finally {
    folders.close();
  }
}
