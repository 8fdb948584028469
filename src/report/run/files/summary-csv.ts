/**
 * Files for programs that are kept with a run: CSV tables, values in base units, and JUnit XML.
 * Columns are an interface: new ones go to the end and none is renamed. `summary.csv`, made here,
 * is the one to read first.
 */

import { cachedShare, oneShare } from "../../../metrics/cache/cache.ts";
import { latencyFigure } from "../../../metrics/histogram/latency-figure.ts";
import { PLAIN_OBJECTS } from "../../../model/plan/object-options.ts";
import type { PhasePlan } from "../../../model/plan/plan.ts";
import type {
  LatencySummary,
  OpenLoop,
  PhaseResult,
  Run,
  Summary,
} from "../../../model/run/run.ts";
import { tableCsv } from "../../format/csv.ts";
import { dataTable, type Table, type Value } from "../../parts/document.ts";
import { accessText } from "../words/load.ts";

/** The columns of a latency distribution, in the order of {@link latencyFields}. */
const LATENCY_COLUMNS = [
  "count",
  "min_ns",
  "mean_ns",
  "standard_deviation_ns",
  "p50_ns",
  "p90_ns",
  "p95_ns",
  "p99_ns",
  "p999_ns",
  "p9999_ns",
  "max_ns",
] as const;

/** Distributions with the columns' beginning. */
const BOUNDED = [
  { column: "latency", of: "latency" },
  { column: "first_byte", of: "firstByte" },
  { column: "sync", of: "sync" },
  { column: "attempt", of: "attempt" },
  { column: "response", of: "response" },
] as const;

/** Column order is part of the format: new columns go to the end. */
const COLUMNS: readonly string[] = [
  "run_id",
  "scenario",
  "target",
  "target_kind",
  "phase",
  "matrix",
  "repetition",
  "operation",
  "state",
  "started_at",
  "engine",
  "threads",
  "queue_depth_per_thread",
  "block_bytes",
  "cache_policy",
  "dataset_bytes",
  "elapsed_ns",
  "operations",
  "bytes",
  "errors",
  "drained",
  "operations_per_second",
  "bytes_per_second",
  ...LATENCY_COLUMNS.map((column) => `latency_${column}`),
  ...LATENCY_COLUMNS.map((column) => `first_byte_${column}`),
  "served_from_cache_share",
  "warnings",
  "plan_hash",
  ...LATENCY_COLUMNS.map((column) => `sync_${column}`),
  "resident_share_before",
  "resident_share_after",
  "access",
  "block_mix",
  "throttled",
  ...LATENCY_COLUMNS.map((column) => `attempt_${column}`),
  "storage_class",
  "encryption",
  "checksum",
  ...LATENCY_COLUMNS.map((column) => `response_${column}`),
  // Of the phase, whatever the operation; empty in a closed loop.
  "phase_offered",
  "phase_offered_per_second",
  "phase_late",
  "phase_dropped",
  "phase_unissued",
  "phase_backlog_most",
  "phase_backlog_at_end",
  "phase_pacing_p50_ns",
  "phase_pacing_p99_ns",
  // From this latency on figures are lower bounds; empty where all are exact.
  ...BOUNDED.map(({ column }) => `${column}_at_least_ns`),
  // Of the errors, those that never completed; empty in runs that did not count them.
  "unfinished",
  "served_from_cache_share_low",
  "served_from_cache_share_high",
  "own_read_bytes",
  // Of the phase: pauses after failures; empty where the load does not pause.
  "phase_back_off_pauses",
  "phase_back_off_total_ns",
];

/**
 * `summary.csv`: tidy, one row a phase, repetition and operation (`all` first). Times in ns, sizes
 * in bytes, rates per second; an empty field is a value that was not measured.
 */
export function summaryCsv(run: Run): string {
  return tableCsv(summaryTable(run));
}

/** The rows of {@link summaryCsv} as a table, for the other formats. */
export function summaryTable(run: Run): Table {
  const rows = run.phases.flatMap((result) =>
    result.summaries.map((summary) => fields(run, result, summary)),
  );
  return dataTable("summary", COLUMNS, rows);
}

function fields(run: Run, result: PhaseResult, summary: Summary): Value[] {
  const { phase } = result;
  const share = cachedShare(run, result);
  const matrix = Object.entries(phase.matrix).map(([key, value]) => `${key}=${value}`);
  return [
    run.id,
    run.plan.name,
    run.target.name,
    run.target.kind,
    phase.name,
    matrix.join(";"),
    result.repetition,
    summary.operation,
    result.state,
    result.startedAt,
    result.engine,
    result.threads,
    result.queueDepthPerThread,
    phase.blockBytes,
    phase.cache,
    result.datasetBytes,
    result.elapsedNs,
    summary.operations,
    summary.bytes,
    summary.errors,
    summary.drained,
    summary.operationsPerSecond,
    summary.bytesPerSecond,
    ...latencyFields(summary.latency),
    ...latencyFields(summary.firstByte),
    oneShare(share),
    [...new Set(result.warnings.map((warning) => warning.code))].join(";"),
    run.planHash,
    ...latencyFields(summary.sync),
    result.cache.residentShareBefore,
    result.cache.residentShareAfter,
    accessText(phase),
    (phase.blockMix ?? []).map(({ bytes, weight }) => `${bytes}:${weight}`).join(";"),
    summary.throttled ?? null,
    ...latencyFields(summary.attempt ?? null),
    ...objectFields(phase),
    ...latencyFields(summary.response ?? null),
    ...openFields(result.openLoop),
    ...BOUNDED.map(({ of }) => summary[of]?.atLeastNs ?? null),
    summary.unfinished ?? null,
    share?.low ?? null,
    share?.high ?? null,
    result.cache.ownReadBytes ?? null,
    result.backOff?.pauses ?? null,
    result.backOff?.totalNs ?? null,
  ];
}

/** What was asked of a bucket's objects; a run stored by an older version asked nothing. */
function objectFields({ objects = PLAIN_OBJECTS }: Partial<PhasePlan>): Value[] {
  return [objects.storageClass, objects.encryption.kind, objects.checksum];
}

function openFields(open: OpenLoop | undefined): Value[] {
  return [
    open?.offered ?? null,
    open?.offeredPerSecond ?? null,
    open?.late ?? null,
    open?.dropped ?? null,
    open?.unissued ?? null,
    open?.backlogMost ?? null,
    open?.backlogAtEnd ?? null,
    latencyFigure(open?.pacing, "p50").ns,
    latencyFigure(open?.pacing, "p99").ns,
  ];
}

const PERCENTILES = ["p50", "p90", "p95", "p99", "p99.9", "p99.99"] as const;

function latencyFields(latency: LatencySummary | null): Value[] {
  // A run stored by an older version may lack a distribution altogether.
  if (latency == null || latency.count === 0) return LATENCY_COLUMNS.map(() => null);
  return [
    latency.count,
    latency.minNs,
    latency.meanNs,
    latency.count > 1 ? latency.standardDeviationNs : null,
    ...PERCENTILES.map((statistic) => latencyFigure(latency, statistic).ns),
    latency.maxNs,
  ];
}
