import type { AccessPattern, CachePolicy } from "../../model/plan/plan.ts";
import type { ReadPath } from "../../model/run/cache.ts";

/** Counters for the reads of a phase, in bytes; shares refer to the dataset, 0 to 1. */
export interface ReadFacts {
  readonly policy: CachePolicy;
  readonly access: AccessPattern;
  readonly path: ReadPath;
  readonly datasetBytes: number;
  /** Bytes of the dataset that this host may read in the phase; absent: all. */
  readonly visitedBytes?: number;
  /** Read by operations. */
  readonly readBytes: number;
  /** Read or written by operations. */
  readonly movedBytes: number;
  /** Fetched by this process; null if not counted. */
  readonly ownBytes: number | null;
  /** Fetched by all programs on this host; null if not counted. */
  readonly deviceBytes: number | null;
  /** Bytes read for the first time in the measured time; null if unknown. */
  readonly firstBytes: number | null;
  readonly residentBefore: number | null;
  readonly residentAfter: number | null;
  /** Fetched between the check of the page cache and the start of measuring (the warm-up). */
  readonly broughtInBytes: number;
  /** In flight at the start of measuring: fetched before it, read in it. */
  readonly inFlightBytes: number;
}

/** Bounds of the share of the bytes read that did not come from the storage, 0 to 1. */
export interface CacheBounds {
  readonly low: number;
  readonly high: number;
  /** With `direct`: whether the dataset entered the page cache; null if unknown. */
  readonly filled: boolean | null;
  /** Evidence for the bounds. */
  readonly basis: string;
}

/** Maximum relative difference between counters that agree. */
const EXACT = 0.01;

/** Bytes that direct I/O may add to the page cache, as on btrfs. */
const STRAY_BYTES = 65_536;

/** Share from which the whole dataset counts as resident. */
const WHOLE = 0.9995;

const OWN = "own reads (/proc/self/io)";
const RESIDENCY = "residency";
const NO_GROWTH = "the page cache did not grow";
const FIRST = "first reads by the access pattern";
const NOTHING = "no counter gives evidence";

/** Bounds of the share that came from a cache, valid also if other programs use the device. */
export function cacheBounds(facts: ReadFacts): CacheBounds {
  const filled = facts.policy === "direct" ? isFilled(facts) : null;
  if (facts.path.inMemory) {
    return { low: 1, high: 1, filled: null, basis: "the files are kept in memory" };
  }
  if (facts.readBytes === 0) return { low: 0, high: 1, filled, basis: "nothing was read" };
  const from = [lowBound(facts), residentBound(facts, filled)];
  const least = from.reduce((a, b) => (b.bound > a.bound ? b : a));
  const most = facts.policy === "direct" && filled !== true ? past(facts, filled) : through(facts);
  const unseen = facts.path.unseenCache;
  const low = least.bound;
  const high = unseen === null ? Math.max(low, most.bound) : 1;
  const basis = [...new Set([...least.basis, ...(unseen === null ? most.basis : [unseen])])];
  return { low, high, filled, basis: basis.length === 0 ? NOTHING : basis.join("; ") };
}

interface Bound {
  readonly bound: number;
  readonly basis: readonly string[];
}

const NOTHING_KNOWN: Bound = { bound: 1, basis: [] };

/** Lower bound: bytes that were not fetched did not come from the storage. */
function lowBound({ path, readBytes, inFlightBytes, ...facts }: ReadFacts): Bound {
  const left = (fetched: number, expansion: number) =>
    Math.max(0, 1 - (expansion * (fetched + inFlightBytes)) / readBytes);
  if (path.expansion === null) return { bound: 0, basis: [] };
  if (path.counted && facts.ownBytes !== null) {
    return { bound: left(facts.ownBytes, path.expansion), basis: [OWN] };
  }
  if (facts.deviceBytes === null || path.expansion !== 1) return { bound: 0, basis: [] };
  return { bound: left(facts.deviceBytes, 1), basis: ["counters of the storage"] };
}

