import type { PhasePlan } from "../../src/model/plan/plan.ts";
import type { Random } from "../../src/model/random/random.ts";
import type { TargetKind } from "../../src/model/target/kind.ts";
import type { Instance, Provisioned, TargetSpec } from "../../src/model/target/target.ts";
import type { Made } from "./made-storage.ts";

export const KIB = 2 ** 10;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;
export const TIB = 2 ** 40;

/** A whole number from `least` to `most`, a multiple of `step`. */
export function draw(random: Random, least: number, most: number, step = 1): number {
  return least + step * random.below(Math.floor((most - least) / step) + 1);
}

/** A host that does not limit any volume. */
export const LARGE: Instance = {
  type: "m6a.48xlarge",
  ebsBaselineIops: 1e6,
  ebsBaselineBytesPerSecond: 20e9,
  networkBaselineBytesPerSecond: 20e9,
};

/** A declared target. */
export function volume(
  kind: TargetKind,
  provisioned: Provisioned,
  more: Partial<TargetSpec> = {},
): TargetSpec {
  const address = { kind: "path", path: `/mnt/${kind}` } as const;
  return { name: kind, kind, address, provisioned, instance: LARGE, ...more };
}

/** Random reads of 16 KiB, as many in flight as the IOPS need, for so long. */
export function randomReads(
  rate: Made["rate"],
  inFlight: number,
  seconds = 30,
  plan: Partial<PhasePlan> = {},
): Made {
  const queueDepth = Math.max(1, Math.ceil(inFlight / 4));
  const workers = inFlight < 4 ? inFlight : 4;
  const depth = inFlight < 4 ? 1 : queueDepth;
  const phase = { access: "random", blockBytes: 16 * KIB, workers, queueDepth: depth } as const;
  return { seconds, rate, plan: { ...phase, warmupNs: 0, ...plan } };
}

/** Sequential reads of 1 MiB at a rate in bytes per second. */
export function sequentialReads(
  bytesPerSecond: number | ((second: number) => number),
  inFlight = 8,
  seconds = 30,
  blockBytes = MIB,
): Made {
  const rate =
    typeof bytesPerSecond === "number"
      ? bytesPerSecond / blockBytes
      : (second: number) => bytesPerSecond(second) / blockBytes;
  const phase = { access: "sequential", blockBytes, workers: 1, queueDepth: inFlight } as const;
  return { seconds, rate, plan: { ...phase, warmupNs: 0 } };
}
