import { type BurstingKind, KIND, type TargetKind } from "../model/target/kind.ts";
import type { Instance, TargetSpec } from "../model/target/target.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

/** Burst of a volume with a full credit balance. */
export interface DeclaredBurst {
  readonly burst: string;
  readonly baseline: string;
  /** The baseline in operations per second; null if it is in bytes. */
  readonly baselineIops: number | null;
  /** Duration of the burst at the burst rate, from a full credit balance. */
  readonly lastsNs: number;
}

/**
 * Amazon EBS User Guide, "General Purpose SSD volumes" and "Throughput Optimized HDD and Cold HDD
 * volumes", docs.aws.amazon.com/ebs/latest/userguide (2026): gp2 3 IOPS per GiB, at least 100,
 * bursts to 3,000 with 5.4 million credits; st1 40 MiB/s per TiB, bursts to 250 per TiB, both at
 * most 500; sc1 12 (at most 192) and 80 (at most 250); 1 TiB of credits per TiB.
 */
const GP2 = { perGiB: 3, least: 100, burst: 3000, credits: 5_400_000 };
const ST1 = { perTiB: 40, most: 500, burstPerTiB: 250, burstMost: 500 };
const SC1 = { perTiB: 12, most: 192, burstPerTiB: 80, burstMost: 250 };

type BurstOf = (sizeBytes: number) => DeclaredBurst | null;

const BURSTS: Readonly<Partial<Record<TargetKind, BurstOf>>> = {
  "ebs-gp2": gp2,
  "ebs-st1": (sizeBytes) => hardDisk(sizeBytes, ST1),
  "ebs-sc1": (sizeBytes) => hardDisk(sizeBytes, SC1),
} satisfies Record<BurstingKind, BurstOf>;

/**
 * Burst of a target as declared; null if its kind has none, its size is undeclared, or its baseline
 * is as fast.
 */
export function declaredBurst({ kind, provisioned }: TargetSpec): DeclaredBurst | null {
  const { sizeBytes } = provisioned;
  return sizeBytes === undefined ? null : (BURSTS[kind]?.(sizeBytes) ?? null);
}

/**
 * Part of a target or of the path to it that spends burst credits, as a noun phrase: a short
 * measurement can be faster than the sustained rate. Null if none is known.
 */
export function creditsOf(target: TargetSpec): string | null {
  const { kind, provisioned, instance, address } = target;
  if (address.kind === "memory") {
    const credits = address.synthetic?.credits ?? null;
    const bursts = credits !== null && credits.burstPerSecond > credits.baselinePerSecond;
    return bursts ? "a synthetic target with credits" : null;
  }
  const burst = declaredBurst(target);
  if (burst !== null) return `a volume that bursts to ${burst.burst} (baseline ${burst.baseline})`;
  const unknown = provisioned.sizeBytes === undefined;
  if (unknown && KIND[kind].volume?.bursts) return `${kind}, which bursts`;
  const mode = provisioned.throughputMode;
  if (kind === "efs" && mode === "bursting") return "EFS in bursting mode";
  if (kind === "efs" && mode === undefined) return "EFS of unknown throughput mode";
  if (kind === "fsx-lustre") return "FSx for Lustre, which has network credits";
  return instance === undefined ? null : instanceCredits(kind, instance);
}

/** Credits of instances that can exceed their baseline for a part of the day. */
function instanceCredits(kind: TargetKind, limits: Instance): string | null {
  const exceeds = (most = 0, baseline = most): boolean => most > baseline;
  const named = limits.type ?? "the instance";
  const { ebsMaximumIops, ebsMaximumBytesPerSecond, networkMaximumBytesPerSecond } = limits;
  const { instanceLimit } = KIND[kind];
  if (instanceLimit === "ebs") {
    const bursts =
      exceeds(ebsMaximumIops, limits.ebsBaselineIops) ||
      exceeds(ebsMaximumBytesPerSecond, limits.ebsBaselineBytesPerSecond);
    return bursts ? `the EBS limit of ${named}, which bursts` : null;
  }
  const bursts = exceeds(networkMaximumBytesPerSecond, limits.networkBaselineBytesPerSecond);
  return instanceLimit === "network" && bursts
    ? `the network limit of ${named}, which bursts`
    : null;
}

function gp2(sizeBytes: number): DeclaredBurst | null {
  const baseline = Math.max(GP2.least, (GP2.perGiB * sizeBytes) / GIB);
  if (baseline >= GP2.burst) return null;
  return {
    burst: `${GP2.burst} IOPS`,
    baseline: `${Math.round(baseline)} IOPS`,
    baselineIops: baseline,
    lastsNs: (GP2.credits / (GP2.burst - baseline)) * 1e9,
  };
}

function hardDisk(
  sizeBytes: number,
  { perTiB, most, burstPerTiB, burstMost }: typeof ST1,
): DeclaredBurst | null {
  const sizeTiB = sizeBytes / TIB;
  const baseline = Math.min(most, perTiB * sizeTiB);
  const burst = Math.min(burstMost, burstPerTiB * sizeTiB);
  if (baseline >= burst) return null;
  return {
    burst: `${Math.round(burst)} MiB/s`,
    baseline: `${Math.round(baseline)} MiB/s`,
    baselineIops: null,
    lastsNs: (sizeBytes / MIB / (burst - baseline)) * 1e9,
  };
}
