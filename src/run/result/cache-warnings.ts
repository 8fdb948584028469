import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { CacheEvidence } from "../../model/run/cache.ts";
import type { Warning } from "../../model/run/run.ts";

/** A share below this is the noise of metadata and read-ahead. */
const NOTABLE_SHARE = 0.02;

/** Of the pages of a dataset: below this they change no number of a phase. */
const NEGLIGIBLE_SHARE = 0.005;

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

/** Reads that did not come from the storage, as far as that is certain. */
function servedWarnings(evidence: CacheEvidence): readonly Warning[] {
  const { servedFromCacheShareLow: low = 0, servedFromCacheShareHigh: high = 1 } = evidence;
  if (evidence.logicalReadBytes === 0 || low <= NOTABLE_SHARE) return [];
  const percent = Math.round(low * 100);
  const least = high - low > NOTABLE_SHARE ? "at least " : "";
  const held = Math.max(evidence.residentShareBefore ?? 0, evidence.residentShareAfter ?? 0);
  const message =
    held < NEGLIGIBLE_SHARE && evidence.residentShareAfter !== null
      ? `${least}${percent} % of the bytes read did not come from the device, and the page cache ` +
        "does not hold them: the files have holes, or a cache elsewhere answered"
      : `${least}${percent} % of the bytes read came from the page cache, not from the device`;
  return [{ code: "served-from-cache", message }];
}

/** I/O that was not direct although it was to be, and caches that cannot be watched. */
function pathWarnings(evidence: CacheEvidence, { cache, sync, dsync }: PhasePlan) {
  const warnings: Warning[] = [];
  const moved = evidence.logicalReadBytes + evidence.logicalWriteBytes;
  if (evidence.cacheFilled === true) {
    const before = evidence.residentShareBefore ?? 0;
    const percent = Math.max(1, Math.round(((evidence.residentShareAfter ?? 0) - before) * 100));
    const message =
      `with \`direct\`, ${percent} % of the dataset came into the page cache: the file system ` +
      "did buffered I/O instead, without an error. Rates and latencies may be those of memory";
    warnings.push({ code: "direct-not-direct", message });
  }
  const durable = evidence.logicalReadBytes === 0 && (dsync || sync != null);
  if (evidence.unseenCache != null && cache !== "warm" && moved > 0 && !durable) {
    const message =
      `how much a cache answered is not known: ${evidence.unseenCache}. Rates and latencies may ` +
      "be those of that cache";
    warnings.push({ code: "unseen-cache", message });
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
  const warnings: Warning[] = [
    ...residencyWarnings(evidence, phase),
    ...servedWarnings(evidence),
    ...pathWarnings(evidence, phase),
  ];
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
