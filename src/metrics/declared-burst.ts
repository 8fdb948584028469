import type { TargetSpec } from "../model/target.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

/** What a volume of a burstable kind does from a full bucket of credits, and how long. */
export interface DeclaredBurst {
  readonly burst: string;
  readonly baseline: string;
  /** From a full bucket at the burst rate until it is empty. */
  readonly lastsNs: number;
}

/**
 * Amazon EBS User Guide, "General Purpose SSD volumes" and "Throughput Optimized HDD and Cold HDD
 * volumes", docs.aws.amazon.com/ebs/latest/userguide (2026): gp2 3 IOPS a GiB, at least 100, bursts
 * to 3,000 from 5.4 million credits; st1 40 MiB/s a TiB, bursts to 250 a TiB, both at most 500; sc1
 * 12 (at most 192) and 80 (at most 250); 1 TiB of credits a TiB.
 */
const GP2 = { perGiB: 3, least: 100, burst: 3000, credits: 5_400_000 };
const HDD = {
  "ebs-st1": { perTiB: 40, most: 500, burstPerTiB: 250, burstMost: 500 },
  "ebs-sc1": { perTiB: 12, most: 192, burstPerTiB: 80, burstMost: 250 },
} as const;

/**
 * The burst of a target as declared; null where its kind has none, its size is not said, or its
 * baseline is as fast.
 */
export function declaredBurst({ kind, provisioned }: TargetSpec): DeclaredBurst | null {
  const { sizeBytes } = provisioned;
  if (sizeBytes === undefined) return null;
  if (kind === "ebs-gp2") return gp2(sizeBytes);
  return kind === "ebs-st1" || kind === "ebs-sc1" ? hardDisk(sizeBytes, HDD[kind]) : null;
}

function gp2(sizeBytes: number): DeclaredBurst | null {
  const baseline = Math.max(GP2.least, (GP2.perGiB * sizeBytes) / GIB);
  if (baseline >= GP2.burst) return null;
  return {
    burst: `${GP2.burst} IOPS`,
    baseline: `${Math.round(baseline)} IOPS`,
    lastsNs: (GP2.credits / (GP2.burst - baseline)) * 1e9,
  };
}

function hardDisk(
  sizeBytes: number,
  { perTiB, most, burstPerTiB, burstMost }: (typeof HDD)[keyof typeof HDD],
): DeclaredBurst | null {
  const sizeTiB = sizeBytes / TIB;
  const baseline = Math.min(most, perTiB * sizeTiB);
  const burst = Math.min(burstMost, burstPerTiB * sizeTiB);
  if (baseline >= burst) return null;
  return {
    burst: `${Math.round(burst)} MiB/s`,
    baseline: `${Math.round(baseline)} MiB/s`,
    lastsNs: (sizeBytes / MIB / (burst - baseline)) * 1e9,
  };
}
