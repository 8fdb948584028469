import { closeSync, constants, openSync } from "node:fs";
import { SYSTEM_ROOTS } from "../../environment/machine/roots.ts";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { refusal } from "../target/refusal.ts";
import { findForeignData } from "./contents.ts";
import type { DeviceNode, DeviceRoots } from "./node.ts";
import { findSignatures } from "./signatures.ts";
import { toolFindings } from "./tools.ts";
import { deviceUses } from "./use.ts";

/** Data of unknown format that a device may hold, and whether the user allowed its loss. */
export interface WritePermission {
  /** Whether `--overwrite-data` names the device. */
  readonly losesData: boolean;
}

/**
 * Returns the error with all reasons against writing to a device; null if it is not in use and
 * holds no data but that of assay. Only reads the device.
 */
export async function writeRefusal(
  device: DeviceNode,
  { losesData }: WritePermission,
  roots: DeviceRoots = SYSTEM_ROOTS,
): Promise<PreflightError | null> {
  const known = await writeObstacles(device, roots);
  if (known.length > 0) return refusalOf(device, known, FREE_IT);
  if (losesData) return null;
  const atByte = foreignData(device);
  if (atByte === null) return null;
  const what = `it holds data of unknown format (at byte ${atByte}) that assay did not write`;
  return refusalOf(device, [what], overwriteIt(device));
}

const FREE_IT = "Use an empty device, or free this one yourself (`umount`, `swapoff`, `wipefs`)";

function overwriteIt({ path }: DeviceNode): string {
  return (
    `If the data may be lost, add --overwrite-data ${path}, or erase it first ` +
    `(\`blkdiscard --zeroout ${path}\`)`
  );
}

function foreignData(device: DeviceNode): number | null {
  const fd = openToRead(device);
  try {
    return findForeignData(fd, device.sizeBytes);
  } finally {
    closeSync(fd);
  }
}

/**
 * Finds the uses of a device and the known formats on it, one clause each. Only reads the device.
 */
async function writeObstacles(device: DeviceNode, roots: DeviceRoots): Promise<readonly string[]> {
  const readOnly = device.readOnly ? ["the kernel marks it as read-only"] : [];
  const uses = [...readOnly, ...deviceUses(device, roots)];
  let fd: number;
  try {
    fd = openToRead(device);
  } catch (error) {
    if (uses.length > 0) return uses;
    throw error;
  }
  try {
    const signatures = findSignatures(fd, device.sizeBytes).map(
      ({ what, atByte }) => `it holds ${what} (signature at byte ${atByte})`,
    );
    const found = await toolFindings(device.path);
    return [...uses, ...signatures, ...found];
  } finally {
    closeSync(fd);
  }
}

/** Opens a device for reading; the caller closes it. */
export function openToRead({ path }: Pick<DeviceNode, "path">): number {
  return open(path, constants.O_RDONLY, "read");
}

/**
 * Opens a device for writing with O_EXCL. While it is open, the device cannot be mounted or opened
 * exclusively by another program. The caller closes it.
 *
 * @throws PreflightError with all reasons against writing
 */
export async function claimToWrite(
  device: DeviceNode,
  permission: WritePermission,
): Promise<number> {
  const before = await writeRefusal(device, permission);
  if (before !== null) throw before;
  const fd = open(device.path, constants.O_RDWR | constants.O_EXCL, "write to");
  try {
    // Another program may have written to it between the first check and the exclusive open.
    const after = await writeRefusal(device, permission);
    if (after !== null) throw after;
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refusalOf({ path }: DeviceNode, found: readonly string[], remedy: string): PreflightError {
  return new PreflightError(
    `assay does not write to ${path}, even with --allow-destructive: ${found.join("; ")}. ` +
      remedy,
  );
}

function open(path: string, flags: number, doing: string): number {
  try {
    return openSync(path, flags | constants.O_NOFOLLOW);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EBUSY") {
      throw new PreflightError(
        `cannot ${doing} ${path}: it is in use (EBUSY) by a mount, another device or a program ` +
          "that opened it exclusively; unmount it, or end that program (`lsblk`, `fuser -v`)",
        { cause: error },
      );
    }
    if (code === "EACCES" || code === "EPERM") {
      throw new PreflightError(
        `cannot ${doing} ${path}: no permission as user ${process.getuid?.() ?? "?"}; ` +
          "run as root or in the group `disk`; a container also needs access to the device",
        { cause: error },
      );
    }
    if (code === "ENXIO" || code === "ENOMEDIUM") {
      throw new PreflightError(
        `cannot ${doing} ${path}: no device or medium is present (${code}); attach it first`,
        { cause: error },
      );
    }
    throw refusal(error, doing, path);
  }
}
