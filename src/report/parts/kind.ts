import type { StorageClass } from "../../model/plan/object-options.ts";
import { isForeign } from "../../model/target/amazon.ts";
import { KIND_NOUNS } from "../../model/target/kind-nouns.ts";
import type { Address, TargetKind, TargetSpec } from "../../model/target/target.ts";

/** What a kind is called where there is little room. */
export const SHORT: Readonly<Record<TargetKind, string>> = {
  directory: "directory",
  "block-device": "block device",
  "ebs-gp3": "EBS gp3",
  "ebs-gp2": "EBS gp2",
  "ebs-io2": "EBS io2",
  "ebs-st1": "EBS st1",
  "ebs-sc1": "EBS sc1",
  "instance-store": "instance store",
  efs: "EFS",
  "fsx-lustre": "FSx for Lustre",
  s3: "S3",
  "s3-express": "S3 Express One Zone",
  minio: "MinIO",
  null: "null",
  synthetic: "synthetic",
};

/** Storage classes of S3, as its pages call them. */
export const CLASSES: Readonly<Record<StorageClass, string>> = {
  STANDARD: "Standard",
  INTELLIGENT_TIERING: "Intelligent-Tiering",
  STANDARD_IA: "Standard-IA",
  ONEZONE_IA: "One Zone-IA",
  GLACIER_IR: "Glacier Instant Retrieval",
  GLACIER: "Glacier Flexible Retrieval",
  DEEP_ARCHIVE: "Glacier Deep Archive",
  EXPRESS_ONEZONE: "Express One Zone",
  REDUCED_REDUNDANCY: "Reduced Redundancy",
};

/** `EBS gp3`, `EFS IA`, `S3 Standard-IA`, `EBS gp2, emulated`: what stands over a column. */
export function shortKind(target: TargetSpec, storageClass: StorageClass | null): string {
  const { kind, provisioned, emulated } = target;
  const emulation = emulated === undefined ? "" : ", emulated";
  if (kind === "efs") {
    const { fileClass = "standard" } = provisioned;
    const suffix = { standard: "", "infrequent-access": " IA", archive: " Archive" }[fileClass];
    return `EFS${suffix}${emulation}`;
  }
  const owner = isElsewhere(target) ? ", not Amazon's" : "";
  if (kind === "s3" || (kind === "minio" && storageClass !== null)) {
    return `${SHORT[kind]} ${CLASSES[storageClass ?? "STANDARD"]}${owner}`;
  }
  return `${SHORT[kind]}${emulation}${owner}`;
}

/** A target as far as a sentence about it goes. */
export interface NamedTarget {
  readonly name: string;
  readonly kind: TargetKind;
  readonly emulated?: unknown;
  readonly address?: Address;
  /** A bucket of another store, where that is known without its address. */
  readonly foreign?: boolean;
}

/** Whether a target is no storage of AWS, or one that only behaves like it. */
function isOffAws(target: NamedTarget): boolean {
  return target.emulated !== undefined || target.foreign === true || isForeign(target);
}

/** A bucket that was declared as one of Amazon's and is at another endpoint. */
function isElsewhere(target: Omit<NamedTarget, "name">): boolean {
  const { kind, emulated, foreign } = target;
  if (emulated !== undefined || (kind !== "s3" && kind !== "s3-express")) return false;
  return foreign === true || isForeign(target);
}

/**
 * The sentence that keeps measurements off AWS from being read as statements about it; null where
 * every target was declared as a service of AWS.
 */
export function offAwsSentence(targets: readonly NamedTarget[]): string | null {
  const seen = new Map(targets.map((target) => [target.name, target]));
  const off = [...seen.values()].filter(isOffAws);
  if (off.length === 0) return null;
  const named = off.map((target) => `${target.name} is ${targetNoun(target)}`).join("; ");
  if (off.length === seen.size) {
    return `Nothing here is a statement about AWS or any of its services: ${named}.`;
  }
  return `What was measured off AWS says nothing about AWS: ${named}.`;
}

/** What a target is, in words; an emulated volume is never called one. */
export function targetNoun(target: Omit<NamedTarget, "name">): string {
  const { kind, emulated } = target;
  const noun = KIND_NOUNS[kind];
  if (isElsewhere(target)) return `${noun} of a store that is not Amazon's`;
  return emulated === undefined ? noun : `an emulation that behaves as ${noun} would`;
}
