import type { Environment } from "../model/run/environment.ts";
import type { ClientLimit, ClientLimits } from "../model/run/harness.ts";
import {
  type Cell,
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
  ["queue_depth", "Depth", "right"],
  ["operations_per_second", "op/s a worker", "right"],
  ["cpu_per_operation_ns", "Processor time each", "right"],
  ["latency_p50_ns", "p50", "right"],
  ["latency_p99_ns", "p99", "right"],
]);

/** A machine as a load generator: its verdict, its floors, and what they are measured with. */
export function selftestReport(
  floors: ClientLimits,
  environment: Environment,
  doubts: readonly string[],
): Document {
  const { clock, timer, pacing, cores, stealShare, governor } = floors;
  const count = Number.isInteger(cores) ? String(cores) : formatNumber(cores);
  const machine = `${environment.cpuModel}, ${count} cores`;
  const verdict =
    doubts.length === 0
      ? paragraph(strong("Fit to generate load."), " Nothing speaks against what it measures.")
      : loud(strong("Fit with reservations."), " What it measures holds with what is said here:");
  const facts = [
    `Clock: ${clock.source ?? "unknown source"}; a reading takes ` +
      `${formatLatency(clock.readingNs)}, its smallest step is ${formatLatency(clock.stepNs)}.`,
    `Timer: a wait of 1 ms ends ${formatLatency(timer.lateP50Ns)} late, one in a hundred ` +
      `${formatLatency(timer.lateP99Ns)} or more, the latest ${formatLatency(timer.lateMaxNs)}.`,
    ...(pacing === undefined
      ? []
      : [
          `Pacing: of ${formatNumber(pacing.offeredPerSecond)} operations a second, half are ` +
            `issued at most ${formatLatency(pacing.lateP50Ns)} late, one in a hundred ` +
            `${formatLatency(pacing.lateP99Ns)} or more.`,
        ]),
    `Processor time stolen by the hypervisor: ${formatShare(stealShare)}; governor: ` +
      `${governor ?? "not shown"}.`,
  ];
  return {
    title: `This machine as a load generator: ${machine}`,
    lead: [verdict, ...(doubts.length === 0 ? [] : [list(doubts)])],
    sections: [
      {
        title: "ClientLimits",
        blocks: [
          { kind: "table", id: "floors", columns: COLUMNS, rows: floors.floors.map(row) },
          ...(floors.missing.length === 0 ? [] : [list(floors.missing.map((one) => `${one}.`))]),
          paragraph(
            "The most that one worker does where no storage is waited for: blocks of " +
              `${formatBytes(floors.floors[0]?.blockBytes)} on a file in memory, objects of that ` +
              "size on a store on this machine that answers at once, without TLS. A run whose " +
              "workers come to 80 % of it is called client-bound.",
          ),
        ],
      },
      { title: "Clock and processors", blocks: [list(facts)] },
    ],
    data: dataTable(
      "floors",
      COLUMNS.map(({ key }) => key),
      floors.floors.map((floor) => row(floor).map(({ value }) => value)),
    ),
  };
}

function row(floor: ClientLimit): Cell[] {
  return [
    words(floor.engine),
    words(floor.direction),
    cell(String(floor.queueDepth), floor.queueDepth),
    cell(formatNumber(Number(floor.operationsPerSecond.toPrecision(3))), floor.operationsPerSecond),
    latencyCell(floor.cpuPerOperationNs),
    latencyCell(floor.latencyP50Ns),
    latencyCell(floor.latencyP99Ns),
  ];
}
