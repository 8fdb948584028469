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

/** Root directories of proc and sysfs; tests pass their own trees. */
export type DeviceRoots = Pick<SystemRoots, "proc" | "sys">;

/** Sector size of all sizes in sysfs, independent of the device's block size. */
const SECTOR_BYTES = 512;

/** A block device as the kernel describes it. */
export interface DeviceNode {
  /** Real path of the node. */
  readonly path: string;
  /** `major:minor`. */
  readonly number: string;
  /** Its directory in sysfs. */
  readonly folder: string;
  /** Directory of its whole disk in sysfs; equal to `folder` unless it is a partition. */
  readonly disk: string;
  readonly sizeBytes: number;
  readonly logicalBlockBytes: number;
  readonly readOnly: boolean;
}

/** Describes the block device at a path; throws PreflightError if there is none or it is empty. */
export function findDevice(path: string, roots: DeviceRoots = SYSTEM_ROOTS): DeviceNode {
  const { real, number } = blockDeviceAt(path);
  const folder = folderOf(number, roots);
  const sectors = folder === null ? null : readText(`${folder}/size`);
  if (folder === null || sectors === null) {
    throw new PreflightError(
      `${path} is block device ${number}, but ${roots.sys} does not describe it; mount sysfs`,
    );
  }
  if (sectors === "0") {
    throw new PreflightError(
      `${path} has a size of 0 bytes: no volume is attached, or it holds no medium; attach one`,
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
    const what = found.isCharacterDevice() ? "a character device" : "not a device";
    throw new PreflightError(`${path} is ${what}; expected a block device such as /dev/nvme1n1`);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw refusal(error, "look up", path);
    throw new PreflightError(`the device ${path} does not exist; \`lsblk\` lists block devices`);
  }
}

/** Real path of a device's directory in sysfs; null if there is none. */
export function folderOf(number: string, roots: DeviceRoots): string | null {
  try {
    return realpathSync(`${roots.sys}/dev/block/${number}`);
  } catch {
    return null;
  }
}

/** Directories of a disk's partitions in sysfs. */
export function partitionsOf(folder: string): readonly string[] {
  return listFolder(folder)
    .map((entry) => join(folder, entry))
    .filter((path) => isPartition(path));
}

/** Name of a device in `/dev`, such as `nvme1n1p1`, from its directory in sysfs. */
export function nameOf(folder: string): string {
  // sysfs replaces a slash in a name by an exclamation mark: `cciss!c0d0`.
  return basename(folder).replaceAll("!", "/");
}
