import { KIND_NOUNS } from "./kind-nouns.ts";
import type { Backing, StorageKnowledge } from "./knowledge.ts";
import type { TargetKind, TargetSpec } from "./target.ts";

type BackingKind = Backing["kind"];

/** What may be below a path of a kind, and what of it does not show whether it is that kind. */
interface Fitting {
  readonly fits: readonly BackingKind[];
  readonly open: readonly BackingKind[];
}

const EBS: Fitting = {
  fits: ["ebs", "ebs-or-instance-store"],
  open: ["container-layer", "unknown"],
};

/** Kinds that can be compared with what is below a path; others may be anything. */
const FITTING: Readonly<Partial<Record<TargetKind, Fitting>>> = {
  "ebs-gp3": EBS,
  "ebs-gp2": EBS,
  "ebs-io2": EBS,
  "ebs-st1": EBS,
  "ebs-sc1": EBS,
  "instance-store": {
    fits: ["instance-store", "ebs-or-instance-store"],
    open: ["container-layer", "unknown"],
  },
  // An address names no service. A container's own layer is never on NFS or Lustre.
  efs: { fits: ["efs", "efs-through-helper"], open: ["nfs"] },
  "fsx-lustre": { fits: ["fsx-lustre"], open: [] },
};

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
};

/** EFS speaks NFS 4.0 and 4.1 only (EFS user guide, "Unsupported NFSv4 features"). */
const NOT_EFS = /^(nfs)?vers=(2|3|4\.2)$/;

/** Whether what is below a path is what it was declared to be. */
export interface Fit {
  /** What contradicts it, one sentence; null: nothing does. */
  readonly mismatch: string | null;
  /** Why it cannot be told, one sentence; null: it can. */
  readonly unknown: string | null;
}

const AGREES: Fit = { mismatch: null, unknown: null };

/** Compares what is below a path with the declared kind. An emulated target is known to be none. */
export function fitOf(target: TargetSpec, backing: Backing | null): Fit {
  const fitting = FITTING[target.kind];
  if (target.emulated !== undefined || fitting === undefined) return AGREES;
  if (backing === null) {
    return { ...AGREES, unknown: "what lies below the target is not shown on this machine" };
  }
  const { kind, evidence } = backing;
  const declared = `declared as ${KIND_NOUNS[target.kind]}`;
  const wrong = backing.members.map((member) => fitOf(target, member).mismatch);
  const [member] = wrong.filter((one) => one !== null);
  if (kind === "unknown" && member !== undefined) return { ...AGREES, mismatch: member };
  const version = kind === "nfs" ? backing.mountOptions.find((one) => NOT_EFS.test(one)) : null;
  if (target.kind === "efs" && version != null) {
    const mismatch = `${declared}, but ${evidence}: ${version}, which EFS does not speak`;
    return { ...AGREES, mismatch };
  }
  if (fitting.fits.includes(kind)) return AGREES;
  if (fitting.open.includes(kind)) {
    const bind = kind === "container-layer" ? "; a bind mount would show it" : "";
    return { ...AGREES, unknown: `what lies below cannot be told: ${evidence}${bind}` };
  }
  return { ...AGREES, mismatch: `${declared}, but ${NOUNS[kind]} lies below (${evidence})` };
}

/**
 * Why a target is not what it was declared to be, one sentence; null where nothing contradicts it.
 * Of stored runs from before it was stored, it is worked out again.
 */
export function misfitOf(target: TargetSpec, knowledge: StorageKnowledge): string | null {
  if (target.emulated !== undefined) return null;
  const { misfit, describedKind, backing } = knowledge;
  if (misfit !== undefined) return misfit;
  if (describedKind === undefined) return fitOf(target, backing).mismatch;
  if (describedKind === target.kind) return null;
  return `declared as ${KIND_NOUNS[target.kind]}, AWS describes ${KIND_NOUNS[describedKind]}`;
}
