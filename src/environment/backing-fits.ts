import { KIND_NOUNS } from "../model/kind-nouns.ts";
import type { Backing } from "../model/knowledge.ts";
import type { TargetKind, TargetSpec } from "../model/target.ts";

type BackingKind = Backing["kind"];

const EBS: readonly BackingKind[] = ["ebs", "ebs-or-instance-store"];

/** What may lie below a path of a kind; kinds that are not there may be anything. */
const FITTING: Readonly<Partial<Record<TargetKind, readonly BackingKind[]>>> = {
  "ebs-gp3": EBS,
  "ebs-gp2": EBS,
  "ebs-io2": EBS,
  "ebs-st1": EBS,
  "ebs-sc1": EBS,
  "instance-store": ["instance-store", "ebs-or-instance-store"],
  efs: ["efs", "efs-through-helper"],
  "fsx-lustre": ["fsx-lustre"],
};

/** What says neither yes nor no: of a container and of an address nothing can be seen. */
const OPEN: ReadonlySet<BackingKind> = new Set(["container-layer", "nfs", "unknown"]);

const NOUNS: Readonly<Record<BackingKind, string>> = {
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
  "mountpoint-s3": "Mountpoint for Amazon S3",
  "s3-fuse": "a client of S3",
  "container-layer": "a container layer",
  memory: "memory",
  "loop-device": "a loop device",
  "other-disk": "a disk that is not one of EBS",
  unknown: "something unknown",
};

/** Whether what lies below a path fits what it was declared to be. */
export interface Fit {
  readonly mismatch: string | null;
  readonly unknown: string | null;
}

/** Holds what lies below against the declared kind. An emulated target is told to be none. */
export function fitOf(target: TargetSpec, backing: Backing | null): Fit {
  const fitting = FITTING[target.kind];
  const agrees = { mismatch: null, unknown: null };
  if (target.emulated !== undefined || fitting === undefined) return agrees;
  if (backing === null) {
    return { ...agrees, unknown: "what lies below the target is not shown on this machine" };
  }
  if (fitting.includes(backing.kind)) return agrees;
  // A Lustre client and NFS are no disks: only they leave open what a volume is.
  const nfs = backing.kind === "nfs" && target.kind !== "efs";
  if (OPEN.has(backing.kind) && !nfs) {
    const bind = backing.kind === "container-layer" ? "; a bind mount would show it" : "";
    return { ...agrees, unknown: `what lies below cannot be told: ${backing.evidence}${bind}` };
  }
  const declared = `declared as ${KIND_NOUNS[target.kind]}`;
  return {
    ...agrees,
    mismatch: `${declared}, but ${NOUNS[backing.kind]} lies below (${backing.evidence})`,
  };
}
