import type { Environment } from "../model/run/environment.ts";
import type { Warning } from "../model/run/run.ts";
import { makeWarning } from "../model/run/warning.ts";
import type { Backing } from "../model/target/backing.ts";
import { fitOf } from "../model/target/backing-fit.ts";
import { AMAZON_KINDS } from "../model/target/kind.ts";
import { declaredKnowledge, type StorageKnowledge } from "../model/target/knowledge.ts";
import type { TargetSpec } from "../model/target/target.ts";
import {
  type AwsContext,
  type DescribedStorage,
  failureMessages,
  NOT_DESCRIBED,
} from "./aws/aws.ts";
import { bucketStates, NO_BUCKET, peerOf } from "./aws/bucket.ts";
import { learnInstance } from "./aws/instance.ts";
import {
  type Env,
  type InstanceFacts,
  type Metadata,
  readMetadata,
} from "./aws/instance-metadata.ts";
import { kindMismatch, mergeProvisioned } from "./aws/merge.ts";
import { backingOfMount, findBacking } from "./backing/backing.ts";
import { withMapping } from "./backing/disk.ts";
import { lustreMountName, serverAddress } from "./backing/network.ts";
import { SYSTEM_ROOTS, type SystemRoots } from "./machine/roots.ts";

/** Options for `learnStorage`. */
export interface LearnOptions {
  /** Whether to skip instance metadata and AWS APIs. */
  readonly offline: boolean;
  readonly env: Env;
  readonly roots?: SystemRoots;
  readonly now?: Date;
  /** Total time for all calls of AWS APIs. */
  readonly withinMs?: number;
  /** Time for instance metadata. */
  readonly metadataWithinMs?: number;
}

const WITHIN_MS = 5000;

/**
 * Collects all facts about a target before a run: declared by the user, detected on this host, and
 * described by AWS if credentials allow. Takes at most 6 s and does not throw for facts that cannot
 * be found; `unknown` lists them. For an emulated target, only its backing is detected.
 */
export async function learnStorage(
  target: TargetSpec,
  environment: Environment,
  options: LearnOptions,
): Promise<StorageKnowledge> {
  if (target.address.kind === "memory") return declaredKnowledge(target);
  const { offline, env, roots = SYSTEM_ROOTS, now = new Date() } = options;
  const shown = backingOf(target, environment, roots);
  const isOnline = !offline && target.emulated === undefined;
  const metadata = isOnline ? await readMetadata(env, roots, options.metadataWithinMs) : null;
  const facts = metadata !== null && "facts" in metadata ? metadata.facts : null;
  const backing = shown === null ? null : withMapping(shown, facts?.mapping ?? {});
  const signal = AbortSignal.timeout(options.withinMs ?? WITHIN_MS);
  const region = facts?.region ?? regionOf(environment);
  const { profile } = target.address.kind === "bucket" ? target.address : {};
  const chosen = profile === undefined ? {} : { profile };
  const aws: AwsContext | null = isOnline ? { region, ...chosen, signal, now, failed: [] } : null;
  const [storage, instance, bucket, peer] = await Promise.all([
    aws === null ? NOT_DESCRIBED : describe(target, environment, backing, facts, aws),
    learnInstance(target, facts, roots, aws),
    aws === null ? NO_BUCKET : bucketStates(target, aws),
    peerOf(target),
  ]);
  const { described } = storage;
  const provisioned = mergeProvisioned(target.provisioned, described);
  const fit = described === null ? fitOf(target, backing) : FITS;
  const misfit = kindMismatch(target, storage) ?? fit.mismatch ?? peer.mismatch;
  const skipped = offline && AMAZON_KINDS.has(target.kind) && target.emulated === undefined;
  return {
    ...(described?.kind === undefined ? {} : { describedKind: described.kind }),
    backing,
    provisioned: provisioned.known,
    instance: instance.known,
    states: { ...described?.states, ...bucket.states },
    mismatches: [
      ...(misfit === null ? [] : [misfit]),
      ...provisioned.mismatches,
      ...instance.mismatches,
      ...bucket.mismatches,
    ],
    misfit,
    unknown: [
      ...(skipped ? ["instance metadata and AWS APIs were not queried (--offline)"] : []),
      ...[fit.unknown, peer.unknown, metadataMessage(metadata)].filter((one) => one !== null),
      ...storage.unknown,
      ...instance.unknown,
      ...(aws === null ? [] : failureMessages(aws)),
    ],
  };
}

const FITS = { mismatch: null, unknown: null };

function metadataMessage(metadata: Metadata): string | null {
  return metadata !== null && "unknown" in metadata ? metadata.unknown : null;
}

/** Storage behind a path; uses the environment's mount, on which the run is measured. */
function backingOf(
  { address }: TargetSpec,
  { mount }: Environment,
  roots: SystemRoots,
): Backing | null {
  if (address.kind !== "path" && address.kind !== "device") return null;
  return mount === null ? findBacking(address.path, roots) : backingOfMount(mount, roots);
}

/** AWS region in the DNS name of a mounted file system; null if it has none. */
function regionOf({ mount }: Environment): string | null {
  return /\.(?:efs|fsx)\.([a-z0-9-]+)\.amazonaws\.com/.exec(mount?.source ?? "")?.[1] ?? null;
}

/** Asks AWS about the storage; loads only the code of its service. */
async function describe(
  target: TargetSpec,
  { mount }: Environment,
  backing: Backing | null,
  facts: InstanceFacts | null,
  aws: AwsContext,
): Promise<DescribedStorage> {
  switch (backing?.kind) {
    case "ebs":
    case "ebs-or-instance-store":
      return (await import("./aws/volumes.ts")).describeDisks(backing, facts, aws);
    case "efs":
    case "efs-through-helper":
      if (backing.id === null) return NOT_DESCRIBED;
      return (await import("./aws/efs.ts")).describeEfs({ id: backing.id }, aws);
    case "nfs": {
      // Only an address declared as EFS is searched among the mount targets.
      const address = target.kind === "efs" ? serverAddress(mount?.source ?? "") : null;
      if (address === null) return NOT_DESCRIBED;
      return (await import("./aws/efs.ts")).describeEfs({ address }, aws);
    }
    case "fsx-lustre": {
      const mountName = lustreMountName(mount?.source ?? "");
      const { describeLustre } = await import("./aws/fsx.ts");
      const described = await describeLustre({ id: backing.id, mountName }, aws);
      return { described, unknown: [] };
    }
    default:
      return NOT_DESCRIBED;
  }
}

/** Warnings about facts of the storage that affect the results. */
export function knowledgeWarnings({ mismatches, states }: StorageKnowledge): readonly Warning[] {
  const warnings = mismatches.map((mismatch) =>
    makeWarning("declared-mismatch", mismatch.charAt(0).toUpperCase() + mismatch.slice(1)),
  );
  const { modification, modificationPercent: percent, compression } = states;
  if (modification !== undefined) {
    const done = percent === undefined ? "" : `, ${percent}% done`;
    const fact = `A modification of the volume is in progress (${modification}${done})`;
    warnings.push(makeWarning("volume-changing", fact));
  }
  if (compression !== undefined) {
    const fact = `The file system compresses data (${compression})`;
    warnings.push(makeWarning("compression", fact));
  }
  return warnings;
}
