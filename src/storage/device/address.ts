import { realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { PreflightError } from "../../model/fault/errors.ts";
import { KIND } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/**
 * Turns a target whose path is a block device into a device target; returns any other target
 * unchanged. Kind `directory` becomes `block-device`; any other declared kind is kept. Devices in
 * `overwritten` may be written to even if they hold data of unknown format.
 *
 * @throws PreflightError if kind and path contradict each other
 */
export function asDevice(
  target: TargetSpec,
  writable: boolean,
  overwritten: readonly string[] = [],
): TargetSpec {
  const { address, kind } = target;
  if (address.kind !== "path") return target;
  const { path } = address;
  const found = look(path);
  if (found?.isBlockDevice()) {
    if (KIND[kind].isFileSystem) {
      throw new PreflightError(
        `${path} is a block device; kind \`${kind}\` needs a directory on a mounted file system`,
      );
    }
    const declared = kind === "directory" ? "block-device" : kind;
    const losesData = overwritten.some((one) => isSameNode(one, path));
    const loss = losesData ? ({ losesData } as const) : {};
    const device = { kind: "device", path, writable: writable || losesData, ...loss } as const;
    return { ...target, kind: declared, address: device };
  }
  if (found?.isCharacterDevice()) {
    throw new PreflightError(
      `${path} is a character device; expected a directory or a block device`,
    );
  }
  if (kind !== "block-device") return target;
  const what = found === undefined ? "does not exist" : "is not a block device";
  throw new PreflightError(
    `${path} ${what}; kind \`block-device\` needs a block device such as /dev/nvme1n1`,
  );
}

/** Whether two paths lead to the same node, also through links such as `/dev/disk/by-id/…`. */
export function isSameNode(one: string, other: string): boolean {
  return realOf(one) === realOf(other);
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Opening the target reports the reason.
    return undefined;
  }
}
