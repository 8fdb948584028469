import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { CacheEvidence } from "../../model/run/cache.ts";
import type { Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";

/** Smaller shares are noise of metadata and read-ahead. */
const NOTABLE_SHARE = 0.02;

/** Share of the pages of a dataset that does not affect the results of a phase. */
const NEGLIGIBLE_SHARE = 0.005;

/** Warns if dropping or warming the page cache did not succeed. */
function residencyWarnings({ residentShareBefore: share }: CacheEvidence, { cache }: PhasePlan) {
  const warnings: Warning[] = [];
  if (share === null) return warnings;
  if (cache === "dropped" && share > NEGLIGIBLE_SHARE) {
    const percent = Math.max(1, Math.round(share * 100));
    const fact = `${percent}% of the dataset was still in the page cache after dropping it`;
    warnings.push(makeWarning("cache-not-dropped", fact, { value: share, unit: "share" }));
  }
  if (cache === "warm" && share < 1 - NEGLIGIBLE_SHARE) {
    const percent = Math.min(99, Math.round(share * 100));
    const fact =
      `Only ${percent}% of the dataset was in the page cache after warming it: it does not fit, ` +
      "or was evicted";
    warnings.push(makeWarning("cache-not-warm", fact, { value: share, unit: "share" }));
  }
  return warnings;
}

/** Warns of reads that certainly did not come from the storage. */
function servedWarnings(evidence: CacheEvidence): readonly Warning[] {
  const { servedFromCacheShareLow: low = 0, servedFromCacheShareHigh: high = 1 } = evidence;
  if (evidence.logicalReadBytes === 0 || low <= NOTABLE_SHARE) return [];
  const percent = Math.round(low * 100);
  const least = high - low > NOTABLE_SHARE ? "At least " : "";
  const held = Math.max(evidence.residentShareBefore ?? 0, evidence.residentShareAfter ?? 0);
  const value = { value: low, unit: "share" } as const;
  if (held < NEGLIGIBLE_SHARE && evidence.residentShareAfter !== null) {
    const fact =
      `${least}${percent}% of the bytes read did not come from the device and are not in the ` +
      "page cache: the files have holes, or the reads were served from another cache";
    const effect = "Rates and latencies include reads without access to the storage.";
    const remedy = "Use a dataset that assay writes, larger than that cache.";
    return [makeWarning("served-from-cache", fact, { ...value, effect, remedy })];
  }
  const share = `${least}${percent}% of the bytes read`;
  const fact = `${share} came from the page cache, not from the device`;
  return [makeWarning("served-from-cache", fact, value)];
}

/** Warns of buffered I/O in spite of `direct`, and of caches that cannot be observed. */
function pathWarnings(evidence: CacheEvidence, { cache, sync, dsync }: PhasePlan) {
  const warnings: Warning[] = [];
  const moved = evidence.logicalReadBytes + evidence.logicalWriteBytes;
  if (evidence.cacheFilled === true) {
    const before = evidence.residentShareBefore ?? 0;
    const percent = Math.max(1, Math.round(((evidence.residentShareAfter ?? 0) - before) * 100));
    const fact =
      `${percent}% of the dataset entered the page cache in spite of \`cache: direct\`: the file ` +
      "system used buffered I/O instead, without an error";
    const value = Math.max(0, (evidence.residentShareAfter ?? 0) - before);
    warnings.push(makeWarning("direct-not-direct", fact, { value, unit: "share" }));
  }
  const durable = evidence.logicalReadBytes === 0 && (dsync || sync != null);
  if (evidence.unseenCache != null && cache !== "warm" && moved > 0 && !durable) {
    const fact = `The share of reads served from a cache is unknown: ${evidence.unseenCache}`;
    warnings.push(makeWarning("unseen-cache", fact));
  }
  return warnings;
}

/** Warnings about the page cache and other caches in one phase. */
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
      const fact = `${percent}% of the bytes written were still in the page cache at the end`;
      const value = unwritten;
      warnings.push(makeWarning("written-to-cache", fact, { value, unit: "share" }));
    }
  }
  if (phase.cache === "dropped" && memoryBytes > 0 && dataset.totalBytes < memoryBytes) {
    if (longestNs(phase.limit) !== null && evidence.logicalReadBytes > dataset.totalBytes) {
      const fact = "The dataset was read more than once and fits in memory";
      warnings.push(makeWarning("dataset-fits-in-memory", fact));
    }
  }
  return warnings;
}
