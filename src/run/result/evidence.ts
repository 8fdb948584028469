import type { DeviceCounters } from "../../environment/machine/counters.ts";
import type { PhaseSetup } from "../../load/task.ts";
import { cacheBounds } from "../../metrics/cache/bounds.ts";
import { oneShare } from "../../metrics/cache/cache.ts";
import { memoryFastShare } from "../../metrics/cache/fast-share.ts";
import { firstReadShare, visitedBytes } from "../../metrics/cache/first-reads.ts";
import { BRINGS } from "../../model/plan/operation.ts";
import { WHOLE } from "../../model/plan/part.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { CacheEvidence, ReadPath } from "../../model/run/cache.ts";
import type { WorkerMeasurement } from "../../model/run/measurement.ts";
import type { PhaseMeasurement } from "../phase/phase.ts";

/** Counters at one instant. */
export interface CounterReading {
  readonly device: DeviceCounters;
  /** Bytes fetched by this process; null if the kernel does not count them. */
  readonly ownReadBytes: number | null;
  /** On the process-wide clock. */
  readonly atNs: bigint;
}

/** Counters around a phase. */
export interface CacheCounters {
  readonly path: ReadPath;
  readonly pageBytes: number;
  /** At the start of the load, at the start of measuring (after the warm-up), and at the end. */
  readonly started: CounterReading;
  readonly before: CounterReading;
  readonly after: CounterReading;
  readonly resident: Pick<CacheEvidence, "residentShareBefore" | "residentShareAfter">;
}

/**
 * Compares the bytes that the load transferred with the kernel's counters: bytes that this process
 * fetched, the page cache held, and operations may have read twice.
 */
export function cacheEvidence(
  setup: PhaseSetup,
  measurement: PhaseMeasurement,
  counters: CacheCounters,
): CacheEvidence {
  const { phase, dataset } = setup;
  // The counters cover the whole phase, also if only a part of it is reported.
  const { whole: totals } = measurement;
  const sums = { read: 0, written: 0 };
  for (const { operation, bytes } of totals) {
    sums[BRINGS.has(operation) ? "read" : "written"] += bytes;
  }
  const { before, after } = counters;
  const device = difference(before.device, after.device);
  const ownReadBytes =
    before.ownReadBytes === null || after.ownReadBytes === null
      ? null
      : Math.max(0, after.ownReadBytes - before.ownReadBytes);
  const extent = { phase, datasetBytes: dataset.totalBytes, hosts: (setup.part ?? WHOLE).hosts };
  const share = firstReadShare({
    ...extent,
    workerBytes: movedByWorker(measurement.workers, phase.workers),
    pageBytes: counters.pageBytes,
  });
  const firstReadBytes = share === null ? null : Math.round(share * sums.read);
  const late = lateShare(phase, measurement, counters);
  const extended = (bytes: number | null) => (bytes === null ? null : bytes / (1 - late));
  const bounds = cacheBounds({
    policy: phase.cache,
    access: phase.access,
    path: counters.path,
    datasetBytes: dataset.totalBytes,
    visitedBytes: visitedBytes(extent),
    readBytes: sums.read,
    movedBytes: sums.read + sums.written,
    ownBytes: extended(ownReadBytes),
    deviceBytes: extended(device?.readBytes ?? null),
    firstBytes: firstReadBytes,
    residentBefore: counters.resident.residentShareBefore,
    residentAfter: counters.resident.residentShareAfter,
    broughtInBytes: Math.max(0, (before.ownReadBytes ?? 0) - (counters.started.ownReadBytes ?? 0)),
    inFlightBytes: phase.warmupNs > 0 ? setup.threads * setup.depth * phase.blockBytes : 0,
  });
  return {
    servedFromCacheShare: sums.read > 0 ? oneShare(bounds) : null,
    ...(sums.read > 0
      ? { servedFromCacheShareLow: bounds.low, servedFromCacheShareHigh: bounds.high }
      : {}),
    basis: bounds.basis,
    unseenCache: counters.path.unseenCache,
    logicalReadBytes: sums.read,
    logicalWriteBytes: sums.written,
    deviceReadBytes: device?.readBytes ?? null,
    deviceWriteBytes: device?.writeBytes ?? null,
    ownReadBytes,
    firstReadBytes,
    cacheFilled: bounds.filled,
    memoryFastShare: memoryFastShare(totals),
    ...counters.resident,
    source: after.device.source,
  };
}

/** Share of the measured time before the counters were read: the timer was late. */
function lateShare(
  phase: PhasePlan,
  { fromNs, elapsedNs }: PhaseMeasurement,
  { before }: CacheCounters,
): number {
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

/**
 * Bytes that each worker of the plan transferred in the measured time. An engine without a queue
 * depth uses as many threads per worker as the queue depth.
 */
function movedByWorker(threads: readonly WorkerMeasurement[], workers: number): readonly number[] {
  const each = threads.length % workers === 0 ? threads.length / workers : 1;
  const sums = Array.from({ length: threads.length / each }, () => 0);
  for (const { worker, movedBytes = 0 } of threads) {
    const planned = Math.floor(worker / each);
    sums[planned] = (sums[planned] ?? 0) + movedBytes;
  }
  return sums;
}
