import { closeSync, constants, openSync } from "node:fs";
import { SYSTEM_ROOTS } from "../../environment/machine/roots.ts";
import { codeOf, PreflightError } from "../../model/fault/errors.ts";
import { refusal } from "../target/refusal.ts";
import type { DeviceNode, DeviceRoots } from "./node.ts";
import { secondOpinions } from "./opinion.ts";
import { findSignatures } from "./signatures.ts";
import { usesOf } from "./use.ts";

/**
 * Everything that speaks against writing to a device, a sentence each; empty where it is free and
 * nothing is recognised on it. Only reads.
 */
export async function obstacles(
  device: DeviceNode,
  roots: DeviceRoots = SYSTEM_ROOTS,
): Promise<readonly string[]> {
  const readOnly = device.readOnly ? ["the kernel has it as read-only"] : [];
  const uses = [...readOnly, ...usesOf(device, roots)];
  let fd: number;
  try {
    fd = openToRead(device);
  } catch (error) {
    if (uses.length > 0) return uses;
    throw error;
  }
  try {
    const signatures = findSignatures(fd, device.sizeBytes).map(
      ({ what, atByte }) => `it holds ${what} (mark at byte ${atByte})`,
    );
    const opinions = await secondOpinions(device.path);
    return [...uses, ...signatures, ...opinions];
  } finally {
    closeSync(fd);
  }
}

/** Opens a device to read; the caller closes it. */
export function openToRead({ path }: Pick<DeviceNode, "path">): number {
  return open(path, constants.O_RDONLY, "read");
}

/**
 * Takes a device for writing, or throws one PreflightError with everything that speaks against it.
 * What comes back is open with O_EXCL: while it is, nothing can be mounted from the device, and no
 * other program that asks for it alone gets it. The caller closes it.
 */
export async function claimToWrite(device: DeviceNode, roots?: DeviceRoots): Promise<number> {
  refuse(device, await obstacles(device, roots));
  const fd = open(device.path, constants.O_RDWR | constants.O_EXCL, "write to");
  try {
    // Between the first look and the claim somebody may have put something on it.
    refuse(device, await obstacles(device, roots));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refuse({ path }: DeviceNode, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new PreflightError(
    `writing to ${path} is refused, --allow-destructive or not: ${found.join("; ")}. ` +
      "Choose an empty device, or free this one yourself (`umount`, `swapoff`, `wipefs`)",
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
          "that has it for itself",
        { cause: error },
      );
    }
    if (code === "EACCES" || code === "EPERM") {
      throw new PreflightError(
        `cannot ${doing} ${path}: no permission as user ${process.getuid?.() ?? "?"}; ` +
          "devices are for root and the group `disk`, and a container has to be given them",
        { cause: error },
      );
    }
    if (code === "ENXIO" || code === "ENOMEDIUM") {
      throw new PreflightError(`cannot ${doing} ${path}: no device answers there (${code})`, {
        cause: error,
      });
    }
    throw refusal(error, doing, path);
  }
}
