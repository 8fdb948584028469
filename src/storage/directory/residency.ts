import { statfsSync, writeFileSync } from "node:fs";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import type { Folder } from "../../posix/folder.ts";
import { residentBytes } from "../../posix/residency.ts";
import { forEachFile, lookStep } from "./cache-files.ts";

/** Magic number of an overlay file system (linux/magic.h). */
const OVERLAY = 0x794c7630;

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
