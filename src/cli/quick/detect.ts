import { statfsSync } from "node:fs";
import { describeEnvironment } from "../../environment/index.ts";
import { learnStorage } from "../../environment/knowledge.ts";
import { existingPath } from "../../environment/machine/mount.ts";
import { type Detected, detectKind } from "../../model/target/detected-kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { FreeSpace } from "./settings.ts";

const NOTHING: Detected = { kind: null, storage: null, missing: null };

/** Detects the storage of a target whose kind is not declared. */
export async function detectStorage(
  target: TargetSpec,
  options: { readonly offline: boolean; readonly env: NodeJS.ProcessEnv },
): Promise<Detected> {
  const { address } = target;
  if (address.kind !== "path" && address.kind !== "device") return NOTHING;
  const environment = await describeEnvironment(address.path);
  return detectKind(await learnStorage(target, environment, options));
}

/** Free space of a target, and the size of a device; in memory, no limit is known. */
export async function freeSpaceOf({ address }: TargetSpec): Promise<FreeSpace> {
  if (address.kind === "device") {
    const { device } = await describeEnvironment(address.path);
    return { bytes: device?.sizeBytes ?? null, inodes: null, isDevice: true };
  }
  if (address.kind !== "path") return { bytes: null, inodes: null };
  try {
    const { blocks, bavail, bsize, files, ffree } = statfsSync(existingPath(address.path));
    // A file system that does not count them reports 0.
    return { bytes: blocks === 0 ? null : bavail * bsize, inodes: files === 0 ? null : ffree };
  } catch {
    // Opening the target reports the reason.
    return { bytes: null, inodes: null };
  }
}
