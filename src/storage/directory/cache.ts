import { fsyncSync, readSync, writeFileSync } from "node:fs";
import { codeOf, messageOf } from "../../model/fault/errors.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import type { Folder } from "../../posix/folder.ts";
import { type Libc, loadLibc } from "../../posix/libc.ts";
import { forEachFile, lookStep } from "./cache-files.ts";
import { fileSystemAt } from "./writing/space.ts";
import { syncFileSystem } from "./writing/sync.ts";

const READ_BYTES = 4 * 1024 * 1024;

/** File systems that keep their files in the page cache alone, by their magic number. */
const MEMORY_FILE_SYSTEMS = new Map([
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
]);

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
