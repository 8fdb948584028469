import type { Environment } from "../model/run/environment.ts";
import type { ClientLimit, ClientLimits } from "../model/run/harness.ts";
import {
  type Cell,
  type Chart,
  cell,
  dataTable,
  list,
  loud,
  paragraph,
  strong,
  tableColumns,
  words,
} from "./parts/document.ts";
import { formatBytes, formatLatency, formatNumber, formatShare } from "./parts/format.ts";
import { latencyCell } from "./parts/latency-cell.ts";
import type { Document } from "./report.ts";

const COLUMNS = tableColumns([
  ["engine", "Engine", "left"],
  ["direction", "Operation", "left"],
  ["queue_depth", "Queue depth", "right"],
  ["operations_per_second", "ops/s per worker", "right"],
  ["cpu_per_operation_ns", "CPU time per operation", "right"],
  ["latency_p50_ns", "p50", "right"],
  ["latency_p99_ns", "p99", "right"],
]);

/** A host as a load generator: its caveats, client limits, clock and CPUs. */
export function selftestReport(
  limits: ClientLimits,
  environment: Environment,
  caveats: readonly string[],
): Document {
  const { clock, timer, pacing, cores, stealShare, governor, floors: rates } = limits;
  const count = Number.isInteger(cores) ? String(cores) : formatNumber(cores);
  const host = `${environment.cpuModel}, ${count} cores`;
  const verdict =
    caveats.length === 0
      ? paragraph(strong("Suitable as a load generator."), " No caveats.")
      : loud(strong("Suitable with caveats."), " They apply to all results of this host:");
  const facts = [
    `Clock: ${clock.source ?? "unknown source"}; a read takes ` +
      `${formatLatency(clock.readingNs)}, the smallest step is ${formatLatency(clock.stepNs)}.`,
    `Timer: delay of a wait of 1 ms: p50 ${formatLatency(timer.lateP50Ns)}, p99 ` +
      `${formatLatency(timer.lateP99Ns)}, max ${formatLatency(timer.lateMaxNs)}.`,
    ...(pacing === undefined
      ? []
      : [
          `Pacing error at ${formatNumber(pacing.offeredPerSecond)} ops/s: p50 ` +
            `${formatLatency(pacing.lateP50Ns)}, p99 ${formatLatency(pacing.lateP99Ns)}.`,
        ]),
    `CPU steal: ${formatShare(stealShare)}; CPU frequency governor: ${governor ?? "unknown"}.`,
  ];
  return {
    title: `Load generator: ${host}`,
    lead: [verdict, ...(caveats.length === 0 ? [] : [list(caveats)])],
    view: limitChart(rates),
    sections: [
      {
        title: "Client limits",
        blocks: [
          { kind: "table", id: "floors", columns: COLUMNS, rows: rates.map(row) },
          ...(limits.missing.length === 0 ? [] : [list(limits.missing.map((one) => `${one}.`))]),
          paragraph(
            "Client limit: maximum rate of a worker without storage, with blocks of " +
              `${formatBytes(rates[0]?.blockBytes)} of a file in memory, or objects of ` +
              "that size on a local server without TLS. A run whose workers reach 80% of it is " +
              "client-bound.",
          ),
        ],
      },
      { title: "Clock and CPUs", blocks: [list(facts)] },
    ],
    data: dataTable(
      "floors",
      COLUMNS.map(({ key }) => key),
      rates.map((limit) => row(limit).map(({ value }) => value)),
    ),
  };
}

/** Maximum rates of a worker without storage; the table of the report has their numbers. */
function limitChart(limits: readonly ClientLimit[]): readonly Chart[] {
  if (limits.length === 0) return [];
  const series = [...new Set(limits.map(({ direction }) => direction))];
  const rows = Map.groupBy(
    limits,
    ({ engine, queueDepth }) => `${engine}, queue depth ${queueDepth}`,
  );
  const lowest = limits.reduce((least, one) =>
    one.operationsPerSecond < least.operationsPerSecond ? one : least,
  );
  const chart: Chart = {
    kind: "chart",
    id: "client-limits",
    title: "Client limits per worker",
    reading:
      `Lowest: ${lowest.direction} with ${lowest.engine}, ${rateText(lowest)} ops/s. A worker ` +
      "that reaches 80% of its mark is client-bound. Logarithmic axis; further right is faster.",
    figure: {
      kind: "dots",
      unit: "ops/s",
      series,
      rows: [...rows].map(([label, own]) => ({
        label,
        points: own.map((limit) => ({
          series: series.indexOf(limit.direction),
          value: limit.operationsPerSecond,
          hasCaveat: false,
          text: `${label}, ${limit.direction}: ${rateText(limit)} ops/s`,
        })),
      })),
    },
    numbers: null,
  };
  return [chart];
}

function rateText({ operationsPerSecond }: ClientLimit): string {
  return formatNumber(Number(operationsPerSecond.toPrecision(3)));
}

function row(limit: ClientLimit): Cell[] {
  return [
    words(limit.engine),
    words(limit.direction),
    cell(String(limit.queueDepth), limit.queueDepth),
    cell(rateText(limit), limit.operationsPerSecond),
    latencyCell(limit.cpuPerOperationNs),
    latencyCell(limit.latencyP50Ns),
    latencyCell(limit.latencyP99Ns),
  ];
}
