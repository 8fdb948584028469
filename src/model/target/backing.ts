/** What can be told apart below a path: `an EBS volume lies below`. */
export const BACKING_NOUNS = {
  ebs: "an EBS volume",
  "instance-store": "an EC2 instance store",
  "ebs-or-instance-store": "a disk of a Xen instance",
  efs: "EFS",
  "efs-through-helper": "EFS",
  "s3-files": "S3 Files",
  "fsx-lustre": "Lustre",
  "fsx-openzfs": "FSx for OpenZFS",
  "fsx-ontap": "FSx for ONTAP",
  nfs: "an NFS server",
  "nfs-on-this-machine": "an NFS server on this machine",
  "mountpoint-s3": "Mountpoint for Amazon S3",
  "s3-fuse": "a client of S3",
  fuse: "a file system of a program (FUSE)",
  "shared-files": "a file system of another machine or of the host",
  "container-layer": "a container layer",
  memory: "memory",
  "loop-device": "a loop device",
  "other-disk": "a disk that is not one of EBS",
  unknown: "something unknown",
} as const;

export type BackingKind = keyof typeof BACKING_NOUNS;

export const BACKINGS = Object.keys(BACKING_NOUNS) as readonly BackingKind[];

/** What backs a path, as this machine shows it. */
export interface Backing {
  readonly kind: BackingKind;
  /** `vol-0123…` or `fs-0123…`; null where this machine does not show it. */
  readonly id: string | null;
  /** What was looked at and what it said, in one sentence. */
  readonly evidence: string;
  /** Disks below a volume manager or an array; empty where there is one only. */
  readonly members: readonly Backing[];
  /** How disks are put together: `raid0`, `lvm`, `crypt`; absent where there is one only. */
  readonly arrangement?: string;
  /** How a file system is mounted, where advice of AWS depends on it: `rsize=1048576`. */
  readonly mountOptions: readonly string[];
}
