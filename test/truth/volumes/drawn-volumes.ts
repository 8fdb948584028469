import { Random } from "../../../src/model/random/random.ts";
import type { Declared, Verified } from "./volumes-verified.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;
export const SEED = Number(process.env.ASSAY_SEED ?? Date.now() % 1e6);

/** Volumes, what is measured on them, and what must come of it. */
export interface Case {
  readonly name: string;
  readonly volumes: readonly Declared[];
  readonly measure: (verified: Verified) => Promise<void>;
}

/** Draws of one case; its number keeps it apart from the others' whichever of them run. */
export function draws(stream: number) {
  const random = new Random(SEED, stream);
  /** A multiple of `step` from `least` to `most`. */
  const between = (least: number, most: number, step = 1): number =>
    least + step * random.below(Math.floor((most - least) / step) + 1);
  return { between, share: (least: number, most: number) => between(least, most) / 100 };
}

/** Description of an empty volume of 500 GiB without a file system, on a large host. */
export const EMPTY = { size: "500GiB", origin: "empty" };
export const LARGE = { ebsIops: 100_000, ebsThroughput: "4000MB/s" };
export const DEVICE = { sizeBytes: 512 * MIB, fileSystem: "none" } as const;

export const RANDOM = "access: random, blockSize: 16KiB, workers: 2, queueDepth: 64";
export const SEQUENTIAL = "access: { sequential: { region: shared } }, workers: 1, queueDepth: 16";

/** A scenario of reads past the page cache; `phases` without what they have in common. */
export function reads(
  name: string,
  phases: readonly string[],
  size = "512MiB",
  cache = "direct",
): string {
  return [
    `name: ${name}`,
    `datasets: { data: { count: 1, size: ${size} } }`,
    `defaults: { operation: read, cache: ${cache} }`,
    "phases:",
    ...phases.map((phase, at) => `  - { name: phase-${at + 1}, ${phase} }`),
    "",
  ].join("\n");
}

export const RATE = reads("rate", [`${RANDOM}, warmup: 2s, duration: 15s`]);

/** A gp3 volume that was provisioned with some IOPS and delivers a share of them. */
export function gp3(iops: number, share = 1, more: Partial<Declared> = {}): Declared {
  const throughput = Math.max(125, Math.ceil(iops / 50));
  return {
    name: "gp3",
    is: {
      kind: "gp3",
      iops: iops * share,
      bytesPerSecond: throughput * MIB,
      ...DEVICE,
      ...more.is,
    },
    says: {
      kind: "ebs-gp3",
      provisioned: { ...EMPTY, iops, throughput: `${throughput}MiB/s` },
      instance: LARGE,
      ...more.says,
    },
  };
}

/** An io2 volume on a large machine that delivers a share of what was provisioned. */
export function io2(name: string, iops: number, says: Declared["says"] = {}, share = 1): Declared {
  const provisioned = { ...EMPTY, iops, ...says };
  return {
    name,
    is: { kind: "io2", iops: iops * share, ...DEVICE },
    says: { kind: "ebs-io2", provisioned, instance: LARGE },
  };
}
