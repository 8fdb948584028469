import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { attach, detach, mountNew, unmount } from "../emulated-volume/device.ts";
import type { Bench } from "./measure.ts";

const IN_MEMORY = "/dev/shm";

/** Where one side's small files lie, and what takes them away. */
export interface Ground {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Whether each side gets a file system of its own: it takes root, a folder in memory, and that
 * nobody named another one.
 */
export function groundsAreFresh({ options }: Bench): boolean {
  return options.folder === null && process.getuid?.() === 0 && existsSync(IN_MEMORY);
}

/**
 * A new ext4 on a loop device whose file lies in memory, which no other load reaches: small files
 * are journal entries first, and on a shared disk whose turn it is to wait for a commit decides.
 * The device and its file go by themselves with the mount.
 */
export async function freshGround({ space }: Bench, sizeBytes: number): Promise<Ground> {
  const folder = await mkdtemp(join(space.root, "ground-"));
  const memory = await mkdtemp(join(IN_MEMORY, "assay-bench-"));
  try {
    const device = await attach(join(memory, "ext4.img"), sizeBytes);
    try {
      await mountNew("ext4", device, folder);
    } finally {
      await detach(device);
    }
  } finally {
    await rm(memory, { recursive: true });
  }
  return { folder, remove: () => unmount(folder, true) };
}

/** A folder where the rest of the benchmark lies; it goes with that. */
export async function plainGround({ space }: Bench, name: string): Promise<Ground> {
  const folder = join(space.target, name);
  await mkdir(folder, { recursive: true });
  return { folder, remove: async () => {} };
}
