/**
 * Finds the storage behind a path from mounts and devices alone: an EBS volume, EFS, a RAM disk, an
 * unknown server. `disk.ts` knows block devices, `network.ts` network and FUSE file systems. Each
 * answer carries its evidence as a sentence. No request leaves the host.
 */
import type { Mount } from "../../model/run/environment.ts";
import type { Backing } from "../../model/target/backing.ts";
import { blockDeviceNumber, deviceNumberAt } from "../machine/device.ts";
import { existingPath, mountOf, readMounts } from "../machine/mount.ts";
import type { SystemRoots } from "../machine/roots.ts";
import { diskBacking } from "./disk.ts";
import { fuseBacking, lustreBacking, nfsBacking } from "./network.ts";

/** File systems that another machine, or the host of a virtual one, keeps on storage of its own. */
const SHARED = /^(9p|virtiofs|vboxsf|prl_fs|cifs|smb3|smbfs|ceph|afs|ocfs2|gfs2|beegfs|orangefs)$/;

/** What backs a path as this machine shows it; null where it shows no mounts at all. */
export function findBacking(path: string, roots: SystemRoots): Backing | null {
  const number = deviceNumberAt(path);
  if (number !== null) return diskBacking(number, roots);
  const mount = mountOf(existingPath(path), readMounts(roots));
  return mount === null ? null : backingOfMount(mount, roots);
}

/** The same of a mount. */
export function backingOfMount(mount: Mount, roots: SystemRoots): Backing {
  const { type, mountPoint } = mount;
  const said = (kind: Backing["kind"], what: string): Backing => ({
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
  if (type === "overlay") return said("container-layer", "whose disk is not shown");
  if (SHARED.test(type)) return said("shared-files", `shared by ${mount.source}`);
  if (type === "tmpfs" || type === "ramfs") return said("memory", "no storage");
  const number = blockDeviceNumber(mount, roots);
  if (number === null) return said("unknown", "which has no block device");
  return diskBacking(number, roots);
}
