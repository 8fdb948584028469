/**
 * Page cache and stored phases: whether writes were buffered, and which share of the reads came
 * from a cache. Counters of device and process give bounds, never a guess: `bounds.ts` derives
 * them, `first-reads.ts` adds what an access pattern implies, `fast-share.ts` what latencies imply.
 * This file applies them to a stored phase and is the one to read first.
 */

import { SENDS } from "../../model/plan/operation.ts";
import { PLAIN_STORAGE, type ReadPath, readPathOfType } from "../../model/run/cache.ts";
import type { Environment } from "../../model/run/environment.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { hostEvidence } from "../host-evidence.ts";
import { cacheBounds } from "./bounds.ts";

/** Bounds of the share of the bytes read that did not come from the storage, 0 to 1. */
export interface CachedShare {
  readonly low: number;
  readonly high: number;
  /** Evidence for the bounds. */
  readonly basis: string;
}

/**
 * Bounds of the share of a stored phase's reads that came from a cache; null if nothing was read
 * from a path or device. Runs of older versions have only the counters of the whole device, where
 * reads of other programs hide reads from a cache: their upper bound is open unless the I/O was
 * direct on a file system that supports it. With several hosts, each one's share counts by its
 * bytes.
 */
export function cachedShare(run: Run, result: PhaseResult): CachedShare | null {
  const shares = hostEvidence(result).flatMap(({ cache }) => {
    const share = cachedShareOf(run, { ...result, cache });
    return share === null ? [] : [{ ...share, bytes: cache.logicalReadBytes }];
  });
  const [first, ...others] = shares;
  if (first === undefined || others.length === 0) return first ?? null;
  const bytes = shares.reduce((sum, one) => sum + one.bytes, 0);
  const mean = (of: "low" | "high") =>
    shares.reduce((sum, one) => sum + one[of] * one.bytes, 0) / bytes;
  const basis = [...new Set(shares.map((one) => one.basis))].join("; ");
  return { low: mean("low"), high: mean("high"), basis };
}

/** The share on one host. */
function cachedShareOf(run: Run, { cache, phase, ...result }: PhaseResult): CachedShare | null {
  const { kind } = run.target.address;
  if (cache.logicalReadBytes === 0 || kind === "bucket" || kind === "memory") return null;
  const { servedFromCacheShareLow: low, servedFromCacheShareHigh: high, basis = "" } = cache;
  if (low !== undefined && high !== undefined) return { low, high, basis };
  const path = pathOf(run);
  const fetched = cache.deviceReadBytes;
  if (phase.cache === "direct" && readsDirectly(run.environment, path) && fetched !== null) {
    const left = Math.max(0, 1 - fetched / cache.logicalReadBytes);
    return { low: left, high: left, basis: cache.source };
  }
  const inFlight = result.threads * result.queueDepthPerThread;
  const bounds = cacheBounds({
    policy: phase.cache,
    access: phase.access,
    path,
    datasetBytes: result.datasetBytes,
    readBytes: cache.logicalReadBytes,
    movedBytes: cache.logicalReadBytes + cache.logicalWriteBytes,
    ownBytes: null,
    deviceBytes: fetched,
    firstBytes: null,
    ...residencyOf(run, cache),
    broughtInBytes: 0,
    inFlightBytes: phase.warmupNs > 0 ? inFlight * phase.blockBytes : 0,
  });
  return { ...bounds, basis: cache.source };
}

/** The widest bounds of a share that is given as one number. */
const KNOWN_WITHIN = 0.02;

/** The share as one number, 0 to 1; null if its bounds differ by more than 2% or are unknown. */
export function oneShare(share: { readonly low: number; readonly high: number } | null) {
  if (share === null || share.high - share.low > KNOWN_WITHIN) return null;
  return (share.low + share.high) / 2;
}

/** Residency; unknown for overlays in older versions, which checked the wrong pages. */
function residencyOf({ environment }: Run, cache: PhaseResult["cache"]) {
  if (environment.mount?.type === "overlay") return { residentBefore: null, residentAfter: null };
  return {
    residentBefore: cache.residentShareBefore ?? null,
    residentAfter: cache.residentShareAfter ?? null,
  };
}

/** Older runs do not record whether the file of a loop device was read through the page cache. */
function pathOf({ target, environment }: Run): ReadPath {
  const type = environment.mount?.type ?? "";
  const path = target.address.kind === "device" ? PLAIN_STORAGE : readPathOfType(type);
  if (environment.device?.model !== "loop device") return path;
  return { ...path, unseenCache: "the loop device may read its file through the page cache" };
}

function readsDirectly({ mount }: Environment, path: ReadPath): boolean {
  const plain = path.counted && path.expansion === 1 && !path.inMemory;
  return plain && path.unseenCache === null && !(mount?.options.includes("data=journal") ?? false);
}

/** Whether a phase used direct I/O: `direct` was set, and each file system supports it. */
export function isDirect(result: PhaseResult): boolean {
  if (result.phase.cache !== "direct") return false;
  return hostEvidence(result).every(({ cache }) => cache.cacheFilled !== true);
}

/**
 * Whether a phase's writes were buffered: `direct` was not set, or the file system used the page
 * cache anyway.
 */
export function isBuffered(target: TargetSpec, result: PhaseResult): boolean {
  const { phase } = result;
  if (isDirect(result)) return false;
  if (target.address.kind !== "path" && target.address.kind !== "device") return false;
  // With syncs a write also completes in the cache, but the rate is that of durable writes.
  if (phase.dsync || phase.sync != null) return false;
  return phase.mix.some(({ operation }) => SENDS.has(operation));
}

/** Memory available for caching: that of the host, or the limit of the control group if lower. */
export function memoryForCache({ memoryBytes, cgroup }: Environment): number {
  return Math.min(memoryBytes, cgroup.memoryLimitBytes ?? memoryBytes);
}