/** Lower bound: buffered reads of a resident dataset come from the page cache. */
function residentBound(facts: ReadFacts, filled: boolean | null): Bound {
  const { policy, residentBefore, residentAfter } = facts;
  const buffered = policy !== "direct" || filled === true;
  const whole = Math.min(residentBefore ?? 0, residentAfter ?? 0) >= WHOLE;
  return buffered && whole ? { bound: 1, basis: [RESIDENCY] } : { bound: 0, basis: [] };
}

/** Whether direct I/O filled the page cache: the file system silently used buffered I/O. */
function isFilled({ datasetBytes, movedBytes, ...facts }: ReadFacts): boolean | null {
  const { residentBefore, residentAfter } = facts;
  if (residentAfter === null) return null;
  // Files that did not exist were not in the page cache.
  const grownBytes = (residentAfter - (residentBefore ?? 0)) * datasetBytes;
  return grownBytes > EXACT * Math.min(datasetBytes, movedBytes) + STRAY_BYTES;
}

/** Upper bound for direct reads: bytes not fetched were in a cache, or in a hole. */
function past(facts: ReadFacts, filled: boolean | null): Bound {
  const { path, readBytes, ownBytes, deviceBytes, residentBefore } = facts;
  const missing = ownBytes === null ? 1 : Math.max(0, 1 - ownBytes / readBytes);
  const basis = filled === false ? [OWN, NO_GROWTH] : [OWN];
  if (ownBytes !== null && (path.counted || missing <= EXACT)) {
    // Without a check of the page cache, read-ahead could hide reads served from it.
    const exact = filled === false || ownBytes <= readBytes * (1 + EXACT) + facts.inFlightBytes;
    return exact ? { bound: missing, basis } : NOTHING_KNOWN;
  }
  const seen = filled === false && residentBefore !== null && residentBefore <= 0.5;
  if (!seen) return NOTHING_KNOWN;
  const short = deviceBytes === null ? 0 : Math.max(0, 1 - deviceBytes / readBytes);
  return { bound: short <= EXACT ? 0 : short, basis: [NO_GROWTH] };
}

/** Upper bound for buffered reads: first reads of non-resident data came from the storage. */
function through(facts: ReadFacts): Bound {
  const { path, readBytes, firstBytes, ownBytes, residentBefore } = facts;
  if (firstBytes === null || residentBefore === null) return NOTHING_KNOWN;
  const known = Math.min(1, 1 - unheld(facts, firstBytes, residentBefore) / readBytes);
  const missing =
    path.counted && ownBytes !== null
      ? Math.max(0, 1 - (ownBytes + facts.inFlightBytes) / readBytes)
      : 0;
  return { bound: Math.max(known, missing), basis: [RESIDENCY, FIRST] };
}

/** Orders in which the warm-up fetches every block with the same probability. */
const EVEN: ReadonlySet<AccessPattern> = new Set(["random", "permutation", "shuffled", "samples"]);

/** Orders in which the phase does not reread the warm-up before the end of the dataset. */
const ONWARD: ReadonlySet<AccessPattern> = new Set(["sequential", "reverse", "strided"]);

/** Minimum bytes of first reads that were not in the page cache when measuring began. */
function unheld(facts: ReadFacts, firstBytes: number, residentBefore: number): number {
  const { access, datasetBytes, movedBytes, broughtInBytes } = facts;
  const { visitedBytes = datasetBytes } = facts;
  // Resident pages of the dataset may all be among those that this host reads.
  const before = Math.min(visitedBytes, residentBefore * datasetBytes);
  const held = Math.min(visitedBytes, before + broughtInBytes);
  if (EVEN.has(access)) return firstBytes * (1 - held / visitedBytes);
  const isBehind = ONWARD.has(access) && movedBytes + broughtInBytes <= visitedBytes;
  return Math.max(0, firstBytes - (isBehind ? before : held));
}
