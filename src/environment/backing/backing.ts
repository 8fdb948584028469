/**
 * Finds the storage behind a path from mounts and devices alone: an EBS volume, EFS, a RAM disk, an
 * unknown server. `disk.ts` handles block devices, `network.ts` network and FUSE file systems. Each
 * result includes its evidence as a message. No request leaves the host.
 */
import type { Mount } from "../../model/run/environment.ts";
import type { Backing } from "../../model/target/backing.ts";
import { blockDeviceNumber, deviceNumberAt } from "../machine/device.ts";
import { existingPath, mountOf, readMounts } from "../machine/mount.ts";
import type { SystemRoots } from "../machine/roots.ts";
import { diskBacking } from "./disk.ts";
import { fuseBacking, lustreBacking, nfsBacking } from "./network.ts";

/** File systems stored on another host, or on the host of this virtual machine. */
const SHARED = /^(9p|virtiofs|vboxsf|prl_fs|cifs|smb3|smbfs|ceph|afs|ocfs2|gfs2|beegfs|orangefs)$/;

/** Finds the storage behind a path; null if this host shows no mounts. */
export function findBacking(path: string, roots: SystemRoots): Backing | null {
  const number = deviceNumberAt(path);
  if (number !== null) return diskBacking(number, roots);
  const mount = mountOf(existingPath(path), readMounts(roots));
  return mount === null ? null : backingOfMount(mount, roots);
}

/** Finds the storage behind a mount. */
export function backingOfMount(mount: Mount, roots: SystemRoots): Backing {
  const { type, mountPoint } = mount;
  const backing = (kind: Backing["kind"], what: string): Backing => ({
    kind,
    id: null,
    evidence: `${mountPoint} is ${type}, ${what}`,
    members: [],
    mountOptions: [],
  });
  if (type === "nfs" || type === "nfs4") return nfsBacking(mount, roots);
  if (type === "lustre") return lustreBacking(mount);
  // `fuseblk` is a file system on a disk, such as NTFS.
  if (type === "fuse" || type.startsWith("fuse.")) return fuseBacking(mount, roots);
  if (type === "overlay") return backing("container-layer", "whose disk is not visible");
  if (SHARED.test(type)) return backing("shared-files", `shared by ${mount.source}`);
  if (type === "tmpfs" || type === "ramfs") return backing("memory", "in memory");
  const number = blockDeviceNumber(mount, roots);
  if (number === null) return backing("unknown", "without a block device");
  return diskBacking(number, roots);
}
