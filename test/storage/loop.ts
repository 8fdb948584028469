import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { scratch } from "./support.ts";

const UNMOUNT_TRIES = 50;
const UNMOUNT_PAUSE_MS = 100;

/**
 * Makes a small ext4 on a loop device and mounts it for one test. If that is not possible, it
 * prints the reason and returns null, and the test skips itself.
 */
export function smallFileSystem(
  mebibytes: number,
  options: { readonly inodes?: number } = {},
): string | null {
  const folder = scratch();
  const image = join(folder, "image");
  const mountPoint = join(folder, "mounted");
  mkdirSync(mountPoint);
  writeFileSync(image, "");
  truncateSync(image, mebibytes * 2 ** 20);
  const inodes = options.inodes === undefined ? [] : ["-N", String(options.inodes)];
  try {
    run("mkfs.ext4", "-q", "-F", "-m", "0", ...inodes, image);
    run("mount", "-o", "loop", image, mountPoint);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n").slice(0, 2).join(" ") : "";
    process.stderr.write(`skipped: no loop device can be mounted here (${why})\n`);
    return null;
  }
  // Mounted with `-o loop`, the device is detached when it is unmounted.
  onTestFinished(() => unmount(mountPoint));
  return mountPoint;
}

/** Takes all space there is, and goes on to take what is freed. */
export function fillFileSystem(mounted: string, inodes = false): void {
  const full = /ENOSPC/;
  for (let i = 0; ; i++) {
    try {
      writeFileSync(join(mounted, `filler-${i}`), inodes ? "" : Buffer.alloc(65_536, 1));
    } catch (error) {
      if (!full.test(String(error))) throw error;
      break;
    }
  }
  for (let bytes = 32_768; !inodes && bytes >= 1; bytes >>= 1) {
    try {
      writeFileSync(join(mounted, `filler-of-${bytes}`), Buffer.alloc(bytes, 1));
    } catch (error) {
      if (!full.test(String(error))) throw error;
    }
  }
}

/** Punches a hole into a file. */
export function punchHole(path: string, offset: number, bytes: number): void {
  run("fallocate", "--punch-hole", "-o", String(offset), "-l", String(bytes), path);
}

/** Makes a file of unwritten extents. */
export function allocate(path: string, bytes: number): void {
  run("fallocate", "-l", String(bytes), path);
}

/** Keeps a file of an ext4 from being changed or removed, even by root, or ends that. */
export function setImmutable(path: string, on: boolean): void {
  run("chattr", on ? "+i" : "-i", path);
}

/** Mounts an existing file system read-only. */
export function makeReadOnly(mountPoint: string): void {
  run("mount", "-o", "remount,ro", mountPoint);
}

/** The kernel releases the rings of an ended process, and their files, with a delay. */
async function unmount(mountPoint: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      run("umount", mountPoint);
      return;
    } catch (error) {
      if (tries === UNMOUNT_TRIES) throw error;
      await sleep(UNMOUNT_PAUSE_MS);
    }
  }
}

/** Runs a command and returns what it printed. */
function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { stdio: "pipe" }).toString().trim();
}

/** A loop device for one test, and its backing file. */
export interface LoopDevice {
  readonly path: string;
  readonly image: string;
}

/**
 * Makes an empty block device for one test. If that is not possible, it prints the reason and
 * returns null, and the test skips itself. File systems on it must be unmounted first.
 */
export function loopDevice(
  mebibytes: number,
  options: {
    readonly sectorBytes?: number;
    readonly readOnly?: boolean;
    /** Bypasses the page cache of the backing file. */
    readonly directIo?: boolean;
  } = {},
): LoopDevice | null {
  const image = join(scratch(), "image");
  writeFileSync(image, "");
  truncateSync(image, mebibytes * 2 ** 20);
  const more = [
    ...(options.sectorBytes === undefined ? [] : ["--sector-size", String(options.sectorBytes)]),
    ...(options.readOnly === true ? ["--read-only"] : []),
    ...(options.directIo === true ? ["--direct-io=on"] : []),
  ];
  let path: string;
  try {
    path = run("losetup", "--find", "--show", ...more, image);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n").slice(0, 2).join(" ") : "";
    process.stderr.write(`skipped: no loop device can be made here (${why})\n`);
    return null;
  }
  onTestFinished(() => void run("losetup", "--detach", path));
  return { path, image };
}

/** A mounted file system of one test, and the device it is on. */
export interface MountedVolume {
  readonly path: string;
  readonly device: string;
}

/**
 * Makes a file system of a type on a device that bypasses this host's page cache, and mounts it for
 * one test. If that is not possible, it prints the reason and returns null.
 */
export function volume(
  type: "ext4" | "xfs" | "btrfs",
  { options = "defaults", directIo = true } = {},
): MountedVolume | null {
  // The minimum size of XFS.
  const device = loopDevice(type === "xfs" ? 320 : 160, { directIo });
  if (device === null) return null;
  const path = scratch();
  try {
    run(`mkfs.${type}`, "-q", type === "ext4" ? "-F" : "-f", device.path);
    run("mount", "-t", type, "-o", options, device.path, path);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n").slice(0, 2).join(" ") : "";
    process.stderr.write(`skipped: no ${type} can be mounted here (${why})\n`);
    return null;
  }
  onTestFinished(() => unmount(path));
  return { path, device: device.path };
}

/** Mounts an overlay with its upper layer on a volume, as in a container. */
export function overlayOn(parent: string): string | null {
  const [upper, work, lower] = ["upper", "work", "lower"].map((name) => join(parent, name));
  const path = scratch();
  for (const folder of [upper, work, lower]) mkdirSync(folder ?? "");
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  try {
    run("mount", "-t", "overlay", "overlay", "-o", layers, path);
  } catch (error) {
    process.stderr.write(`skipped: no overlay can be mounted here (${String(error)})\n`);
    return null;
  }
  onTestFinished(() => unmount(path));
  return path;
}

/** Makes an ext4 file system on a device. */
export function makeExt4(path: string): void {
  run("mkfs.ext4", "-q", path);
}

/** Mounts a device for one test. */
export function mountDevice(path: string): string {
  const mountPoint = scratch();
  run("mount", path, mountPoint);
  onTestFinished(() => void run("umount", mountPoint));
  return mountPoint;
}

/**
 * Mounts an in-memory file system for one test. If that is not possible, it prints the reason and
 * returns null.
 */
export function mountMemory(type: "tmpfs" | "ramfs", options: string): string | null {
  const path = scratch();
  try {
    run("mount", "-t", type, "-o", options, type, path);
  } catch {
    process.stderr.write(`skipped: no ${type} can be mounted here (it takes root)\n`);
    return null;
  }
  onTestFinished(() => void run("umount", path));
  return path;
}
