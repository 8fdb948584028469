/**
 * The parts of an emulated volume on this host: loop device, file system, control group, and the
 * record that identifies them. Nothing in this folder decides a limit. Read `assemble.ts` first,
 * which makes them in order, then `dismantle.ts`, which removes them.
 */

import { execFile } from "node:child_process";
import { constants, readFileSync } from "node:fs";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { codeOf, messageOf } from "../../../model/fault/errors.ts";
import type { Counters } from "../limits/kinds.ts";

export const FILE_SYSTEMS = ["ext4", "xfs", "none"] as const;
export type FileSystem = (typeof FILE_SYSTEMS)[number];

const SECTOR_BYTES = 512;
const ATTEMPTS = 20;
const POLL_MS = 100;

/** Inodes and journal are written immediately: lazy writes would disturb the load. */
const MAKE: Readonly<Record<Exclude<FileSystem, "none">, readonly string[]>> = {
  ext4: ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard"],
  xfs: ["-q", "-f", "-K"],
};

/**
 * Runs a program and returns its output.
 *
 * @throws Error with the program's last line, or with the package that has the program
 */
async function run(program: string, ...parameters: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, parameters)).stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      const from = program === "mkfs.xfs" ? "xfsprogs" : "util-linux and e2fsprogs";
      throw new Error(`${program} is not installed; install ${from}`);
    }
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    const last = words.split("\n").at(-1) || messageOf(error);
    throw new Error(last.startsWith(`${program}:`) ? last : `${program}: ${last}`);
  }
}

/** Makes a sparse file and a loop device on it with direct I/O; returns `/dev/loop3`. */
export async function attach(backing: string, sizeBytes: number): Promise<string> {
  const file = await open(backing, "wx", 0o600).catch((error) => {
    throw new Error(
      `${dirname(backing)} cannot hold the backing file (${messageOf(error)}): ` +
        "use another --folder",
    );
  });
  try {
    await file.truncate(sizeBytes);
  } finally {
    await file.close();
  }
  const direct = `--direct-io=${(await takesDirect(backing)) ? "on" : "off"}`;
  for (let attempt = 1; ; attempt++) {
    try {
      const printed = await run("losetup", "--find", "--show", direct, backing);
      return printed.trim();
    } catch (error) {
      const words = messageOf(error);
      if (/unused|loop-control/i.test(words)) {
        throw new Error(
          `there is no free loop device (${words}): load the module with \`modprobe loop\`, ` +
            "or pass /dev/loop-control and some loop devices into the container",
        );
      }
      // Another process may take the free device first.
      if (attempt === ATTEMPTS || !/busy/i.test(words)) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** Whether a file supports direct I/O; tmpfs does only since Linux 6.6, and needs none. */
async function takesDirect(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_RDWR | constants.O_DIRECT)).close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EINVAL") return false;
    throw error;
  }
}

/** Loop devices on a file, even if it was removed since. */
export async function devicesOn(backing: string): Promise<readonly string[]> {
  const names = (await readdir("/sys/block")).filter((name) => name.startsWith("loop"));
  const files = await Promise.all(
    names.map((name) => readFile(`/sys/block/${name}/loop/backing_file`, "utf8").catch(() => "")),
  );
  const same = [backing, `${backing} (deleted)`];
  return names.filter((_, at) => same.includes((files[at] ?? "").trim())).map((n) => `/dev/${n}`);
}

export async function detach(device: string): Promise<void> {
  await run("losetup", "--detach", device);
}

/** Makes and mounts a file system without access times, so that reads cause no writes. */
export async function mountNew(type: FileSystem, device: string, folder: string): Promise<void> {
  if (type === "none") return;
  await run(`mkfs.${type}`, ...MAKE[type], device);
  await run("mount", "-t", type, "-o", "noatime", device, folder);
}

/** Whether something is mounted on exactly this folder. */
async function isMounted(folder: string): Promise<boolean> {
  const mounts = await readFile("/proc/self/mounts", "utf8");
  return mounts.split("\n").some((line) => line.split(" ")[1] === folder);
}

/** Unmounts; throws if it is in use. `lazily`: unmounts when its last user ends. */
export async function unmount(folder: string, lazily: boolean): Promise<void> {
  for (let attempt = 1; await isMounted(folder); attempt++) {
    try {
      await run("umount", folder);
    } catch (error) {
      if (!/busy/i.test(messageOf(error))) throw error;
      if (attempt === ATTEMPTS && lazily) await run("umount", "--lazy", folder);
      else if (attempt === ATTEMPTS) throw error;
      else await sleep(POLL_MS);
    }
  }
}

/** `7:3`, as the block throttle names a device. */
export async function numberOf(device: string): Promise<string> {
  return (await readFile(`/sys/block/${basename(device)}/dev`, "utf8")).trim();
}

/** Makes the device split requests above a size; each part counts as one operation. */
export async function splitAt(device: string, bytes: number): Promise<void> {
  const queue = `/sys/block/${basename(device)}/queue`;
  const most = Number(await readFile(`${queue}/max_hw_sectors_kb`, "utf8"));
  await writeFile(`${queue}/max_sectors_kb`, String(Math.min(most, bytes / 1024)));
}

/**
 * Reads /sys/block/<device>/stat (the kernel's Documentation/block/stat.rst). Merged requests count
 * too, because the throttle sees them as separate operations.
 */
export function readCounters(device: string): Counters {
  const text = readFileSync(`/sys/block/${basename(device)}/stat`, "utf8");
  const fields = text.trim().split(/\s+/).map(Number);
  const [reads = 0, readMerges = 0, readSectors = 0, , writes = 0, writeMerges = 0] = fields;
  const [, , , , , , writeSectors = 0] = fields;
  return {
    readOperations: reads + readMerges,
    readBytes: readSectors * SECTOR_BYTES,
    writeOperations: writes + writeMerges,
    writeBytes: writeSectors * SECTOR_BYTES,
  };
}
