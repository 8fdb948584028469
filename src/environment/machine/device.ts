import { realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { deviceNumberOf } from "../../model/device-number.ts";
import type { BlockDevice, Mount } from "../../model/run/environment.ts";
import { listFolder, readChoice, readNumber, readText, type SystemRoots } from "./roots.ts";

/** Sizes in `/sys` count sectors of this size, whatever the device's own block is. */
const SECTOR_BYTES = 512;

/**
 * `major:minor` of the block device behind a mount, null for one that has none. File systems that
 * span devices (btrfs) carry a number of their own and name the device as their source.
 */
export function blockDeviceNumber(mount: Mount, roots: SystemRoots): string | null {
  if (readText(`${roots.sys}/dev/block/${mount.deviceNumber}/dev`) !== null) {
    return mount.deviceNumber;
  }
  if (!mount.source.startsWith("/dev/")) return null;
  return readText(`${roots.sys}/class/block/${basename(realOr(mount.source))}/dev`);
}

/** The real path, or the path itself where there is none. */
export function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a device, by its real folder in sysfs, is a partition of another. */
export function isPartition(folder: string): boolean {
  return readText(`${folder}/partition`) !== null;
}

/** Folder of the disk that a device is a partition of; the device's own where it is none. */
export function diskOf(folder: string): string {
  return isPartition(folder) ? dirname(folder) : folder;
}

/** The disk behind a mount (not its partition: model and queue belong to the disk). */
export function describeDevice(mount: Mount, roots: SystemRoots): BlockDevice | null {
  const number = blockDeviceNumber(mount, roots);
  return number === null ? null : describeDisk(number, roots);
}

/** Number of a block device by its node, null where the path is no block device. */
export function deviceNumberAt(path: string): string | null {
  try {
    const found = statSync(path);
    return found.isBlockDevice() ? deviceNumberOf(found.rdev) : null;
  } catch {
    return null;
  }
}

/** A disk by the number of it or of a partition of it. */
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

/** What a device without a model of its own is made of: volume managers, arrays, loop devices. */
function stackedModel(disk: string): string | null {
  if (basename(disk).startsWith("loop")) return "loop device";
  const kind =
    readText(`${disk}/dm/name`) !== null ? "device mapper" : readText(`${disk}/md/level`);
  if (kind === null) return null;
  const below = listFolder(`${disk}/slaves`);
  return below.length === 0 ? kind : `${kind} on ${below.join(", ")}`;
}
