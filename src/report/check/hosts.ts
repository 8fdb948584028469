import type { HostRecord, HostScope } from "../../model/run/hosts.ts";
import { cell, list, name, sentenceText, tableColumns, words } from "../parts/document.ts";
import { formatBytes, formatCount, formatLatency, sentence } from "../parts/format.ts";
import type { Document } from "../report.ts";
import type { Screen } from "../screen/screen.ts";

/** Result of `assay check --hosts`. */
export interface HostsCheck {
  readonly hosts: readonly HostRecord[];
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly targets: readonly {
    readonly name: string;
    /** Null if it cannot be used. */
    readonly scope: HostScope | null;
    /** Why it cannot be used; null if it can. */
    readonly reason: string | null;
  }[];
  /** Load of each phase, one sentence each, without a period. */
  readonly loads: readonly string[];
}

const SCOPES: Readonly<Record<HostScope, string>> = {
  shared: "one storage for all hosts",
  private: "each host has its own storage",
};

/** The outcome in one line. */
function hostsHeadline({ hosts }: HostsCheck): string {
  const machines = new Set(hosts.map(({ machine }) => machine)).size;
  const bound = Math.max(...hosts.map(({ clockBoundNs }) => clockBoundNs));
  const count = machines === 1 ? "1 machine" : `${formatCount(machines)} machines`;
  return `${formatCount(hosts.length)} hosts on ${count}, clocks within ${formatLatency(bound)}`;
}

function targetLines({ targets }: HostsCheck): readonly string[] {
  return targets.map(({ name: target, scope, reason }) =>
    scope === null ? `${target}: not usable: ${reason ?? ""}` : `${target}: ${SCOPES[scope]}`,
  );
}

function absentLines({ absent }: HostsCheck): readonly string[] {
  return absent.map(({ name: host, reason }) => `${host} did not join: ${reason}`);
}

const LIMITS = (hasFloors: boolean): string => (hasFloors ? "measured" : "none");

/** Returns the short answer. */
export function hostsScreen(result: HostsCheck): Screen {
  const labelled = (label: string, items: readonly string[]) =>
    items.length === 0 ? [] : [{ label, items, tone: "plain" as const }];
  const column = (title: string, align: "left" | "right", optional = false) => ({
    title,
    align,
    optional,
  });
  return {
    headline: hostsHeadline(result),
    table: {
      columns: [
        column("HOST", "left"),
        column("NAME", "left", true),
        column("CPUS", "right"),
        column("MEMORY", "right", true),
        column("CLOCK WITHIN", "right"),
        column("CLIENT LIMITS", "left", true),
      ],
      rows: result.hosts.map((host) => [
        host.name,
        host.hostName,
        formatCount(host.cores),
        formatBytes(host.memoryBytes),
        formatLatency(host.clockBoundNs),
        LIMITS(host.hasFloors),
      ]),
      noun: "host",
    },
    lines: [
      ...labelled("Absent", absentLines(result)),
      ...labelled("Targets", targetLines(result)),
      ...labelled("Load", result.loads),
    ],
    others: "see --print report",
  };
}

const COLUMNS = tableColumns([
  ["host", "Host", "left"],
  ["host_name", "Name", "left"],
  ["machine", "Machine", "left"],
  ["cores", "CPUs", "right"],
  ["memory_bytes", "Memory", "right"],
  ["kernel", "Kernel", "left"],
  ["node_version", "Node", "left"],
  ["clock_bound_ns", "Clock within", "right"],
  ["client_limits", "Client limits", "left"],
]);

/** Returns the whole result as a document. */
export function hostsCheckReport(result: HostsCheck): Document {
  const rows = result.hosts.map((host) => [
    name(host.name),
    name(host.hostName),
    words(host.machine),
    cell(formatCount(host.cores), host.cores),
    cell(formatBytes(host.memoryBytes), host.memoryBytes),
    words(host.kernel),
    words(host.nodeVersion),
    cell(formatLatency(host.clockBoundNs), host.clockBoundNs),
    words(LIMITS(host.hasFloors)),
  ]);
  const table = { kind: "table", id: "hosts", columns: COLUMNS, rows, keys: 1 } as const;
  const lines = (title: string, items: readonly string[]) =>
    items.length === 0
      ? []
      : [{ title, blocks: [list(items.map((item) => sentenceText(sentence(item))))] }];
  return {
    title: hostsHeadline(result),
    lead: [],
    sections: [
      { title: "Hosts", blocks: [table] },
      ...lines("Absent hosts", absentLines(result)),
      ...lines("Targets", targetLines(result)),
      ...lines("Load", result.loads),
    ],
    data: table,
  };
}
