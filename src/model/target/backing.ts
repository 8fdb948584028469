/** Kinds of storage that can be detected below a path: `the storage is an EBS volume`. */
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
  "nfs-on-this-machine": "an NFS server on this host",
  "mountpoint-s3": "Mountpoint for Amazon S3",
  "s3-fuse": "an S3 client",
  fuse: "a FUSE file system",
  "shared-files": "a file system shared by another computer",
  "container-layer": "a container layer",
  memory: "memory",
  "loop-device": "a loop device",
  "other-disk": "a disk that is not an EBS volume",
  unknown: "unknown",
} as const;

export type BackingKind = keyof typeof BACKING_NOUNS;

export const BACKINGS = Object.keys(BACKING_NOUNS) as readonly BackingKind[];

/** Storage below a path, as this host shows it. */
export interface Backing {
  readonly kind: BackingKind;
  /** `vol-0123…` or `fs-0123…`; null if this host does not show it. */
  readonly id: string | null;
  /** The detected facts, in one sentence. */
  readonly evidence: string;
  /** Disks below a volume manager or an array; empty for a single disk. */
  readonly members: readonly Backing[];
  /** How disks are combined: `raid0`, `lvm`, `crypt`; absent for a single disk. */
  readonly arrangement?: string;
  /** Mount options that AWS gives advice on: `rsize=1048576`. */
  readonly mountOptions: readonly string[];
}
