import type { LatencySummary } from "../../../model/run/latency.ts";
import { STAGES } from "../../../model/run/measurement.ts";
import { type ValueColumn, valueColumns } from "../../parts/value-columns.ts";
import { latencyColumns } from "./latency-columns.ts";
import {
  CACHE_AND_PLAN,
  OBJECTS,
  OPEN_LOOP,
  RESIDENCY_AND_ACCESS,
  type SummaryRow,
  UNFINISHED,
} from "./summary-conditions.ts";

/** Latency distributions: column prefix, name and span of the time. */
const DISTRIBUTIONS = {
  latency: ["latency", "service time", "issue to completion"],
  firstByte: ["first_byte", "time to first byte", "issue to first body byte"],
  sync: ["sync", "sync time", "one fsync or fdatasync call"],
  attempt: ["attempt", "attempt time", "one request of an operation that may be retried"],
  response: ["response", "response time", "scheduled start to completion"],
  open: ["open", "open time", "open of a whole file"],
  transfer: ["transfer", "transfer time", "all reads or writes of a whole file"],
  close: ["close", "close time", "close of a whole file"],
} as const;

type Distribution = keyof typeof DISTRIBUTIONS;

function distribution(name: Distribution): readonly ValueColumn<SummaryRow>[] {
  const [prefix, time, span] = DISTRIBUTIONS[name];
  return latencyColumns(prefix, time, span, (row) => latencyOf(row, name));
}

function latencyOf({ summary }: SummaryRow, name: Distribution): LatencySummary | null | undefined {
  if (name === "open" || name === "transfer" || name === "close") return summary.stages?.[name];
  return summary[name];
}

const IDENTITY = valueColumns<SummaryRow>([
  ["run_id", "text", "id of the run, the name of its directory", ({ run }) => run.id],
  ["scenario", "text", "name of the scenario", ({ run }) => run.plan.name],
  ["target", "text", "name of the target", ({ run }) => run.target.name],
  ["target_kind", "text", "target kind, such as `ebs-gp3` or `s3`", ({ run }) => run.target.kind],
  [
    "phase",
    "text",
    "name of the phase, including its matrix settings",
    ({ result }) => result.phase.name,
  ],
  [
    "matrix",
    "list",
    "matrix settings as `setting=value`; empty without a matrix",
    ({ result }) =>
      Object.entries(result.phase.matrix)
        .map(([key, value]) => `${key}=${value}`)
        .join(";"),
  ],
  ["repetition", "count", "repetition of the phase, from 1", ({ result }) => result.repetition],
  [
    "operation",
    "text",
    "operation of the mix, or `all` for the whole phase",
    ({ summary }) => summary.operation,
  ],
  [
    "state",
    "text",
    "`complete`, `partial` (ended early) or `failed`; only `complete` counts in comparisons",
    ({ result }) => result.state,
  ],
  [
    "started_at",
    "UTC time",
    "start of the phase, before its warm-up",
    ({ result }) => result.startedAt,
  ],
]);

const LOAD = valueColumns<SummaryRow>([
  ["engine", "text", "engine that issued the operations", ({ result }) => result.engine],
  ["threads", "count", "worker threads per host", ({ result }) => result.threads],
  [
    "queue_depth_per_thread",
    "count",
    "operations in flight per thread",
    ({ result }) => result.queueDepthPerThread,
  ],
  [
    "block_bytes",
    "bytes",
    "block size; the largest one of a mix of block sizes",
    ({ result }) => result.phase.blockBytes,
  ],
  [
    "cache_policy",
    "text",
    "page cache policy of the phase: `direct`, `dropped` or `warm`",
    ({ result }) => result.phase.cache,
  ],
  ["dataset_bytes", "bytes", "size of the dataset", ({ result }) => result.datasetBytes],
  ["elapsed_ns", "ns", "measured time, without a fixed warm-up", ({ result }) => result.elapsedNs],
  [
    "operations",
    "count",
    "operations completed without error in the phase",
    ({ summary }) => summary.operations,
  ],
  ["bytes", "bytes", "bytes transferred by these operations", ({ summary }) => summary.bytes],
  ["errors", "count", "failed operations", ({ summary }) => summary.errors],
  [
    "drained",
    "count",
    "operations issued in the phase and completed after it; in latencies, not in rates",
    ({ summary }) => summary.drained,
  ],
  [
    "operations_per_second",
    "operations/s",
    "achieved rate: IOPS, requests/s or files/s",
    ({ summary }) => summary.operationsPerSecond,
  ],
  ["bytes_per_second", "bytes/s", "throughput", ({ summary }) => summary.bytesPerSecond],
]);

/** Latencies from this one upward are lower bounds. */
function lowerBound(name: Distribution): ValueColumn<SummaryRow> {
  const [prefix, time] = DISTRIBUTIONS[name];
  return {
    key: `${prefix}_at_least_ns`,
    unit: "ns",
    meaning: `smallest ${time} known only as a lower bound; empty if all are exact`,
    read: (row) => latencyOf(row, name)?.atLeastNs ?? null,
  };
}

/**
 * The columns of `summary.csv` that every run has, in the order of the file. New ones go to the
 * end; the columns of matrix settings follow them.
 */
export const SUMMARY_COLUMNS: readonly ValueColumn<SummaryRow>[] = [
  ...IDENTITY,
  ...LOAD,
  ...distribution("latency"),
  ...distribution("firstByte"),
  ...CACHE_AND_PLAN,
  ...distribution("sync"),
  ...RESIDENCY_AND_ACCESS,
  ...distribution("attempt"),
  ...OBJECTS,
  ...distribution("response"),
  ...OPEN_LOOP,
  ...(["latency", "firstByte", "sync", "attempt", "response"] as const).map(lowerBound),
  ...UNFINISHED,
  ...STAGES.flatMap(distribution),
  ...STAGES.map(lowerBound),
];
