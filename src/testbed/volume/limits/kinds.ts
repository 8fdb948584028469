/**
 * The limits of an emulated volume: what each kind of EBS volume provides, and its credits. A
 * controller moves the limits while the volume is used. Nothing here touches the system.
 */

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

/** Limits of reads and writes together, per second; null: unlimited. */
export interface Limits {
  readonly iops: number | null;
  readonly bytesPerSecond: number | null;
}

/** Counters of a device since its creation; operations as the throttle sees them. */
export interface Counters {
  readonly readOperations: number;
  readonly readBytes: number;
  readonly writeOperations: number;
  readonly writeBytes: number;
}

/** Limits of the kernel's throttle, separate for reads and writes. */
export interface DirectionLimits {
  readonly read: Limits;
  readonly write: Limits;
}

/** Burst credits: until they are spent, higher limits apply. */
export interface Burst {
  readonly credit: "operations" | "bytes";
  readonly capacity: number;
  readonly refillPerSecond: number;
  readonly limits: Limits;
}

/** Performance of a volume. */
export interface Profile {
  readonly sustained: Limits;
  readonly burst: Burst | null;
  /** A larger request counts as several of this size. */
  readonly operationBytes: number;
}

export const KINDS = ["gp2", "gp3", "io2", "st1"] as const;
export type Kind = (typeof KINDS)[number];

/** Provisioned values that determine the performance of a volume. */
export interface Provision {
  readonly kind: Kind;
  readonly iops: number | null;
  readonly bytesPerSecond: number | null;
  /** Size for the formulas by size. */
  readonly sizeBytes: number;
  /** Factor by which the burst credits are smaller than Amazon's. */
  readonly scale: number;
}

/**
 * Amazon's constants, as its documentation states them: "General Purpose SSD volumes" (gp2, gp3),
 * "Provisioned IOPS SSD volumes" (io2) and "Throughput Optimized HDD and Cold HDD volumes" (st1)
 * in the Amazon EBS User Guide, docs.aws.amazon.com/ebs/latest/userguide; the sizes that count as
 * one operation are from "I/O characteristics and monitoring" there.
 */
const SSD_OPERATION_BYTES = 256 * 1024;
const HDD_OPERATION_BYTES = MIB;
const GP3 = { iops: 3000, bytesPerSecond: 125 * MIB };
/** 3 IOPS per GiB, from 100 to 16,000; bursts to 3,000 from 5.4 million credits. */
const GP2 = { iopsPerGiB: 3, least: 100, most: 16_000, burst: 3000, credits: 5_400_000 };
/** At most 128 MiB/s up to 170 GiB, 250 MiB/s above. */
const GP2_THROUGHPUT = { smallGiB: 170, small: 128 * MIB, large: 250 * MIB };
/** 0.256 MiB/s for each provisioned IOPS, at most 4,000 MiB/s. */
const IO2 = { bytesPerOperation: 0.256 * MIB, most: 4000 * MIB };
/** 40 MiB/s per TiB, bursts to 250 per TiB, at most 500; 1 TiB of credits per TiB; 500 IOPS. */
const ST1 = { perTiB: 40 * MIB, burstPerTiB: 250 * MIB, most: 500 * MIB, iops: 500 };

/** Returns the performance of a volume, or the problem of its provisioned values. */
export function profileOf(provision: Provision): Profile | { readonly problem: string } {
  const { kind, iops, bytesPerSecond } = provision;
  switch (kind) {
    case "gp3":
      return steady({
        iops: iops ?? GP3.iops,
        bytesPerSecond: bytesPerSecond ?? GP3.bytesPerSecond,
      });
    case "io2":
      if (iops === null) return { problem: "io2 has no default IOPS; set --iops" };
      return steady({
        iops,
        bytesPerSecond: bytesPerSecond ?? Math.min(IO2.most, IO2.bytesPerOperation * iops),
      });
    case "gp2":
      if (iops !== null || bytesPerSecond !== null) {
        return { problem: "the limits of gp2 depend on its size; set --as-size instead of --iops" };
      }
      return gp2(provision);
    case "st1":
      if (iops !== null)
        return { problem: "st1 has no provisioned IOPS; set --throughput or --as-size" };
      return bytesPerSecond === null ? st1(provision) : st1Steady(bytesPerSecond);
  }
}

function steady(sustained: Limits): Profile {
  return { sustained, burst: null, operationBytes: SSD_OPERATION_BYTES };
}

function gp2({ sizeBytes, scale }: Provision): Profile {
  const sizeGiB = sizeBytes / GIB;
  const iops = Math.min(GP2.most, Math.max(GP2.least, GP2.iopsPerGiB * sizeGiB));
  const { smallGiB, small, large } = GP2_THROUGHPUT;
  const bytesPerSecond = sizeGiB <= smallGiB ? small : large;
  const sustained = { iops, bytesPerSecond };
  if (iops >= GP2.burst) return steady(sustained);
  const burst: Burst = {
    credit: "operations",
    capacity: GP2.credits / scale,
    refillPerSecond: iops,
    limits: { iops: GP2.burst, bytesPerSecond },
  };
  return { sustained, burst, operationBytes: SSD_OPERATION_BYTES };
}

function st1({ sizeBytes, scale }: Provision): Profile {
  const sizeTiB = sizeBytes / TIB;
  const base = Math.min(ST1.most, ST1.perTiB * sizeTiB);
  const most = Math.min(ST1.most, ST1.burstPerTiB * sizeTiB);
  if (base >= most) return st1Steady(base);
  const burst: Burst = {
    credit: "bytes",
    capacity: sizeBytes / scale,
    refillPerSecond: base,
    limits: { iops: ST1.iops, bytesPerSecond: most },
  };
  return { ...st1Steady(base), burst };
}

function st1Steady(bytesPerSecond: number): Profile {
  const sustained = { iops: ST1.iops, bytesPerSecond };
  return { sustained, burst: null, operationBytes: HDD_OPERATION_BYTES };
}

/** Returns the lower of two limits: the volume's and the instance's. */
export function lower(a: Limits, b: Limits): Limits {
  const least = (x: number | null, y: number | null) =>
    x === null ? y : y === null ? x : Math.min(x, y);
  return {
    iops: least(a.iops, b.iops),
    bytesPerSecond: least(a.bytesPerSecond, b.bytesPerSecond),
  };
}
