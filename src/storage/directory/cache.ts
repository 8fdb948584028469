import { fsyncSync, readSync, statfsSync, writeFileSync } from "node:fs";
import { codeOf, messageOf } from "../../model/fault/errors.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import { closeFile } from "../../posix/confined.ts";
import type { Folder } from "../../posix/folder.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import { residentBytes } from "../../posix/residency.ts";
import { makePace } from "../target/pace.ts";
import { DatasetFolders, openIfThere } from "./files/files.ts";
import { fileSystemAt } from "./writing/space.ts";
import { syncFileSystem } from "./writing/sync.ts";

const READ_BYTES = 4 * 1024 * 1024;

/** File systems that keep their files in the page cache alone, by their magic number. */
const MEMORY_FILE_SYSTEMS = new Map([
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
]);

/** Magic number of an overlay file system (linux/magic.h). */
const OVERLAY = 0x794c7630;

/** Looked at of a dataset; of more files, so many that lie evenly among them. */
const MAX_LOOKED_AT = 256;

/** What emptying the cache goes through; tests hand in other ways. */
export interface CacheControls {
  readonly libc: Libc | null;
  /** Drops every clean page of the machine; throws where this process may not. */
  readonly dropAll: () => void;
}

const CONTROLS: CacheControls = {
  libc: loadLibc(),
  dropAll: () => writeFileSync("/proc/sys/vm/drop_caches", "3\n"),
};

/**
 * Makes the page cache what a policy says for the files of a dataset that are there. Returns a
 * sentence for each doubt that remains. `direct` goes past the cache, so what is there of the files
 * that are looked at is forgotten: pages that come during the phase show that it did not.
 */
export async function applyCachePolicy(
  folder: Folder,
  location: DatasetLocation,
  policy: CachePolicy,
  signal: AbortSignal | null = null,
  controls: CacheControls = CONTROLS,
): Promise<readonly string[]> {
  switch (policy) {
    case "direct":
      await advise(folder, location, controls.libc, false, lookStep(location), signal);
      return [];
    case "warm":
      await forEachFile(folder, location, reader(), 1, signal, 1);
      return [];
    case "dropped":
      return drop(folder, location, controls, signal);
  }
}

async function drop(
  folder: Folder,
  location: DatasetLocation,
  controls: CacheControls,
  signal: AbortSignal | null,
): Promise<readonly string[]> {
  const memory = MEMORY_FILE_SYSTEMS.get(fileSystemAt(folder)?.type ?? 0);
  if (memory !== undefined) {
    return [`${folder.path} is on ${memory}, which is memory itself: there is no cache to drop`];
  }
  // Dirty pages cannot be dropped; one syncfs spares a flush of the device for each file.
  const clean = await syncFileSystem(folder, signal);
  const advised = await advise(folder, location, controls.libc, clean, 1, signal);
  try {
    controls.dropAll();
    return [];
  } catch (error) {
    const why = codeOf(error) === "UNKNOWN" ? messageOf(error) : codeOf(error);
    if (advised !== null) {
      return [
        `the page cache of dataset "${location.name}" could not be dropped (${advised}; ` +
          `drop_caches: ${why}): reads may be served from memory`,
      ];
    }
    if (location.count === 1) return [];
    return [
      `file contents of dataset "${location.name}" were dropped from the cache, names and inodes ` +
        `were not (drop_caches: ${why}; it needs root): opening a file may be faster than cold`,
    ];
  }
}

/** Asks the kernel to forget each file; null when it agreed, else why not. */
async function advise(
  folder: Folder,
  location: DatasetLocation,
  libc: Libc | null,
  clean: boolean,
  step: number,
  signal: AbortSignal | null,
): Promise<string | null> {
  if (libc === null) return "posix_fadvise is not available without koffi";
  let refused: string | null = null;
  const forget = (fd: number): undefined => {
    if (!clean) fsyncSync(fd);
    const result = libc.fadviseDontNeed(fd);
    if (result !== 0) refused = `posix_fadvise: error ${-result}`;
  };
  await forEachFile(folder, location, forget, step, signal);
  return refused;
}

function reader(): (fd: number) => boolean {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  return (fd) => readSync(fd, buffer, 0, READ_BYTES, null) > 0;
}

/**
 * Share of a dataset's bytes that is in the page cache, 0 to 1. Null where the kernel cannot be
 * asked, or no file is there. To look at a file is to open it, so where the policy was to drop the
 * cache, names and inodes are dropped once more, if this process may.
 */
export async function residentShare(
  folder: Folder,
  location: DatasetLocation,
  policy: CachePolicy,
  signal: AbortSignal | null = null,
): Promise<number | null> {
  let total = 0;
  let resident = 0;
  let unknown = false;
  const stacked = isOverlay(folder);
  const look = (fd: number, index: number): undefined => {
    const bytes = location.sizes[index] ?? 0;
    const found = residentBytes(fd, bytes, stacked);
    if (found === null) unknown = true;
    else resident += found;
    total += bytes;
  };
  await forEachFile(folder, location, look, lookStep(location), signal);
  if (policy === "dropped" && location.count > 1) forgetNames();
  return unknown || total === 0 ? null : resident / total;
}

function isOverlay(folder: Folder): boolean {
  try {
    return statfsSync(folder.at(".")).type === OVERLAY;
  } catch {
    // A folder that is gone has no files to look at either.
    return false;
  }
}

function forgetNames(): void {
  try {
    writeFileSync("/proc/sys/vm/drop_caches", "2\n");
  } catch {
    // Only root may; that names may be warm was said when the cache could not be dropped.
  }
}

/** From one file whose pages are looked at to the next. */
function lookStep({ count }: DatasetLocation): number {
  return Math.max(1, Math.ceil(count / MAX_LOOKED_AT));
}

/**
 * Opens each file of a dataset that is there, or every `step`-th; `visit` is called again while it
 * returns true. An aborted signal rejects with its reason.
 */
async function forEachFile(
  folder: Folder,
  location: DatasetLocation,
  visit: (fd: number, index: number) => boolean | undefined,
  step = 1,
  signal: AbortSignal | null = null,
  callsALook?: number,
): Promise<void> {
  signal?.throwIfAborted();
  const pace = makePace(signal, undefined, callsALook);
  const folders = new DatasetFolders(folder, location);
  try {
    for (let i = 0; i < location.count; i += step) {
      const fd = openIfThere(folders, location, i);
      if (fd === null) continue;
      try {
        while (visit(fd, i)) {
          const pause = pace();
          if (pause !== null) await pause;
        }
      } finally {
        closeFile(fd);
      }
      const pause = pace();
      if (pause !== null) await pause;
    }
  } finally {
    folders.close();
  }
}
