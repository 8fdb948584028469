import { throttledShare } from "../../metrics/generator/generator.ts";
import { stoppedNs } from "../../metrics/generator/pauses.ts";
import { hostEvidence } from "../../metrics/host-evidence.ts";
import type { ClaimMeasure } from "../../model/claim/claim.ts";
import type { Measured } from "../../model/claim/verdict.ts";
import type { HarnessRecord } from "../../model/run/harness.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import type { Repetition } from "./evidence.ts";

/** From here on nobody knows what a measurement would have been without. */
export const MAX_LOSS_SHARE = 0.05;

/**
 * The most of its time that one worker can have lost because the process or the whole machine stood
 * still: pauses, the short ones included, or a CPU quota, whichever took more, and what the
 * hypervisor took from all CPUs together. Null where pauses were not watched. With several hosts,
 * that of the host that lost most.
 */
export function lossShare(result: PhaseResult): number | null {
  const shares = hostEvidence(result).map(({ harness }) => lossOf(harness));
  return shares.reduce(
    (most, share) => (most === null || share === null ? null : Math.max(most, share)),
    0,
  );
}

function lossOf(harness: HarnessRecord | undefined): number | null {
  if (harness === undefined || harness.pauses === null) return null;
  const paused = stoppedNs(harness.pauses) / Math.max(1, harness.watchedNs);
  const stopped = Math.max(paused, throttledShare(harness) ?? 0);
  return Math.min(1, stopped + (harness.stealShare ?? 0) * Math.max(1, harness.cores));
}

/**
 * Whether time that was lost moves a measure by no more than its share: a rate, and by Little's law
 * a mean. A median moves by less. The slowest operations, and seconds, are hit as a whole.
 */
export function losesInProportion(measure: ClaimMeasure): boolean {
  if (measure.kind === "time") return ["mean", "p50", "min"].includes(measure.statistic);
  return measure.kind !== "share-slower" && measure.kind !== "share-of-seconds";
}

/** How much wider an interval becomes by the time that was lost: a factor from 1 on. */
export function lossFactor(measure: ClaimMeasure, repetitions: readonly Repetition[]): number {
  if (!losesInProportion(measure)) return 1;
  const losses = repetitions.map(({ result }) => lossShare(result) ?? 0);
  return 1 / (1 - Math.min(MAX_LOSS_SHARE, Math.max(0, ...losses)));
}

/** An interval that holds what was measured as well as what it may have been without the loss. */
export function widened(measured: Measured, factor: number): Measured {
  const { low, high } = measured;
  return {
    ...measured,
    low: low === null ? null : low / factor,
    high: high === null ? null : high * factor,
  };
}
