import { CONNECTION_METRICS, type ConnectionMetric } from "../../../model/run/measurement.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import type { Cell, Column, Section } from "../../parts/document.ts";
import { cell, name, paragraph, words } from "../../parts/document.ts";
import { formatCount } from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import { tableColumns } from "../../parts/table-columns.ts";
import { operationName, shownSummaries } from "../results.ts";

const COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["moment", "From, to", "left"],
  ["moment_count", "Count", "right"],
  ["moment_p50_ns", "p50", "right"],
  ["moment_p99_ns", "p99", "right"],
  ["moment_p999_ns", "p99.9", "right"],
  ["moment_max_ns", "max", "right"],
]);

const MOMENTS: Readonly<Record<ConnectionMetric, string>> = {
  connect: "connect",
  tls: "TLS handshake",
  answer: "last byte sent, answer",
  newConnection: "whole, on a new connection",
};

/** What connections and bodies cost, where the engine sees them; null where none does. */
export function connectionsSection(run: Run): Section | null {
  const rows = run.phases.flatMap(momentRows);
  if (rows.length === 0) return null;
  const explained = paragraph(
    "Connect: until TCP has connected, the lookup of the name included; TLS handshake: from then " +
      "on. An operation that had to connect first is in the latencies above like any other, and " +
      "here once more by itself; all others found a connection open.",
  );
  const table = { kind: "table", id: "connections", columns: COLUMNS, rows } as const;
  return { title: "Connections", blocks: [table, explained] };
}

function momentRows(result: PhaseResult): Cell[][] {
  return shownSummaries(result).flatMap((summary) =>
    CONNECTION_METRICS.flatMap((metric) => {
      const latency = summary.connections?.[metric];
      if (latency === undefined || latency.count === 0) return [];
      return [
        [
          name(result.phase.name),
          cell(String(result.repetition), result.repetition),
          words(operationName(result, summary)),
          words(MOMENTS[metric]),
          cell(formatCount(latency.count), latency.count),
          ...statisticCells(latency, "p50", "p99", "p99.9", "max"),
        ],
      ];
    }),
  );
}
