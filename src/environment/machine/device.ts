import { realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { deviceNumberOf } from "../../model/device-number.ts";
import type { BlockDevice, Mount } from "../../model/run/environment.ts";
import { listFolder, readChoice, readNumber, readText, type SystemRoots } from "./roots.ts";

/** Sector size of all sizes in sysfs, independent of the device's block size. */
const SECTOR_BYTES = 512;

/**
 * `major:minor` of the block device behind a mount; null if there is none. File systems that span
 * devices (btrfs) have a separate number; their source names the device.
 */
export function blockDeviceNumber(mount: Mount, roots: SystemRoots): string | null {
  if (readText(`${roots.sys}/dev/block/${mount.deviceNumber}/dev`) !== null) {
    return mount.deviceNumber;
  }
  if (!mount.source.startsWith("/dev/")) return null;
  return readText(`${roots.sys}/class/block/${basename(realOr(mount.source))}/dev`);
}

/** Real path of a path, or the path itself if it does not exist. */
export function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a device, given by its real directory in sysfs, is a partition. */
export function isPartition(folder: string): boolean {
  return readText(`${folder}/partition`) !== null;
}

/** Directory in sysfs of a partition's disk; for any other device, its own directory. */
export function diskOf(folder: string): string {
  return isPartition(folder) ? dirname(folder) : folder;
}

/** Describes the disk behind a mount; model and queue belong to the disk, not to a partition. */
export function describeDevice(mount: Mount, roots: SystemRoots): BlockDevice | null {
  const number = blockDeviceNumber(mount, roots);
  return number === null ? null : describeDisk(number, roots);
}

/** `major:minor` of the block device at a path; null if the path is not a block device. */
export function deviceNumberAt(path: string): string | null {
  try {
    const found = statSync(path);
    return found.isBlockDevice() ? deviceNumberOf(found.rdev) : null;
  } catch {
    return null;
  }
}

/** Describes a disk by its own number or that of one of its partitions. */
export function describeDisk(number: string, roots: SystemRoots): BlockDevice {
  const node = realOr(`${roots.sys}/dev/block/${number}`);
  const disk = diskOf(node);
  const queue = (name: string) => readNumber(`${disk}/queue/${name}`);
  const sectors = readNumber(`${disk}/size`);
  const rotational = queue("rotational");
  return {
    name: basename(disk),
    model: readText(`${disk}/device/model`) ?? stackedModel(disk),
    serial: readText(`${disk}/device/serial`) ?? readText(`${disk}/serial`),
    scheduler: readChoice(`${disk}/queue/scheduler`),
    rotational: rotational === null ? null : rotational === 1,
    sizeBytes: sectors === null ? null : sectors * SECTOR_BYTES,
    logicalBlockBytes: queue("logical_block_size"),
    physicalBlockBytes: queue("physical_block_size"),
    queueRequests: queue("nr_requests"),
    maxSectorsKib: queue("max_sectors_kb"),
    readAheadKib: queue("read_ahead_kb"),
  };
}

/** Model name of a loop device, volume manager or array; null for any other device. */
function stackedModel(disk: string): string | null {
  if (basename(disk).startsWith("loop")) return "loop device";
  const kind =
    readText(`${disk}/dm/name`) !== null ? "device mapper" : readText(`${disk}/md/level`);
  if (kind === null) return null;
  const below = listFolder(`${disk}/slaves`);
  return below.length === 0 ? kind : `${kind} on ${below.join(", ")}`;
}
