import { writeFileSync } from "node:fs";
import type { DatasetLocation } from "../model/dataset.ts";
import type { CachePolicy } from "../model/plan.ts";
import { residentBytes } from "../posix/residency.ts";
import { forEachFile } from "./cache-files.ts";

/** Looked at of a dataset; of more files, so many that lie evenly among them. */
const MOST_LOOKED_AT = 256;

/**
 * Share of a dataset's bytes that is in the page cache, 0 to 1. Null where the kernel cannot be
 * asked, or no file is there. To look at a file is to open it, so where the policy was to drop the
 * cache, names and inodes are dropped once more, if this process may.
 */
export async function residentShare(
  root: string,
  location: DatasetLocation,
  policy: CachePolicy,
): Promise<number | null> {
  let total = 0;
  let resident = 0;
  let unknown = false;
  const step = Math.ceil(location.count / MOST_LOOKED_AT);
  const look = (fd: number, index: number): undefined => {
    const bytes = location.sizes[index] ?? 0;
    const found = residentBytes(fd, bytes);
    if (found === null) unknown = true;
    else resident += found;
    total += bytes;
  };
  await forEachFile(root, location, look, step);
  if (policy === "dropped" && location.count > 1) forgetNames();
  return unknown || total === 0 ? null : resident / total;
}

function forgetNames(): void {
  try {
    writeFileSync("/proc/sys/vm/drop_caches", "2\n");
  } catch {
    // Only root may; that names may be warm was said when the cache could not be dropped.
  }
}
