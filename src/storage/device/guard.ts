import { closeSync, constants, openSync } from "node:fs";
import { SYSTEM_ROOTS } from "../../environment/machine/roots.ts";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { refusal } from "../target/refusal.ts";
import type { DeviceNode, DeviceRoots } from "./node.ts";
import { findSignatures } from "./signatures.ts";
import { toolFindings } from "./tools.ts";
import { deviceUses } from "./use.ts";

/**
 * Finds the reasons against writing to a device, one clause each; empty if the device is not in use
 * and holds no known format. Only reads the device.
 */
export async function writeObstacles(
  device: DeviceNode,
  roots: DeviceRoots = SYSTEM_ROOTS,
): Promise<readonly string[]> {
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
export async function claimToWrite(device: DeviceNode, roots?: DeviceRoots): Promise<number> {
  refuse(device, await writeObstacles(device, roots));
  const fd = open(device.path, constants.O_RDWR | constants.O_EXCL, "write to");
  try {
    // Another program may have written to it between the first check and the exclusive open.
    refuse(device, await writeObstacles(device, roots));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refuse({ path }: DeviceNode, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new PreflightError(
    `assay does not write to ${path}, even with --allow-destructive: ${found.join("; ")}. ` +
      "Use an empty device, or free this one yourself (`umount`, `swapoff`, `wipefs`)",
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
