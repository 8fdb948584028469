import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { scratch } from "./support.ts";

const UNMOUNT_TRIES = 50;
const UNMOUNT_PAUSE_MS = 100;

/**
 * Makes a small ext4 on a loop device and mounts it for one test. Where that is not possible the
 * reason is printed and null comes back, and the test skips itself.
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

/** Mounts a file system read-only, as it lies. */
export function makeReadOnly(mountPoint: string): void {
  run("mount", "-o", "remount,ro", mountPoint);
}

/** The kernel lets go of a dead process's rings, and the files in them, a moment after its end. */
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

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: "pipe" });
}
