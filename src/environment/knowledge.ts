import type { Environment } from "../model/run/environment.ts";
import type { Warning } from "../model/run/run.ts";
import type { Backing } from "../model/target/backing.ts";
import { fitOf } from "../model/target/backing-fit.ts";
import { AMAZON_KINDS, MEMORY_KINDS } from "../model/target/kind.ts";
import { declaredKnowledge, type StorageKnowledge } from "../model/target/knowledge.ts";
import type { TargetSpec } from "../model/target/target.ts";
import { type Asking, type DescribedStorage, NOTHING, unansweredSentences } from "./aws/aws.ts";
import { bucketStates, NO_BUCKET, peerOf } from "./aws/bucket.ts";
import { describeEfs } from "./aws/efs.ts";
import { describeLustre } from "./aws/fsx.ts";
import { learnInstance } from "./aws/instance.ts";
import {
  askMetadata,
  type Env,
  type InstanceFacts,
  type Metadata,
} from "./aws/instance-metadata.ts";
import { kindMismatch, mergeProvisioned } from "./aws/merge.ts";
import { describeDisks } from "./aws/volumes.ts";
import { backingOfMount, findBacking } from "./backing/backing.ts";
import { withMapping } from "./backing/disk.ts";
import { lustreMountName, serverAddress } from "./backing/network.ts";
import { SYSTEM_ROOTS, type SystemRoots } from "./machine/roots.ts";

/** How much may be asked. */
export interface LearnOptions {
  /** Neither instance metadata nor AWS. */
  readonly offline: boolean;
  readonly env: Env;
  readonly roots?: SystemRoots;
  readonly now?: Date;
  /** For all calls to AWS together. */
  readonly withinMs?: number;
  /** For instance metadata. */
  readonly metadataWithinMs?: number;
}

const WITHIN_MS = 5000;

/**
 * All that can be known of a target before it is measured: what was declared, what this machine
 * shows of it, and what AWS describes where credentials allow. Takes 6 s at most, never throws for
 * what cannot be found out: that is a sentence in `unknown`. Of an emulated target only what lies
 * below is looked at.
 */
export async function learnStorage(
  target: TargetSpec,
  environment: Environment,
  options: LearnOptions,
): Promise<StorageKnowledge> {
  if (MEMORY_KINDS.has(target.kind)) return declaredKnowledge(target);
  const { offline, env, roots = SYSTEM_ROOTS, now = new Date() } = options;
  const shown = backingOf(target, environment, roots);
  const asks = !offline && target.emulated === undefined;
  const metadata = asks ? await askMetadata(env, roots, options.metadataWithinMs) : null;
  const facts = metadata !== null && "facts" in metadata ? metadata.facts : null;
  const backing = shown === null ? null : withMapping(shown, facts?.mapping ?? {});
  const signal = AbortSignal.timeout(options.withinMs ?? WITHIN_MS);
  const region = facts?.region ?? regionOf(environment);
  const { profile } = target.address.kind === "bucket" ? target.address : {};
  const chosen = profile === undefined ? {} : { profile };
  const asking: Asking | null = asks ? { region, ...chosen, signal, now, unanswered: [] } : null;
  const [storage, instance, bucket, peer] = await Promise.all([
    asking === null ? NOTHING : describe(target, environment, backing, facts, asking),
    learnInstance(target, facts, roots, asking),
    asking === null ? NO_BUCKET : bucketStates(target, asking),
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
      ...(skipped ? ["neither instance metadata nor AWS was asked: --offline"] : []),
      ...[fit.unknown, peer.unknown, metadataSentence(metadata)].filter((one) => one !== null),
      ...storage.unknown,
      ...instance.unknown,
      ...(asking === null ? [] : unansweredSentences(asking)),
    ],
  };
}

const FITS = { mismatch: null, unknown: null };

function metadataSentence(metadata: Metadata): string | null {
  return metadata !== null && "unknown" in metadata ? metadata.unknown : null;
}

/** What a path lies on; the environment's mount is the one the run is measured on. */
function backingOf(
  { address }: TargetSpec,
  { mount }: Environment,
  roots: SystemRoots,
): Backing | null {
  if (address.kind !== "path" && address.kind !== "device") return null;
  return mount === null ? findBacking(address.path, roots) : backingOfMount(mount, roots);
}

/** The region that stands in the name of a mounted file system. */
function regionOf({ mount }: Environment): string | null {
  return /\.(?:efs|fsx)\.([a-z0-9-]+)\.amazonaws\.com/.exec(mount?.source ?? "")?.[1] ?? null;
}

async function describe(
  target: TargetSpec,
  { mount }: Environment,
  backing: Backing | null,
  facts: InstanceFacts | null,
  asking: Asking,
): Promise<DescribedStorage> {
  switch (backing?.kind) {
    case "ebs":
    case "ebs-or-instance-store":
      return describeDisks(backing, facts, asking);
    case "efs":
    case "efs-through-helper":
      return backing.id === null ? NOTHING : describeEfs({ id: backing.id }, asking);
    case "nfs": {
      // Whose address it is matters only where it was said to be EFS.
      const address = target.kind === "efs" ? serverAddress(mount?.source ?? "") : null;
      return address === null ? NOTHING : describeEfs({ address }, asking);
    }
    case "fsx-lustre": {
      const mountName = lustreMountName(mount?.source ?? "");
      const query = { id: backing.id, mountName };
      return { described: await describeLustre(query, asking), unknown: [] };
    }
    default:
      return NOTHING;
  }
}

/** What a reader must know of a storage before believing its numbers. */
export function knowledgeWarnings({ mismatches, states }: StorageKnowledge): readonly Warning[] {
  const changing = states.modification;
  const percent = states.modificationPercent;
  const done = percent === undefined ? "" : `, ${percent} % done`;
  return [
    ...mismatches.map((message) => ({ code: "declared-mismatch", message })),
    ...(changing === undefined
      ? []
      : [
          {
            code: "volume-changing",
            message:
              `the volume was being modified (${changing}${done}): until that is over it may ` +
              "deliver less than what was provisioned",
          },
        ]),
    ...(states.compression === undefined
      ? []
      : [
          {
            code: "compression",
            message:
              "the file system compresses: data that compresses goes faster than its storage",
          },
        ]),
  ];
}
