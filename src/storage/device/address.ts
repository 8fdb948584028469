import { type Stats, statSync } from "node:fs";
import { PreflightError } from "../../model/fault/errors.ts";
import { KIND } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/**
 * A path that is a block device becomes a device target; every other target stays as it is. The
 * declared kind is kept, but a device is never called a directory. Throws PreflightError where kind
 * and path contradict each other.
 */
export function asDevice(target: TargetSpec, writable: boolean): TargetSpec {
  const { address, kind } = target;
  if (address.kind !== "path") return target;
  const { path } = address;
  const found = look(path);
  if (found?.isBlockDevice()) {
    if (KIND[kind].isFileSystem) {
      throw new PreflightError(`${path} is a block device, which is no \`${kind}\` file system`);
    }
    const declared = kind === "directory" ? "block-device" : kind;
    return { ...target, kind: declared, address: { kind: "device", path, writable } };
  }
  if (found?.isCharacterDevice()) {
    throw new PreflightError(
      `${path} is a character device; expected a directory or a block device`,
    );
  }
  if (kind !== "block-device") return target;
  const what = found === undefined ? "does not exist" : "is no block device";
  throw new PreflightError(
    `${path} ${what}; kind \`block-device\` needs one, such as /dev/nvme1n1`,
  );
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Whoever opens it says why it cannot be reached.
    return undefined;
  }
}
