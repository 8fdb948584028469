import type { DeviceCounters } from "../../environment/machine/counters.ts";
import { cacheBounds } from "../../metrics/cache/bounds.ts";
import { oneShare } from "../../metrics/cache/cache.ts";
import { memoryFastShare } from "../../metrics/cache/fast-share.ts";
import { firstReadShare } from "../../metrics/cache/first-reads.ts";
import type { OperationTotals } from "../../metrics/histogram/summary.ts";
import type { DatasetLocation } from "../../model/plan/dataset.ts";
import { BRINGS } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { ReadPath } from "../../model/run/read-path.ts";
import type { CacheEvidence } from "../../model/run/run.ts";

/** What was counted so far at one instant. */
export interface Reading {
  readonly device: DeviceCounters;
  /** Fetched by this process; null where the kernel does not count it. */
  readonly ownReadBytes: number | null;
  /** On the process-wide clock. */
  readonly atNs: bigint;
}

/** What is counted around a phase. */
export interface CacheWatch {
  readonly path: ReadPath;
  readonly pageBytes: number;
  /** As the load began, as measuring began (after the warm-up), and when all was over. */
  readonly started: Reading;
  readonly before: Reading;
  readonly after: Reading;
  readonly resident: Pick<CacheEvidence, "residentShareBefore" | "residentShareAfter">;
}

/** A phase and what its operations moved. */
export interface Moved {
  readonly phase: PhasePlan;
  readonly dataset: DatasetLocation;
  /** Of all intervals. */
  readonly totals: readonly OperationTotals[];
  readonly workerBytes: readonly number[];
  readonly inFlight: number;
  /** When measuring was to begin, and how long it lasted. */
  readonly fromNs: bigint;
  readonly elapsedNs: number;
}

/**
 * Compares the bytes the workload moved with those the kernel counted: what this process had to
 * fetch, what the page cache held, and what can have been read twice.
 */
export function cacheEvidence(moved: Moved, watch: CacheWatch): CacheEvidence {
  const sums = { read: 0, written: 0 };
  for (const { operation, bytes } of moved.totals) {
    sums[BRINGS.has(operation) ? "read" : "written"] += bytes;
  }
  const { before, after } = watch;
  const device = difference(before.device, after.device);
  const ownReadBytes =
    before.ownReadBytes === null || after.ownReadBytes === null
      ? null
      : Math.max(0, after.ownReadBytes - before.ownReadBytes);
  const share = firstReadShare({
    ...moved,
    datasetBytes: moved.dataset.totalBytes,
    pageBytes: watch.pageBytes,
  });
  const firstReadBytes = share === null ? null : Math.round(share * sums.read);
  const late = lateShare(moved, watch);
  const extended = (bytes: number | null) => (bytes === null ? null : bytes / (1 - late));
  const bounds = cacheBounds({
    policy: moved.phase.cache,
    access: moved.phase.access,
    path: watch.path,
    datasetBytes: moved.dataset.totalBytes,
    readBytes: sums.read,
    movedBytes: sums.read + sums.written,
    ownBytes: extended(ownReadBytes),
    deviceBytes: extended(device?.readBytes ?? null),
    firstBytes: firstReadBytes,
    residentBefore: watch.resident.residentShareBefore,
    residentAfter: watch.resident.residentShareAfter,
    broughtInBytes: Math.max(0, (before.ownReadBytes ?? 0) - (watch.started.ownReadBytes ?? 0)),
    inFlightBytes: moved.phase.warmupNs > 0 ? moved.inFlight * moved.phase.blockBytes : 0,
  });
  return {
    servedFromCacheShare: sums.read > 0 ? oneShare(bounds) : null,
    ...(sums.read > 0
      ? { servedFromCacheShareLow: bounds.low, servedFromCacheShareHigh: bounds.high }
      : {}),
    basis: bounds.basis,
    unseenCache: watch.path.unseenCache,
    logicalReadBytes: sums.read,
    logicalWriteBytes: sums.written,
    deviceReadBytes: device?.readBytes ?? null,
    deviceWriteBytes: device?.writeBytes ?? null,
    ownReadBytes,
    firstReadBytes,
    cacheFilled: bounds.filled,
    memoryFastShare: memoryFastShare(moved.totals),
    ...watch.resident,
    source: after.device.source,
  };
}

/** Part of the measured time that was over before the counters were read: the timer was late. */
function lateShare({ phase, fromNs, elapsedNs }: Moved, { before }: CacheWatch): number {
  if (phase.warmupNs === 0 || elapsedNs === 0) return 0;
  return Math.min(0.5, Math.max(0, Number(before.atNs - fromNs) / elapsedNs));
}

function difference(before: DeviceCounters, after: DeviceCounters) {
  if (before.counters === null || after.counters === null) return null;
  return {
    readBytes: Math.max(0, after.counters.readBytes - before.counters.readBytes),
    writeBytes: Math.max(0, after.counters.writeBytes - before.counters.writeBytes),
  };
}
