import { BACKING_NOUNS, type Backing, type BackingKind } from "./backing.ts";
import { KIND, TARGET_KINDS, type TargetKind } from "./kind.ts";
import type { StorageKnowledge } from "./knowledge.ts";

/** Storage behind a path, as far as host and AWS show it without a declaration. */
export interface Detected {
  /** Kind of target; null if it is unknown or not a kind of AWS. */
  readonly kind: TargetKind | null;
  /** Description of the storage: `an EBS volume, vol-0123`; null if nothing is known. */
  readonly storage: string | null;
  /** Unknown facts, and the option that declares them; null if nothing is missing. */
  readonly missing: string | null;
}

/** Backings with exactly one kind of target. */
const KIND_OF: Readonly<Partial<Record<BackingKind, TargetKind>>> = {
  "instance-store": "instance-store",
  efs: "efs",
  "efs-through-helper": "efs",
};

/** Detects the kind of a target whose kind is not declared. */
export function detectKind({ backing, describedKind }: StorageKnowledge): Detected {
  if (backing === null) return { kind: null, storage: null, missing: null };
  const storage = storageWords(backing);
  if (describedKind !== undefined) {
    return {
      kind: describedKind,
      storage: `${storage}, ${KIND[describedKind].short}`,
      missing: null,
    };
  }
  const kind = kindOf(backing);
  return { kind, storage, missing: kind === null ? missing(backing) : null };
}

function kindOf({ kind, id }: Backing): TargetKind | null {
  // Only a DNS name of FSx tells its servers from other Lustre servers.
  if (kind === "fsx-lustre") return id === null ? null : "fsx-lustre";
  return KIND_OF[kind] ?? null;
}

function storageWords({ kind, id, members, evidence }: Backing): string {
  if (kind === "mountpoint-s3" || kind === "s3-fuse" || kind === "fuse") {
    return evidence.replace(/^.*?, (?=[^,]+$)/, "");
  }
  const noun = kind === "unknown" ? "storage of unknown type" : BACKING_NOUNS[kind];
  const many = members.length > 1 ? `${members.length} disks, each ` : "";
  return id === null ? `${many}${noun}` : `${many}${noun}, ${id}`;
}

function missing({ kind }: Backing): string | null {
  switch (kind) {
    case "ebs":
      return `volume type unknown: add --kind ${volumeKinds()}`;
    case "ebs-or-instance-store":
      return `type unknown: add --kind ${volumeKinds()} or instance-store`;
    case "fsx-lustre":
      return "FSx or another Lustre server: if it is FSx, add --kind fsx-lustre";
    case "nfs":
      return "NFS server of an unknown service: if it is EFS, add --kind efs";
    case "container-layer":
    case "unknown":
      return "if it is a volume of AWS, add its --kind";
    default:
      return null;
  }
}

function volumeKinds(): string {
  const kinds = TARGET_KINDS.filter((kind) => KIND[kind].volume !== undefined);
  return `${kinds.slice(0, 1).join("")} (or ${kinds.slice(1).join(", ")})`;
}
