import { CONNECTION_METRICS, type ConnectionMetric } from "../../../model/run/measurement.ts";
import type { PhaseResult, Run, Summary } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  type Column,
  cell,
  list,
  name,
  paragraph,
  type Text,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatCount, formatDuration } from "../../parts/format.ts";
import { statisticCells } from "../../parts/latency-cell.ts";
import type { Section } from "../../report.ts";
import { operationName, shownSummaries } from "../words/phase.ts";

const CONNECTION_COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["moment", "Step", "left"],
  ["moment_count", "Count", "right"],
  ["moment_p50_ns", "p50", "right"],
  ["moment_p99_ns", "p99", "right"],
  ["moment_p999_ns", "p99.9", "right"],
  ["moment_max_ns", "max", "right"],
]);

const MOMENTS: Readonly<Record<ConnectionMetric, string>> = {
  connect: "connect",
  tls: "TLS handshake",
  answer: "last byte sent to response",
  newConnection: "operation on a new connection",
};

/** Times of connections and responses, if the engine records them; null otherwise. */
export function connectionsSection(run: Run): Section | null {
  const rows = run.phases.flatMap(momentRows);
  if (rows.length === 0) return null;
  const columns = CONNECTION_COLUMNS;
  const table = { kind: "table", id: "connections", columns, rows, keys: 2 } as const;
  return { title: "Connections", blocks: [table, list(CONNECTION_DEFINITIONS)] };
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

const CONNECTION_DEFINITIONS: readonly string[] = [
  "Connect: name lookup and TCP connection. TLS handshake: the time after it.",
  "Operation on a new connection: an operation that had to connect first; it is in the latencies " +
    "of the results as well. All other operations used an open connection.",
];

/** Maximum intervals shown; the file `intervals.csv` has all of them. */
const MAX_SHOWN = 20;

const ATTEMPT_COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["throttled", "Throttled", "right"],
  ["attempts", "Attempts", "right"],
  ["attempt_p50_ns", "attempt p50", "right"],
  ["attempt_p99_ns", "attempt p99", "right"],
  ["attempt_max_ns", "attempt max", "right"],
  ["latency_p99_ns", "operation p99", "right"],
]);

/** Throttled and retried requests; null without any. */
export function attemptsSection(run: Run): Section | null {
  const rows = run.phases.flatMap((result) =>
    result.summaries
      .filter(({ operation }) => operation !== "all" || result.summaries.length === 1)
      .filter(({ throttled = 0, attempt }) => throttled > 0 || (attempt ?? null) !== null)
      .map((summary) => attemptRow(result, summary)),
  );
  if (rows.length === 0) return null;
  const times = run.phases.flatMap((result) => throttledTimes(result));
  const definitions = [
    "Throttled: requests that the S3 server refused with 503 SlowDown or 429.",
    "Attempt: one request to its response. The latency of an operation includes all attempts and " +
      "the pauses between them.",
  ];
  const columns = ATTEMPT_COLUMNS;
  const table = { kind: "table", id: "attempts", columns, rows, keys: 2 } as const;
  const blocks: Block[] = [table, list(definitions)];
  if (times.length > 0) blocks.push(list(times));
  return { title: "Retries and throttling", blocks };
}

function attemptRow(result: PhaseResult, summary: Summary): Cell[] {
  const { operation, throttled = 0, attempt, latency } = summary;
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    words(operation === "all" ? (result.phase.mix[0]?.operation ?? "all") : operation),
    cell(formatCount(throttled), throttled),
    cell(formatCount(attempt?.count), attempt?.count ?? null),
    ...statisticCells(attempt, "p50", "p99", "max"),
    ...statisticCells(latency, "p99"),
  ];
}

function throttledTimes({ phase, repetition, throttling = [] }: PhaseResult): readonly Text[] {
  if (throttling.length === 0) return [];
  const shown = throttling
    .slice(0, MAX_SHOWN)
    .map(({ fromNs, requests }) => `${formatDuration(fromNs)}: ${formatCount(requests)}`);
  const more = throttling.length - shown.length;
  const rest = more > 0 ? `, and in ${formatCount(more)} more intervals` : "";
  const times = `throttled requests by the start of their interval: ${shown.join(", ")}${rest}.`;
  return [[{ code: phase.name }, `, repetition ${repetition}, ${times}`]];
}

const FIRST_BYTE_COLUMNS: readonly Column[] = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["operation", "Operation", "left"],
  ["first_byte_count", "Requests", "right"],
  ["first_byte_p50_ns", "first byte p50", "right"],
  ["first_byte_p99_ns", "first byte p99", "right"],
  ["first_byte_p999_ns", "first byte p99.9", "right"],
  ["first_byte_max_ns", "first byte max", "right"],
  ["latency_p50_ns", "operation p50", "right"],
  ["latency_p99_ns", "operation p99", "right"],
]);

/** Time to first byte, if the engine records it (S3 GET); null otherwise. */
export function firstByteSection(run: Run): Section | null {
  const rows = run.phases.flatMap((result) =>
    shownSummaries(result).flatMap((summary) => {
      const { firstByte, latency } = summary;
      if (firstByte === null || firstByte.count === 0) return [];
      return [
        [
          name(result.phase.name),
          cell(String(result.repetition), result.repetition),
          words(operationName(result, summary)),
          cell(formatCount(firstByte.count), firstByte.count),
          ...statisticCells(firstByte, "p50", "p99", "p99.9", "max"),
          ...statisticCells(latency, "p50", "p99"),
        ],
      ];
    }),
  );
  if (rows.length === 0) return null;
  const definition = paragraph(
    "First byte: issue of the request to the first byte of the response body. Operation: to its " +
      "last byte, the latency of the results.",
  );
  const columns = FIRST_BYTE_COLUMNS;
  const table = { kind: "table", id: "first-byte", columns, rows, keys: 2 } as const;
  return { title: "First byte", blocks: [table, definition] };
}
