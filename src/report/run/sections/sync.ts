import type { PhasePlan } from "../../../model/plan/plan.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  list,
  name,
  paragraph,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatCount, formatLatency, formatShare } from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import type { Section } from "../../report.ts";
import { operationName } from "../words/phase.ts";

const COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["sync_count", "Syncs", "right"],
  ["sync_p50_ns", "sync p50", "right"],
  ["sync_p99_ns", "sync p99", "right"],
  ["sync_p999_ns", "sync p99.9", "right"],
  ["sync_max_ns", "sync max", "right"],
  ["latency_p50_ns", "operation p50", "right"],
  ["latency_p99_ns", "operation p99", "right"],
]);

const STAGE_COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["stage", "Stage", "left"],
  ["stage_count", "Count", "right"],
  ["stage_share", "Share of mean", "right"],
  ["stage_mean_ns", "mean", "right"],
  ["stage_p50_ns", "p50", "right"],
  ["stage_p99_ns", "p99", "right"],
  ["stage_max_ns", "max", "right"],
]);

/** Time of each stage of operations on whole files; null if the engine reports none. */
export function stagesSection(run: Run): Section | null {
  const rows = run.phases.flatMap((result) =>
    result.summaries.flatMap((summary) => stageRows(result, summary)),
  );
  if (rows.length === 0) return null;
  const definitions = [
    "Open: from the issue of the operation, with the lookup of the path. Transfer: all reads or " +
      "writes. Close: with what the file system does then; NFS sends the written data.",
    "Share of mean: mean of the stage divided by the sum of the means, which is the mean latency " +
      "of the timed operations: all up to a queue depth of 16, else a sample.",
  ];
  const table = { kind: "table", id: "stages", columns: STAGE_COLUMNS, rows, keys: 3 } as const;
  return { title: "Stages", blocks: [table, list(definitions)] };
}

function stageRows(result: PhaseResult, summary: Summary): Cell[][] {
  const { operation, stages, sync } = summary;
  const mixed = result.summaries.length > 1;
  if (stages === undefined || (mixed && operation === "all")) return [];
  const { open, transfer, close } = stages;
  const sumNs = [open, transfer, sync, close].reduce((sum, one) => sum + (one?.meanNs ?? 0), 0);
  return Object.entries({ open, transfer, sync, close }).flatMap(([stage, times]) => {
    if (times == null || times.count === 0) return [];
    const share = sumNs <= 0 ? null : times.meanNs / sumNs;
    return [
      [
        name(result.phase.name),
        cell(String(result.repetition), result.repetition),
        words(operationName(result, summary)),
        words(stage),
        cell(formatCount(times.count), times.count),
        cell(formatShare(share), share),
        cell(formatLatency(times.meanNs), times.meanNs),
        ...statisticCells(times, "p50", "p99", "max"),
      ],
    ];
  });
}

/** Durability of writes and the time of syncs; null if the plan has no durable writes. */
export function syncSection(run: Run): Section | null {
  const asked = run.plan.phases.flatMap((phase) => {
    const how = durability(phase);
    return how === null ? [] : [[{ code: phase.name }, `: ${how}.`]];
  });
  if (asked.length === 0) return null;
  const rows = run.phases.flatMap((result) =>
    result.summaries.flatMap((summary) => syncRow(result, summary)),
  );
  const definition = paragraph(
    "Sync: one call for one file. It is not counted as an operation, but its time is part of the " +
      "phase: the rates are those of durable writes. The latency of a write excludes its sync, " +
      "that of a create includes it.",
  );
  const table = { kind: "table", id: "sync", columns: COLUMNS, rows, keys: 2 } as const;
  const measured: readonly Block[] = rows.length === 0 ? [] : [table, definition];
  return { title: "Durability", blocks: [list(asked), ...measured] };
}

function syncRow(result: PhaseResult, { operation, sync, latency }: Summary) {
  const mixed = result.summaries.length > 1;
  if (sync == null || sync.count === 0 || (mixed && operation === "all")) return [];
  const only = result.phase.mix[0]?.operation ?? "write";
  return [
    [
      name(result.phase.name),
      cell(String(result.repetition), result.repetition),
      words(operation === "all" ? only : operation),
      cell(formatCount(sync.count), sync.count),
      ...statisticCells(sync, "p50", "p99", "p99.9", "max"),
      ...statisticCells(latency, "p50", "p99"),
    ],
  ];
}

/** Describes how a phase makes its writes durable; null if it does not. */
function durability({ mix, sync, dsync }: PhasePlan): string | null {
  const opened = dsync ? "files opened with O_DSYNC: each write is durable" : null;
  if (sync == null) return opened;
  const creates = mix.some(({ operation }) => operation === "create");
  const parts = creates
    ? [`${sync.call} of each file${sync.directory ? " and of its directory" : ""}`]
    : [`${sync.call} after ${everyText(sync.every)} of a worker, which waits for it`];
  return [...parts, ...(opened === null ? [] : [opened])].join("; ");
}

function everyText(every: number): string {
  return every === 1 ? "every write" : `every ${formatCount(every)} writes`;
}
