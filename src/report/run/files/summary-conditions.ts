import { type CachedShare, oneShare } from "../../../metrics/cache/cache.ts";
import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { type ObjectOptions, PLAIN_OBJECTS } from "../../../model/plan/object-options.ts";
import type { PhasePlan } from "../../../model/plan/plan.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import { valueColumns } from "../../parts/value-columns.ts";
import { accessText } from "../words/load.ts";

/** Sources of the values in one row of `summary.csv`. */
export interface SummaryRow {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly summary: Summary;
  /** Share of the bytes read that came from a cache; null if nothing was read from a file. */
  readonly share: CachedShare | null;
}

/** A run stored by an older version has no object options: it used the defaults. */
function objectsOf({ objects = PLAIN_OBJECTS }: Partial<PhasePlan>): ObjectOptions {
  return objects;
}

export const CACHE_AND_PLAN = valueColumns<SummaryRow>([
  [
    "served_from_cache_share",
    "share",
    "share of the bytes read that came from a cache; empty unless known within 0.02",
    ({ share }) => oneShare(share),
  ],
  [
    "warnings",
    "list",
    "warning codes of the phase, each once",
    ({ result }) => [...new Set(result.warnings.map(({ code }) => code))].join(";"),
  ],
  [
    "plan_hash",
    "text",
    "SHA-256 of the plan; runs with equal hashes did the same work",
    ({ run }) => run.planHash,
  ],
]);

export const RESIDENCY_AND_ACCESS = valueColumns<SummaryRow>([
  [
    "resident_share_before",
    "share",
    "share of the dataset in the page cache before the phase; empty if unknown",
    ({ result }) => result.cache.residentShareBefore,
  ],
  [
    "resident_share_after",
    "share",
    "share of the dataset in the page cache after the phase; empty if unknown",
    ({ result }) => result.cache.residentShareAfter,
  ],
  [
    "access",
    "text",
    "access pattern with its parameters",
    ({ result }) => accessText(result.phase),
  ],
  [
    "block_mix",
    "list",
    "block sizes of a mix as `bytes:weight`; empty with one block size",
    ({ result }) =>
      (result.phase.blockMix ?? []).map(({ bytes, weight }) => `${bytes}:${weight}`).join(";"),
  ],
  [
    "throttled",
    "count",
    "requests that S3 throttled (503 SlowDown, 429); empty in older runs",
    ({ summary }) => summary.throttled ?? null,
  ],
]);

export const OBJECTS = valueColumns<SummaryRow>([
  [
    "storage_class",
    "text",
    "requested S3 storage class; empty for the bucket's default",
    ({ result }) => objectsOf(result.phase).storageClass,
  ],
  [
    "encryption",
    "text",
    "requested S3 encryption: `none` (the bucket's default), `sse-s3`, `sse-kms` or `sse-c`",
    ({ result }) => objectsOf(result.phase).encryption.kind,
  ],
  [
    "checksum",
    "text",
    "requested S3 checksum algorithm; empty for none",
    ({ result }) => objectsOf(result.phase).checksum,
  ],
]);

/** Open loop. Values cover all operations of the phase; empty in a closed loop. */
export const OPEN_LOOP = valueColumns<SummaryRow>([
  [
    "phase_offered",
    "count",
    "open loop: operations scheduled in the phase, over all operations of the mix",
    ({ result }) => result.openLoop?.offered ?? null,
  ],
  [
    "phase_offered_per_second",
    "operations/s",
    "open loop: offered load, the mean scheduled rate",
    ({ result }) => result.openLoop?.offeredPerSecond ?? null,
  ],
  [
    "phase_late",
    "count",
    "open loop: operations issued late because no slot was free",
    ({ result }) => result.openLoop?.late ?? null,
  ],
  [
    "phase_dropped",
    "count",
    "open loop: operations dropped because the backlog was full",
    ({ result }) => result.openLoop?.dropped ?? null,
  ],
  [
    "phase_unissued",
    "count",
    "open loop: operations in the backlog when issuing ended",
    ({ result }) => result.openLoop?.unissued ?? null,
  ],
  [
    "phase_backlog_most",
    "count",
    "open loop: maximum backlog",
    ({ result }) => result.openLoop?.backlogMost ?? null,
  ],
  [
    "phase_backlog_at_end",
    "count",
    "open loop: backlog at the end of the phase",
    ({ result }) => result.openLoop?.backlogAtEnd ?? null,
  ],
  [
    "phase_pacing_p50_ns",
    "ns",
    "open loop: p50 of the pacing error (issue delay caused by the load generator)",
    ({ result }) => latencyFigure(result.openLoop?.pacing, "p50").ns,
  ],
  [
    "phase_pacing_p99_ns",
    "ns",
    "open loop: p99 of the pacing error",
    ({ result }) => latencyFigure(result.openLoop?.pacing, "p99").ns,
  ],
]);

/** Columns that later versions added. */
export const UNFINISHED = valueColumns<SummaryRow>([
  [
    "unfinished",
    "count",
    "of the errors: operations that never completed; empty in older runs",
    ({ summary }) => summary.unfinished ?? null,
  ],
  [
    "served_from_cache_share_low",
    "share",
    "lower bound of `served_from_cache_share`; empty if nothing was read from a file or device",
    ({ share }) => share?.low ?? null,
  ],
  [
    "served_from_cache_share_high",
    "share",
    "upper bound of `served_from_cache_share`; empty if nothing was read from a file or device",
    ({ share }) => share?.high ?? null,
  ],
  [
    "own_read_bytes",
    "bytes",
    "bytes that this process read from storage, not from a cache; empty if unknown",
    ({ result }) => result.cache.ownReadBytes ?? null,
  ],
  [
    "phase_back_off_pauses",
    "count",
    "pauses after failed operations; empty if the load does not pause",
    ({ result }) => result.backOff?.pauses ?? null,
  ],
  [
    "phase_back_off_total_ns",
    "ns",
    "sum of these pauses over all slots",
    ({ result }) => result.backOff?.totalNs ?? null,
  ],
  [
    "reported_ns",
    "ns",
    "part of `elapsed_ns` that rates, latencies, operations and bytes cover",
    ({ result }) => result.reportedNs ?? result.elapsedNs,
  ],
  [
    "hosts",
    "count",
    "hosts that ran the phase; `threads` and `queue_depth_per_thread` are those of each host",
    ({ result }) => result.hosts?.length ?? 1,
  ],
]);
