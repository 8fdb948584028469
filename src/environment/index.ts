import type { Environment, Mount } from "../model/run/environment.ts";
import { readCgroup } from "./machine/cgroup.ts";
import {
  type DeviceCounters,
  diskCounters,
  lustreCounters,
  nfsCounters,
  none,
} from "./machine/counters.ts";
import {
  blockDeviceNumber,
  describeDevice,
  describeDisk,
  deviceNumberAt,
} from "./machine/device.ts";
import { describeMachine } from "./machine/machine.ts";
import { existingPath, mountOf, readMounts } from "./machine/mount.ts";
import { packageVersions } from "./machine/packages.ts";
import { SYSTEM_ROOTS, type SystemRoots } from "./machine/roots.ts";

/**
 * What machine this is and, for a target that is a path, what storage the path lies on or is. What
 * cannot be read here is null; nothing is guessed.
 */
export async function describeEnvironment(
  path: string | null,
  roots: SystemRoots = SYSTEM_ROOTS,
): Promise<Environment> {
  // A device is itself the storage; what `/dev` is mounted from says nothing of it.
  const number = path === null ? null : deviceNumberAt(path);
  const mount =
    path === null || number !== null ? null : mountOf(existingPath(path), readMounts(roots));
  const device = number === null ? null : describeDisk(number, roots);
  return {
    ...describeMachine(roots),
    cgroup: readCgroup(roots),
    nodeVersion: process.version,
    packages: packageVersions(),
    mount,
    device: mount === null ? device : describeDevice(mount, roots),
  };
}

/** Why file systems without a device or statistics of their own have no counters. */
const WITHOUT: Readonly<Record<string, string>> = {
  tmpfs: "tmpfs has no device: its files are in memory",
  ramfs: "ramfs has no device: its files are in memory",
  overlay: "overlay does not say which device its layers are on",
};

/** Bytes a block device, named `major:minor`, transferred so far. */
export function readDiskCounters(
  number: string,
  roots: SystemRoots = SYSTEM_ROOTS,
): DeviceCounters {
  return diskCounters(number, roots);
}

/**
 * Bytes transferred so far by what is below a mount: the block device, the NFS server, the Lustre
 * servers. Others who use the same device are in them; the difference over a phase is what counts.
 */
export function readDeviceCounters(
  mount: Mount | null,
  roots: SystemRoots = SYSTEM_ROOTS,
): DeviceCounters {
  if (mount === null) return none("the target is not on a mounted file system");
  if (mount.type === "nfs" || mount.type === "nfs4") return nfsCounters(mount, roots);
  if (mount.type === "lustre") return lustreCounters(mount, roots);
  const number = blockDeviceNumber(mount, roots);
  if (number !== null) return diskCounters(number, roots);
  return none(WITHOUT[mount.type] ?? `${mount.type} has no block device and no counters are known`);
}
