import { realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { diskOf, isPartition } from "../../environment/machine/device.ts";
import {
  listFolder,
  readText,
  SYSTEM_ROOTS,
  type SystemRoots,
} from "../../environment/machine/roots.ts";
import { deviceNumberOf } from "../../model/device-number.ts";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { refusal } from "../target/refusal.ts";

/** Where the kernel shows devices and who uses them; tests hand in trees of their own. */
export type DeviceRoots = Pick<SystemRoots, "proc" | "sys">;

/** Sizes in `/sys` count sectors of this size, whatever the device's own block is. */
const SECTOR_BYTES = 512;

/** A block device as the kernel describes it. */
export interface DeviceNode {
  /** Real path of the node. */
  readonly path: string;
  /** `major:minor`. */
  readonly number: string;
  /** Its folder in sysfs. */
  readonly folder: string;
  /** Folder of the disk it is a partition of; its own where it is none. */
  readonly disk: string;
  readonly sizeBytes: number;
  readonly logicalBlockBytes: number;
  readonly readOnly: boolean;
}

/** Describes the device behind a path; PreflightError where it is none, or holds nothing. */
export function findDevice(path: string, roots: DeviceRoots = SYSTEM_ROOTS): DeviceNode {
  const { real, number } = blockDeviceAt(path);
  const folder = folderOf(number, roots);
  const sectors = folder === null ? null : readText(`${folder}/size`);
  if (folder === null || sectors === null) {
    throw new PreflightError(
      `${path} is the block device ${number}, which ${roots.sys} does not describe; mount sysfs`,
    );
  }
  if (sectors === "0") {
    throw new PreflightError(
      `${path} has a size of 0 bytes: nothing is attached to it, or no medium is in it`,
    );
  }
  const disk = diskOf(folder);
  return {
    path: real,
    number,
    folder,
    disk,
    sizeBytes: Number(sectors) * SECTOR_BYTES,
    logicalBlockBytes: Number(readText(`${disk}/queue/logical_block_size`) ?? SECTOR_BYTES),
    readOnly: readText(`${folder}/ro`) === "1",
  };
}

function blockDeviceAt(path: string): { readonly real: string; readonly number: string } {
  try {
    const real = realpathSync(path);
    const found = statSync(real);
    if (found.isBlockDevice()) return { real, number: deviceNumberOf(found.rdev) };
    const what = found.isCharacterDevice() ? "a character device" : "no device";
    throw new PreflightError(`${path} is ${what}, expected a block device such as /dev/nvme1n1`);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw refusal(error, "look at", path);
    throw new PreflightError(`the device ${path} does not exist; \`lsblk\` lists those there are`);
  }
}

/** Real folder of a device in sysfs, null where there is none. */
export function folderOf(number: string, roots: DeviceRoots): string | null {
  try {
    return realpathSync(`${roots.sys}/dev/block/${number}`);
  } catch {
    return null;
  }
}

/** Folders of a disk's partitions. */
export function partitionsOf(folder: string): readonly string[] {
  return listFolder(folder)
    .map((entry) => join(folder, entry))
    .filter((path) => isPartition(path));
}

/** Name of a device by its folder, as it stands in `/dev`: `nvme1n1p1`. */
export function nameOf(folder: string): string {
  // A slash in a name is an exclamation mark in sysfs: `cciss!c0d0`.
  return basename(folder).replaceAll("!", "/");
}
