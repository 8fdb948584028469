import { oneShare } from "../../metrics/cache/cache.ts";
import { memoryFastShare } from "../../metrics/cache/fast-share.ts";
import type { OperationTotals } from "../../metrics/histogram/summary.ts";
import { BRINGS } from "../../model/plan/operation.ts";
import type { CacheEvidence } from "../../model/run/cache.ts";
import type { HostEnd } from "./host-end.ts";

/** Cache evidence of one host and the device that its counters are of. */
interface Counted {
  readonly cache: CacheEvidence;
  /** Equal for processes of one machine that read the counters of one device. */
  readonly device: string;
  readonly datasetBytes: number;
}

/**
 * Cache evidence of all hosts: bytes are sums, the device of several processes of one machine
 * counts once, shares are weighted by bytes. Reads of a lost host have no evidence.
 */
export function mergedCache(
  hosts: readonly HostEnd[],
  whole: readonly OperationTotals[],
): CacheEvidence {
  const counted = hosts.flatMap(({ result, record, device }): Counted[] => {
    if (result === null) return [];
    const { cache, datasetBytes } = result;
    return [{ cache, device: `${record.machine} ${device ?? cache.source}`, datasetBytes }];
  });
  const caches = counted.map(({ cache }) => cache);
  const logical = { read: 0, written: 0 };
  for (const { operation, bytes } of whole) {
    logical[BRINGS.has(operation) ? "read" : "written"] += bytes;
  }
  const bounds = boundsOf(caches, logical.read);
  return {
    servedFromCacheShare: logical.read > 0 ? oneShare(bounds) : null,
    ...(logical.read > 0
      ? { servedFromCacheShareLow: bounds.low, servedFromCacheShareHigh: bounds.high }
      : {}),
    basis: listed(caches.map(({ basis }) => basis)),
    unseenCache: caches.find(({ unseenCache }) => unseenCache != null)?.unseenCache ?? null,
    logicalReadBytes: logical.read,
    logicalWriteBytes: logical.written,
    deviceReadBytes: byDevice(counted, ({ deviceReadBytes }) => deviceReadBytes),
    deviceWriteBytes: byDevice(counted, ({ deviceWriteBytes }) => deviceWriteBytes),
    ownReadBytes: sumOf(caches.map(({ ownReadBytes = null }) => ownReadBytes)),
    firstReadBytes: sumOf(caches.map(({ firstReadBytes = null }) => firstReadBytes)),
    cacheFilled: filled(caches.map(({ cacheFilled = null }) => cacheFilled)),
    memoryFastShare: memoryFastShare(whole),
    residentShareBefore: weighted(counted, ({ residentShareBefore }) => residentShareBefore),
    residentShareAfter: weighted(counted, ({ residentShareAfter }) => residentShareAfter),
    source: listed(caches.map(({ source }) => source)),
  };
}

/** Bounds of the share of all reads that a cache served; those of unknown reads are 0 and 1. */
function boundsOf(caches: readonly CacheEvidence[], readBytes: number) {
  let low = 0;
  let high = readBytes;
  for (const cache of caches) {
    const { servedFromCacheShareLow = 0, servedFromCacheShareHigh = 1, logicalReadBytes } = cache;
    low += servedFromCacheShareLow * logicalReadBytes;
    high -= (1 - servedFromCacheShareHigh) * logicalReadBytes;
  }
  const share = (bytes: number) => Math.min(1, Math.max(0, bytes / Math.max(1, readBytes)));
  return { low: share(low), high: share(high) };
}

/** Sum over the devices; null if the counters of one are unknown. */
function byDevice(
  hosts: readonly Counted[],
  of: (cache: CacheEvidence) => number | null,
): number | null {
  const devices = new Map<string, number | null>();
  for (const { cache, device } of hosts) {
    const [before, bytes] = [devices.get(device), of(cache)];
    // Each process saw nearly the same bytes; the longest look saw most.
    const most = before == null || bytes === null ? bytes : Math.max(before, bytes);
    devices.set(device, before === null ? null : most);
  }
  return sumOf([...devices.values()]);
}

function sumOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}

function filled(values: readonly (boolean | null)[]): boolean | null {
  if (values.includes(true)) return true;
  return values.length > 0 && values.every((value) => value === false) ? false : null;
}

/** Mean weighted by the bytes of the dataset; null if one is unknown. */
function weighted(
  hosts: readonly Counted[],
  of: (cache: CacheEvidence) => number | null,
): number | null {
  const total = hosts.reduce((sum, { datasetBytes }) => sum + datasetBytes, 0);
  if (total === 0) return null;
  const sum = sumOf(
    hosts.map(({ cache, datasetBytes }) => {
      const share = of(cache);
      return share === null ? null : share * datasetBytes;
    }),
  );
  return sum === null ? null : Math.min(1, sum / total);
}

/** Different texts, each once. */
function listed(texts: readonly (string | undefined)[]): string {
  const known = new Set(texts.filter((text) => text !== undefined && text !== ""));
  return known.size === 0 ? "no host reported its counters" : [...known].join("; ");
}
