import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { attach, detach, mountNew, unmount } from "../../../src/testbed/volume/system/device.ts";
import type { Bench } from "../runner/runner.ts";

const IN_MEMORY = "/dev/shm";
/** A file's share of a new file system: data, inode, name and part of the journal, with room. */
const IMAGE_BYTES_PER_FILE = 65_536;

/** A separate file system needs root, and a directory in memory unless another is named. */
export function canMountNew({ options }: Bench): boolean {
  return options.folder === null && process.getuid?.() === 0 && existsSync(IN_MEMORY);
}

/**
 * A new ext4 on a loop device whose file is in memory, which no other load reaches: small files are
 * journal entries first, and on a shared disk the rate depends on who waits for a commit. The
 * device and its file go with the mount.
 */
export async function onNewFileSystem<Result>(
  { space }: Bench,
  files: number,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(space.root, "new-"));
  const memory = await mkdtemp(join(IN_MEMORY, "assay-bench-"));
  try {
    const device = await attach(join(memory, "ext4.img"), files * IMAGE_BYTES_PER_FILE);
    try {
      await mountNew("ext4", device, folder);
    } finally {
      await detach(device);
    }
  } finally {
    await rm(memory, { recursive: true });
  }
  try {
    return await work(folder);
  } finally {
    await unmount(folder, true);
  }
}
