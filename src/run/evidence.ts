import type { DeviceCounters } from "../environment/counters.ts";
import type { DatasetLocation } from "../model/dataset.ts";
import { ANSWERS, type Operation } from "../model/operation.ts";
import { longestNs, type PhasePlan } from "../model/plan.ts";
import type { CacheEvidence, Warning } from "../model/run.ts";

/** A share below this is the noise of metadata and read-ahead. */
const NOTABLE_SHARE = 0.02;

/** Of the pages of a dataset: below this they change no number of a phase. */
const NEGLIGIBLE_SHARE = 0.005;

/**
 * Compares the bytes the workload moved with what the device says it transferred meanwhile; both
 * readings of the device are taken around the measured part of the phase, without its warm-up.
 */
export function cacheEvidence(
  moved: readonly { readonly operation: Operation; readonly bytes: number }[],
  before: DeviceCounters,
  after: DeviceCounters,
  resident: Pick<CacheEvidence, "residentShareBefore" | "residentShareAfter">,
): CacheEvidence {
  let logicalReadBytes = 0;
  let logicalWriteBytes = 0;
  for (const { operation, bytes } of moved) {
    if (ANSWERS.has(operation)) logicalReadBytes += bytes;
    else logicalWriteBytes += bytes;
  }
  if (before.counters === null || after.counters === null) {
    return {
      servedFromCacheShare: null,
      logicalReadBytes,
      logicalWriteBytes,
      deviceReadBytes: null,
      deviceWriteBytes: null,
      ...resident,
      source: after.source,
    };
  }
  const deviceReadBytes = Math.max(0, after.counters.readBytes - before.counters.readBytes);
  const deviceWriteBytes = Math.max(0, after.counters.writeBytes - before.counters.writeBytes);
  const unread = Math.max(0, logicalReadBytes - deviceReadBytes);
  return {
    servedFromCacheShare: logicalReadBytes > 0 ? unread / logicalReadBytes : null,
    logicalReadBytes,
    logicalWriteBytes,
    deviceReadBytes,
    deviceWriteBytes,
    ...resident,
    source: after.source,
  };
}

/** Whether emptying or filling the cache did what it should: the kernel says what is in it. */
function residencyWarnings({ residentShareBefore: share }: CacheEvidence, { cache }: PhasePlan) {
  const warnings: Warning[] = [];
  if (share === null) return warnings;
  if (cache === "dropped" && share > NEGLIGIBLE_SHARE) {
    const percent = Math.max(1, Math.round(share * 100));
    const message = `${percent} % of the dataset was still in the page cache after dropping`;
    warnings.push({ code: "cache-not-dropped", message });
  }
  if (cache === "warm" && share < 1 - NEGLIGIBLE_SHARE) {
    const percent = Math.min(99, Math.round(share * 100));
    const message =
      `only ${percent} % of the dataset was in the page cache after it was read to warm it: ` +
      "it does not fit, or was pushed out";
    warnings.push({ code: "cache-not-warm", message });
  }
  return warnings;
}

/** What a reader must know about a phase's caches before believing its numbers. */
export function cacheWarnings(
  evidence: CacheEvidence,
  phase: PhasePlan,
  dataset: DatasetLocation,
  memoryBytes: number,
): readonly Warning[] {
  const warnings: Warning[] = residencyWarnings(evidence, phase);
  const share = evidence.servedFromCacheShare;
  if (share !== null && share > NOTABLE_SHARE && evidence.logicalReadBytes > 0) {
    const percent = Math.round(share * 100);
    const message = `${percent} % of the bytes read came from the page cache, not from the device`;
    warnings.push({ code: "served-from-cache", message });
  }
  const written = evidence.logicalWriteBytes;
  if (evidence.deviceWriteBytes !== null && written > 0 && phase.cache !== "direct") {
    const unwritten = Math.max(0, 1 - evidence.deviceWriteBytes / written);
    if (unwritten > NOTABLE_SHARE) {
      const percent = Math.round(unwritten * 100);
      const message = `${percent} % of the bytes written were still in the page cache at the end`;
      warnings.push({ code: "written-to-cache", message });
    }
  }
  if (phase.cache === "dropped" && memoryBytes > 0 && dataset.totalBytes < memoryBytes) {
    if (longestNs(phase.limit) !== null && evidence.logicalReadBytes > dataset.totalBytes) {
      const message =
        "the dataset was read more than once and fits in memory: later passes may be cached";
      warnings.push({ code: "dataset-fits-in-memory", message });
    }
  }
  return warnings;
}
