import { KIND_NOUNS } from "../model/kind-nouns.ts";
import type { StorageClass } from "../model/object-options.ts";
import { OFF_AWS_KINDS, type TargetKind, type TargetSpec } from "../model/target.ts";

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
export function shortKind(
  { kind, provisioned, emulated }: TargetSpec,
  storageClass: StorageClass | null,
): string {
  const emulation = emulated === undefined ? "" : ", emulated";
  if (kind === "efs") {
    const { fileClass = "standard" } = provisioned;
    const suffix = { standard: "", "infrequent-access": " IA", archive: " Archive" }[fileClass];
    return `EFS${suffix}${emulation}`;
  }
  if (kind === "s3" || (kind === "minio" && storageClass !== null)) {
    return `${SHORT[kind]} ${CLASSES[storageClass ?? "STANDARD"]}`;
  }
  return `${SHORT[kind]}${emulation}`;
}

/** A target as far as a sentence about it goes. */
export interface NamedTarget {
  readonly name: string;
  readonly kind: TargetKind;
  readonly emulated?: unknown;
}

/** Whether a target is no storage of AWS, or one that only behaves like it. */
export function isOffAws({ kind, emulated }: NamedTarget): boolean {
  return OFF_AWS_KINDS.has(kind) || emulated !== undefined;
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
export function targetNoun({ kind, emulated }: Omit<NamedTarget, "name">): string {
  const noun = KIND_NOUNS[kind];
  return emulated === undefined ? noun : `an emulation that behaves as ${noun} would`;
}
