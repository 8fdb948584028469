import { KIND_NOUNS } from "../model/kind-nouns.ts";
import { OFF_AWS_KINDS, type TargetKind } from "../model/target.ts";

/** Which service a kind belongs to, where it belongs to one. */
const FAMILIES: Readonly<Partial<Record<TargetKind, string>>> = {
  "ebs-gp3": "an EBS volume",
  "ebs-gp2": "an EBS volume",
  "ebs-io2": "an EBS volume",
  "ebs-st1": "an EBS volume",
  "ebs-sc1": "an EBS volume",
  efs: "an EFS file system",
  "fsx-lustre": "an FSx for Lustre file system",
  s3: "an Amazon S3 bucket",
  "s3-express": "an Amazon S3 bucket",
};

/** A target as far as a sentence about it goes. */
export interface NamedTarget {
  readonly name: string;
  readonly kind: TargetKind;
  readonly emulated?: unknown;
}

/**
 * `a directory is neither an EBS volume nor an EFS file system`. Within one service it names the
 * kinds: a gp2 volume is an EBS volume, only not the one that is asked for.
 */
export function isNot(kind: TargetKind, wanted: readonly TargetKind[]): string {
  const [subject = ""] = KIND_NOUNS[kind].split(",");
  const family = FAMILIES[kind];
  const related = family !== undefined && wanted.some((one) => FAMILIES[one] === family);
  const nouns = [
    ...new Set(
      wanted.map((one) => (related ? KIND_NOUNS[one] : (FAMILIES[one] ?? KIND_NOUNS[one]))),
    ),
  ];
  if (nouns.length < 2) return `${subject} is not ${nouns.join("")}`;
  return `${subject} is neither ${nouns.slice(0, -1).join(", ")} nor ${nouns.at(-1)}`;
}

/**
 * The sentence that keeps measurements off AWS from being read as statements about it; null where
 * every target was declared as a service of AWS.
 */
export function offAwsSentence(targets: readonly NamedTarget[]): string | null {
  const seen = new Map(targets.map((target) => [target.name, target]));
  const isOff = ({ kind, emulated }: NamedTarget): boolean =>
    OFF_AWS_KINDS.has(kind) || emulated !== undefined;
  const off = [...seen.values()].filter(isOff);
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
