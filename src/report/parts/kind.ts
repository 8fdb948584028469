import { isForeign } from "../../model/target/amazon.ts";
import { KIND, type TargetKind } from "../../model/target/kind.ts";
import { STORAGE_CLASS_NAMES, type StorageClass } from "../../model/target/storage-class.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";

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
    return `${KIND[kind].short} ${STORAGE_CLASS_NAMES[storageClass ?? "STANDARD"]}${owner}`;
  }
  return `${KIND[kind].short}${emulation}${owner}`;
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
  if (emulated !== undefined || KIND[kind].service !== "S3") return false;
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
  const noun = KIND[kind].noun;
  if (isElsewhere(target)) return `${noun} of a store that is not Amazon's`;
  return emulated === undefined ? noun : `an emulation that behaves as ${noun} would`;
}
