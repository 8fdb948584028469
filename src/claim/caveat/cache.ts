import { type CachedShare, cachedShare, isBuffered, isDirect } from "../../metrics/cache/cache.ts";
import { MEMORY_FAST_NS, storedFastShare } from "../../metrics/cache/fast-share.ts";
import { hostEvidence } from "../../metrics/host-evidence.ts";
import type { ClaimMeasure } from "../../model/claim/claim.ts";
import { shareText } from "../../model/claim/figure-words.ts";
import { BRINGS, OPERATION, type Operation } from "../../model/plan/operation.ts";
import type { PhaseResult } from "../../model/run/run.ts";
import { KIND, type TargetKind } from "../../model/target/kind.ts";
import type { Repetition } from "../evidence/evidence.ts";
import { type Caveat, hastened, type Question } from "./caveat.ts";

/** Bytes that a cache may have answered: counters are never exact to the last one. */
const MAX_CACHED_SHARE = 0.01;

/** Whether storage is behind a network, from which no read returns as fast as from memory. */
function isBehindNetwork(kind: TargetKind): boolean {
  const { family, instanceLimit } = KIND[kind];
  return family === "path" && instanceLimit !== undefined;
}

/** What was read came from the storage, and what was written got there. */
export function cacheCaveats({ claim, evidence }: Question): readonly Caveat[] {
  const { target, knowledge } = evidence;
  if (!claim.needs.uncached || target.address.kind === "bucket") return [];
  if (knowledge.backing?.kind === "memory") {
    const words = "the path is in memory, not on storage";
    return [{ code: "memory", words, settle: "run it on the storage", effect: "either" }];
  }
  const effect = hastened(claim);
  for (const one of evidence.repetitions) {
    const found =
      ofHosts(one, writeProblem) ??
      readProblem(claim.measure, one) ??
      ofHosts(one, (each) => aheadProblem(claim.measure, each)) ??
      tooFast(one);
    if (found !== null) return [{ code: "cache", ...found, effect }];
  }
  return [];
}

type Cause = Pick<Caveat, "words" | "settle">;

/** The first problem of a host's own counters. */
function ofHosts(
  repetition: Repetition,
  problem: (repetition: Repetition) => Cause | null,
): Cause | null {
  const { result } = repetition;
  for (const { cache } of hostEvidence(result)) {
    const { hosts: _hosts, ...rest } = result;
    const found = problem({ ...repetition, result: { ...rest, cache } });
    if (found !== null) return found;
  }
  return null;
}

const DIRECT = "run it with `cache: direct`, or on far more data than the memory of the host";
const REALLY_DIRECT = "run it on a file system whose O_DIRECT bypasses the page cache";
const NEARER = "run it without another cache between host and storage";

function writeProblem({ run, result }: Repetition): Cause | null {
  const { cache, phase } = result;
  if (isBuffered(run.target, result)) {
    const words = "writes completed in the page cache";
    return { words, settle: cache.cacheFilled === true ? REALLY_DIRECT : DIRECT };
  }
  const unseen = cache.unseenCache ?? null;
  if (cache.logicalWriteBytes === 0 || unseen === null || phase.dsync || phase.sync != null) {
    return null;
  }
  return { words: `writes may have completed before the storage: ${unseen}`, settle: NEARER };
}

function readProblem(measure: ClaimMeasure, { run, result }: Repetition): Cause | null {
  const cached = cachedShare(run, result);
  if (cached === null) return null;
  // One read out of memory is the fastest of all; of direct ones a rest is the counters' own.
  const isFastest = measure.kind === "time" && measure.statistic === "min";
  if (cached.high <= (isFastest && !isDirect(result) ? 0 : MAX_CACHED_SHARE)) return null;
  return { words: cachedWords(cached), settle: settleOf(result) };
}

function settleOf({ cache, phase }: PhaseResult): string {
  if ((cache.unseenCache ?? null) !== null) return NEARER;
  if (phase.cache !== "direct") return DIRECT;
  if (cache.cacheFilled === true) return REALLY_DIRECT;
  return "run it again with this version of assay, on a dataset that it creates";
}

/** `37 % of the bytes read`, `at least 12 %`, or that it is not known. */
function cachedWords({ low, high, basis }: CachedShare): string {
  const from = `came from a cache (${basis})`;
  if (high - low <= MAX_CACHED_SHARE) return `${shareText(high)} of the bytes read ${from}`;
  if (high < 1) {
    const least = low > MAX_CACHED_SHARE ? `${shareText(low)} to` : "up to";
    return `${least} ${shareText(high)} of the bytes read ${from}`;
  }
  if (low > MAX_CACHED_SHARE) return `at least ${shareText(low)} of the bytes read ${from}`;
  return `the share of bytes read from a cache is unknown (${basis})`;
}

/** Measures of single operations: bytes that read-ahead fetched in time waited for nothing. */
function isOfOperations(measure: ClaimMeasure): boolean {
  if (measure.kind === "burst" || measure.kind === "share-of-seconds") return measure.of === "iops";
  return ["iops", "time", "share-slower"].includes(measure.kind);
}

/** Orders in which a block follows its neighbour. */
const IN_A_ROW: ReadonlySet<string> = new Set(["sequential", "reverse", "strided"]);

/** Whether an operation reads part of a file, so that the kernel may read ahead. */
function isReadAhead(operation: Operation): boolean {
  return BRINGS.has(operation) && OPERATION[operation].unit !== "file";
}

/**
 * Buffered reads of blocks: the kernel may have fetched a block along with others, and the read of
 * it found it in memory. Where each fetch was one block, as many bytes were fetched as were read.
 */
function aheadProblem(measure: ClaimMeasure, { result }: Repetition): Cause | null {
  const { cache, phase } = result;
  if (isDirect(result) || !isOfOperations(measure) || cache.logicalReadBytes === 0) return null;
  if (!phase.mix.some(({ operation }) => isReadAhead(operation))) {
    return null;
  }
  const { ownReadBytes: own = null, firstReadBytes: first = null } = cache;
  const inARow =
    IN_A_ROW.has(phase.access) ||
    phase.mix.some((one) => OPERATION[one.operation].unit === "sample");
  const single = own !== null && first !== null && own <= first * (1 + MAX_CACHED_SHARE);
  if (single && !inARow) return null;
  const words = "buffered reads: read-ahead may have fetched the data before";
  return { words, settle: "run it with `cache: direct`" };
}

/** Caveat that more reads than the error of counters were faster than any network. */
function tooFast({ run, result }: Repetition): Cause | null {
  const { target } = run;
  if (!isBehindNetwork(target.kind) || target.emulated !== undefined) return null;
  const fast = storedFastShare(result);
  if (fast === null || fast <= MAX_CACHED_SHARE) return null;
  const words =
    `${shareText(fast)} of the operations took less than ${MEMORY_FAST_NS / 1000} µs, faster ` +
    "than any storage behind a network, so a cache served them";
  return { words, settle: "find the cache that serves them, and run it without" };
}
