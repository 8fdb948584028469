import { hostName, medianShares } from "../../../metrics/host-evidence.ts";
import type { HostRecord, PhaseHost } from "../../../model/run/hosts.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import {
  type Block,
  cell,
  list,
  name,
  paragraph,
  type Text,
  tableColumns,
  words,
} from "../../parts/document.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatIops,
  formatLatency,
  formatRate,
  MISSING,
  wholePercent,
} from "../../parts/format.ts";
import { latencyCell, statisticCells } from "../../parts/latency-cell.ts";
import type { Section } from "../../report.ts";

const HOST_COLUMNS = tableColumns([
  ["host", "Host", "left"],
  ["host_name", "Name", "left"],
  ["machine", "Machine", "left"],
  ["instance_type", "Instance type", "left"],
  ["cores", "CPUs", "right"],
  ["memory_bytes", "Memory", "right"],
  ["clock_bound_ns", "Clock within", "right"],
  ["state", "State", "left"],
]);

const PHASE_COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["host", "Host", "left"],
  ["operations_per_second", "IOPS", "right"],
  ["of_median_share", "Of median", "right"],
  ["bytes_per_second", "Throughput", "right"],
  ["latency_p50_ns", "p50", "right"],
  ["latency_p99_ns", "p99", "right"],
  ["errors", "Errors", "right"],
  ["first_issue_ns", "First operation", "right"],
  ["done_ns", "Done", "right"],
  ["bound_by", "Limited by", "left"],
]);

/** Results by host, and how far apart the hosts started; null for a run on one host. */
export function hostsSection(run: Run): Section | null {
  const { hosts } = run;
  if (hosts === undefined) return null;
  const machines = new Set(hosts.map(({ machine }) => machine));
  const numbers = new Map([...machines].map((machine, at) => [machine, at + 1]));
  const shared = run.hostScope === "private" ? "each with its own storage" : "on one storage";
  const clients = machines.size === 1 ? "1 machine" : `${machines.size} machines`;
  const count = hosts.length === 1 ? "1 host" : `${hosts.length} hosts`;
  const hostRows = hosts.map((host) => hostRow(host, numbers.get(host.machine) ?? 0));
  const rows = run.phases.flatMap((result) => phaseRows(result, hosts));
  const about = { kind: "table", keys: 1 } as const;
  const table: Block = { ...about, id: "hosts", columns: HOST_COLUMNS, rows: hostRows };
  const phases: Block = { ...about, id: "phase-hosts", columns: PHASE_COLUMNS, rows, keys: 3 };
  const blocks: Block[] = [
    paragraph(
      `${count}, ${clients}, ${shared}. Rates and limits of the plan are totals of ` +
        "all hosts; workers and queue depth are per host.",
    ),
    table,
    ...(rows.length === 0 ? [] : [phases, list(startLines(run.phases)), list(DEFINITIONS)]),
  ];
  return { title: "Hosts", blocks };
}

const DEFINITIONS: readonly Text[] = [
  "IOPS, Throughput, p50, p99: of the host alone, over its own elapsed time.",
  "Of median: IOPS relative to the median host of the phase.",
  "First operation: delay of the last worker's first operation after the common start.",
  "Done: time from the start until the host's last operation.",
  "Parts moved on: a host has the part of a later host, so that with sequential access it does " +
    "not read from its own cache what it wrote itself.",
  "Limited by: the limit of the host's rate, if it is not the storage.",
];

function hostRow(host: HostRecord, machine: number) {
  const { reason } = host;
  return [
    name(host.name),
    name(host.hostName),
    cell(String(machine), machine),
    words(host.instanceType ?? MISSING),
    cell(formatCount(host.cores), host.cores),
    cell(formatBytes(host.memoryBytes), host.memoryBytes),
    latencyCell(host.clockBoundNs),
    words(reason === null ? host.state : `${host.state}: ${reason}`),
  ];
}

function phaseRows({ phase, repetition, hosts = [] }: PhaseResult, all: readonly HostRecord[]) {
  const shares = medianShares(hosts, ({ operationsPerSecond }) => operationsPerSecond);
  return hosts.map((host) => {
    const share = shares.get(host) ?? null;
    // A host that ended before it measured has no rate.
    const isMeasured = host.elapsedNs > 0;
    const iops = isMeasured ? host.operationsPerSecond : null;
    const bytes = isMeasured ? host.bytesPerSecond : null;
    return [
      name(phase.name),
      cell(String(repetition), repetition),
      name(hostName(all, host)),
      cell(formatIops(iops), iops),
      cell(share === null ? MISSING : wholePercent(share), share),
      cell(formatRate(bytes), bytes),
      ...statisticCells(host.latency, "p50", "p99"),
      cell(formatCount(host.errors), host.errors),
      latencyCell(host.firstIssueNs),
      cell(formatDuration(host.elapsedNs), host.elapsedNs),
      words(limitOf(host)),
    ];
  });
}

function limitOf({ harness, reason }: PhaseHost): string {
  if (reason !== null) return reason;
  return harness?.bound == null ? MISSING : "load generator";
}

/** One line per phase: how far apart the hosts started and ended. */
function startLines(phases: readonly PhaseResult[]): readonly Text[] {
  return phases.flatMap(({ phase, repetition, start, hosts = [] }) => {
    if (start === undefined) return [];
    const { spreadNs, clockBoundNs, firstDoneNs, lastDoneNs, rotation } = start;
    const spread = spreadNs === null ? "unknown" : `within ${formatLatency(spreadNs)}`;
    const places = rotation % Math.max(1, hosts.length);
    const moved =
      places === 0 ? "" : `; parts moved on by ${places === 1 ? "1 host" : `${places} hosts`}`;
    return [
      [
        { code: phase.name },
        `, repetition ${repetition}: first operations ${spread}, clocks within ` +
          `${formatLatency(clockBoundNs)}; first host done after ${formatDuration(firstDoneNs)}, ` +
          `last after ${formatDuration(lastDoneNs)}${moved}.`,
      ],
    ];
  });
}
