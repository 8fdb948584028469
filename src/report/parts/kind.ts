import { isForeign } from "../../model/target/amazon.ts";
import { KIND, type TargetKind } from "../../model/target/kind.ts";
import { STORAGE_CLASS_NAMES, type StorageClass } from "../../model/target/storage-class.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";

/** Short name of a kind: `EBS gp3`, `EFS IA`, `S3 Standard-IA`, `EBS gp2, emulated`, or a model. */
export function shortKind(target: TargetSpec, storageClass: StorageClass | null): string {
  const { kind, provisioned, emulated } = target;
  const imitation = target.address.kind === "memory" ? ", model" : ", emulated";
  const emulation = emulated === undefined ? "" : imitation;
  if (kind === "efs") {
    const { fileClass = "standard" } = provisioned;
    const suffix = { standard: "", "infrequent-access": " IA", archive: " Archive" }[fileClass];
    return `EFS${suffix}${emulation}`;
  }
  const owner = isElsewhere(target) ? ", not AWS" : "";
  if (kind === "s3" || (kind === "minio" && storageClass !== null)) {
    return `${KIND[kind].short} ${STORAGE_CLASS_NAMES[storageClass ?? "STANDARD"]}${owner}`;
  }
  return `${KIND[kind].short}${emulation}${owner}`;
}

/** A target as sentences name it. */
export interface NamedTarget {
  readonly name: string;
  readonly kind: TargetKind;
  readonly emulated?: unknown;
  readonly address?: Address;
  /** Whether a bucket is not on AWS, if this is known without its address. */
  readonly foreign?: boolean;
}

/** Whether a target is not on AWS, or emulates its storage. */
function isOffAws(target: NamedTarget): boolean {
  return target.emulated !== undefined || target.foreign === true || isForeign(target);
}

/** Whether a bucket was declared as S3 but is at another endpoint. */
function isElsewhere(target: Omit<NamedTarget, "name">): boolean {
  const { kind, emulated, foreign } = target;
  if (emulated !== undefined || KIND[kind].service !== "S3") return false;
  return foreign === true || isForeign(target);
}

/**
 * Sentence for results that do not apply to AWS; null if every target was declared as a service of
 * AWS.
 */
export function offAwsSentence(targets: readonly NamedTarget[]): string | null {
  const seen = new Map(targets.map((target) => [target.name, target]));
  const off = [...seen.values()].filter(isOffAws);
  if (off.length === 0) return null;
  const named = off.map((target) => `${target.name} is ${targetNoun(target)}`).join("; ");
  if (off.length === seen.size) {
    return `These results do not apply to AWS: ${named}.`;
  }
  return `Some results do not apply to AWS: ${named}.`;
}

/** Noun for a target; an emulated volume is named as an emulation, a synthetic one as a model. */
export function targetNoun(target: Omit<NamedTarget, "name">): string {
  const { kind, emulated } = target;
  const noun = KIND[kind].noun;
  if (isElsewhere(target)) return `${noun} of an S3 server that is not AWS`;
  if (emulated === undefined) return noun;
  return `${target.address?.kind === "memory" ? "a model" : "an emulation"} of ${noun}`;
}
