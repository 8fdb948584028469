import { Bucket } from "../emulated-volume/bucket.ts";
import type { Limits } from "../emulated-volume/kinds.ts";
import { profileOfOptions, type VolumeOptions } from "../emulated-volume/start.ts";

const MIB = 2 ** 20;

/** The load on a volume, given to assay and to fio alike; always direct, always one worker. */
export interface VolumeLoad {
  readonly access: "random" | "sequential";
  readonly blockBytes: number;
  readonly queueDepth: number;
  readonly readPercent: number;
}

/** A volume, a load that asks for more than it promises, and what of it is measured. */
export interface VolumeCell {
  readonly kind: "volume";
  readonly name: string;
  readonly title: string;
  readonly volume: Omit<VolumeOptions, "folder">;
  readonly load: VolumeLoad;
  /** A burst is watched from a full bucket on; everything else when it has settled. */
  readonly measures: "operations" | "bytes" | "burst";
}

const SIZE = { sizeBytes: 256 * MIB };
const RANDOM: VolumeLoad = {
  access: "random",
  blockBytes: 4096,
  queueDepth: 64,
  readPercent: 100,
};
const STREAM: VolumeLoad = {
  access: "sequential",
  blockBytes: MIB,
  queueDepth: 16,
  readPercent: 100,
};

export const VOLUME_CELLS: readonly VolumeCell[] = [
  {
    kind: "volume",
    name: "volume-gp3-iops",
    title: "gp3, 3,000 IOPS",
    volume: { ...SIZE, kind: "gp3" },
    load: RANDOM,
    measures: "operations",
  },
  {
    kind: "volume",
    name: "volume-gp3-throughput",
    title: "gp3, 125 MiB/s",
    volume: { ...SIZE, kind: "gp3" },
    load: STREAM,
    measures: "bytes",
  },
  {
    kind: "volume",
    name: "volume-io2",
    title: "io2, 10,000 IOPS",
    volume: { ...SIZE, kind: "io2", iops: 10_000 },
    load: RANDOM,
    measures: "operations",
  },
  {
    kind: "volume",
    name: "volume-io2-odd",
    title: "io2, 109 IOPS",
    volume: { ...SIZE, kind: "io2", iops: 109, bytesPerSecond: 100 * MIB },
    load: { ...RANDOM, queueDepth: 8 },
    measures: "operations",
  },
  {
    kind: "volume",
    name: "volume-st1",
    title: "st1, 40 MiB/s",
    volume: { ...SIZE, kind: "st1", bytesPerSecond: 40 * MIB },
    load: STREAM,
    measures: "bytes",
  },
  {
    kind: "volume",
    name: "volume-mix-70-30",
    title: "gp3, 3,000 IOPS, 70 % reads",
    volume: { ...SIZE, kind: "gp3" },
    load: { ...RANDOM, readPercent: 70 },
    measures: "operations",
  },
  {
    kind: "volume",
    name: "volume-mix-throughput",
    title: "gp3, 125 MiB/s, half reads",
    volume: { ...SIZE, kind: "gp3" },
    load: { ...STREAM, readPercent: 50 },
    measures: "bytes",
  },
  {
    kind: "volume",
    name: "volume-instance",
    title: "io2, 10,000 IOPS, on an instance of 2,500",
    volume: {
      ...SIZE,
      kind: "io2",
      iops: 10_000,
      instance: { iops: 2500, bytesPerSecond: 78 * MIB },
    },
    load: RANDOM,
    measures: "operations",
  },
  {
    kind: "volume",
    name: "volume-gp2",
    title: "gp2, 100 GiB, 1/200 of its credits",
    volume: { ...SIZE, kind: "gp2", asSizeBytes: 100 * 2 ** 30, scale: 200 },
    load: RANDOM,
    measures: "burst",
  },
];

/** What a cell's volume promises: a steady rate, and for a burst its own and when it ends. */
export interface Promised {
  readonly sustained: number;
  readonly burst: number;
  /** Seconds after the start of a load that asks for more. */
  readonly endS: number;
}

/** By Amazon's formulas. Throws where the cell has no such limit. */
export function promisedBy({ volume, measures }: VolumeCell): Promised {
  const profile = profileOfOptions(volume);
  if ("problem" in profile) throw new Error(profile.problem);
  const least = (limits: Limits): number => {
    const own = measures === "bytes" ? limits.bytesPerSecond : limits.iops;
    const instance = measures === "bytes" ? volume.instance?.bytesPerSecond : volume.instance?.iops;
    return Math.min(own ?? Number.POSITIVE_INFINITY, instance ?? Number.POSITIVE_INFINITY);
  };
  const sustained = least(profile.sustained);
  if (profile.burst === null) return { sustained, burst: sustained, endS: 0 };
  const endS = new Bucket(profile.burst).secondsLeft(profile.burst.limits);
  return { sustained, burst: least(profile.burst.limits), endS };
}
