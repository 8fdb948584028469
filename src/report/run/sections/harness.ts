import { loadGeneratorWarnings, throttledShare } from "../../../metrics/generator/generator.ts";
import { stoppedNs } from "../../../metrics/generator/pauses.ts";
import { type HostEvidence, hostEvidence } from "../../../metrics/host-evidence.ts";
import { overall } from "../../../metrics/phase-result.ts";
import type { HarnessRecord, OwnTime } from "../../../model/run/harness.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import {
  type Block,
  type Cell,
  cell,
  code,
  list,
  name,
  paragraph,
  type Text,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatDuration, formatShare, MISSING } from "../../parts/format.ts";
import type { Section } from "../../report.ts";

const IDENTITY = [
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
] as const;

const PROCESS = [
  ["pause_ns", "Pauses", "right"],
  ["short_pause_ns", "Short pauses", "right"],
  ["cpu_throttled_share", "CPU quota", "right"],
  ["steal_share", "CPU steal", "right"],
  ["floor_share", "Client limit", "right"],
  ["bound_by", "Limited by", "left"],
] as const;

const COLUMNS = tableColumns([
  ...IDENTITY,
  ["worker_busy_share", "Busy", "right"],
  ["worker_busiest_share", "Busiest", "right"],
  ["worker_wait_share", "CPU wait", "right"],
  ["collection_longest_ns", "GC pause", "right"],
  ["loop_delay_longest_ns", "Event loop", "right"],
  ...PROCESS,
]);

const HOST_COLUMNS = tableColumns([
  ...IDENTITY,
  ["host", "Host", "left"],
  ["worker_busy_share", "Busy", "right"],
  ...PROCESS,
]);

/** A phase with a record of the load generator. */
interface Watched {
  readonly result: PhaseResult;
  readonly harness: HarnessRecord;
}

/**
 * Evidence on the load generator: one sentence if it was neither disturbed nor the limit; null for
 * runs of versions that did not record it.
 */
export function harnessSection(run: Run): Section | null {
  if (run.phases.some(({ hosts }) => hosts !== undefined)) return hostsHarness(run);
  const watched = run.phases.flatMap((result): Watched[] =>
    result.harness === undefined || result.harness.workers.length === 0
      ? []
      : [{ result, harness: result.harness }],
  );
  if (watched.length === 0) return null;
  const title = "Load generator";
  if (watched.every(({ harness }) => loadGeneratorWarnings(harness).length === 0)) {
    return { title, blocks: [paragraph(cleanText(watched))] };
  }
  const rows = watched.map(row);
  const table = { kind: "table", id: "harness", columns: COLUMNS, rows, keys: 2 } as const;
  return { title, blocks: [table, list([...WORKER_DEFINITIONS, ...PROCESS_DEFINITIONS])] };
}

/** The load generator of each host; null if no host observed it. */
function hostsHarness(run: Run): Section | null {
  const observed = run.phases
    .filter(({ hosts = [] }) => hosts.length > 0)
    .flatMap((result) => hostEvidence(result, run.hosts).map((host) => ({ result, host })));
  if (observed.every(({ host }) => host.harness === undefined)) return null;
  // CPU wait is in the records of workers, which the hosts keep; its warnings are in the merge.
  const codes = run.phases.flatMap(({ warnings }) => warnings.map(({ code: one }) => one));
  const isCalm = ({ harness }: HostEvidence): boolean =>
    harness !== undefined && loadGeneratorWarnings(harness).length === 0;
  const isClean = !codes.includes("starved") && observed.every(({ host }) => isCalm(host));
  const rows = observed.map(({ result, host }) => hostRow(result, host));
  const blocks: Block[] = [
    ...(isClean ? [paragraph(CLEAN)] : []),
    { kind: "table", id: "harness", columns: HOST_COLUMNS, rows, keys: 3 },
    list([BUSY_HOST, ...PROCESS_DEFINITIONS]),
  ];
  return { title: "Load generator", blocks };
}

const CLEAN = "No evidence shows that the load generator of a host was disturbed or the limit.";

const BUSY_HOST = "Busy: mean CPU time of the workers of the host, as a share of the phase.";

const WORKER_DEFINITIONS: readonly Text[] = [
  "Busy, busiest: CPU time of the workers, mean and maximum, as a share of the phase.",
  "CPU wait: share of the phase in which workers were runnable, but no CPU was free.",
  "GC pause: longest garbage collection in a worker; it issues no operations during a pause.",
  "Event loop: maximum delay of a worker's event loop.",
];

const PROCESS_DEFINITIONS: readonly Text[] = [
  "Pauses, short pauses: time in which the process was not scheduled, in pauses above and up to " +
    "50 ms; short ones are estimated from samples every 20 ms.",
  "CPU quota: share of the phase in which the quota of the control group stopped the process.",
  "CPU steal: share of the CPU time of this host that the hypervisor gave to other VMs.",
  [
    "Client limit: rate of a worker relative to the maximum of its engine without storage (",
    code("assay selftest"),
    ").",
  ],
  "Limited by: the limit of the rate, if it is not the storage.",
];

/** States the evidence, and names what was not monitored. */
function cleanText(watched: readonly Watched[]): string {
  const records = watched.map(({ harness }) => harness);
  const workers = records.flatMap((harness) => harness.workers);
  const seen = [`the workers were busy at most ${formatShare(largest(workers.map(busyShare)))}`];
  const unseen: string[] = [];
  const add = (share: number | null, words: (share: string) => string, what: string): void => {
    if (share === null) unseen.push(what);
    else seen.push(words(formatShare(share)));
  };
  const waits = workers.map(waitShare);
  add(largest(waits), (share) => `waited for a CPU at most ${share} of the time`, "CPU wait");
  const stops = records.map(({ pauses, watchedNs }) =>
    pauses?.short == null ? null : stoppedNs(pauses) / Math.max(1, watchedNs),
  );
  if (records.some(({ pauses }) => pauses === null)) unseen.push("pauses of the process");
  else add(largest(stops), (share) => `it was stopped ${share}`, "pauses below 50 ms");
  const steal = largest(records.map(({ stealShare }) => stealShare));
  add(steal, (share) => `CPU steal was at most ${share}`, "CPU steal");
  if (records.some(({ throttling, hasCpuQuota }) => throttling == null && hasCpuQuota !== false)) {
    unseen.push("throttling by a CPU quota");
  }
  if (records.some(({ floor }) => floor === null)) {
    unseen.push("the client limit of its engine (assay selftest measures it)");
  }
  const missing = unseen.length === 0 ? "" : ` Not monitored: ${unseen.join(", ")}.`;
  return (
    `No evidence shows that the load generator was disturbed or the limit: ${seen.join(", ")}.` +
    missing
  );
}

/** Maximum of shares; null if one is unknown. */
function largest(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null);
  return known.length < shares.length || known.length === 0 ? null : Math.max(...known);
}

function waitShare({ processorWaitNs, watchedNs }: OwnTime): number | null {
  return processorWaitNs === null || watchedNs <= 0 ? null : processorWaitNs / watchedNs;
}

function row({ result, harness }: Watched): Cell[] {
  const { workers } = harness;
  const busy = meanOver(workers, (own) => own.cpuUserNs + own.cpuSystemNs);
  const busiest = Math.max(...workers.map(busyShare));
  const known = workers.every(({ processorWaitNs }) => processorWaitNs !== null);
  const waited = known ? meanOver(workers, (own) => own.processorWaitNs ?? 0) : null;
  const collection = Math.max(...workers.map(({ collections }) => collections.longestNs));
  const delays = workers.flatMap(({ loopDelayLongestNs: ns }) => (ns === null ? [] : [ns]));
  const delay = delays.length === 0 ? null : Math.max(...delays);
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    cell(formatShare(busy), busy),
    cell(formatShare(busiest), busiest),
    cell(formatShare(waited), waited),
    cell(collection === 0 ? "none" : formatDuration(collection), collection),
    cell(formatDuration(delay), delay),
    ...processCells(harness, workers.length, overall(result)?.operationsPerSecond ?? null),
  ];
}

/** A host with the rate and the load generator of its process; a lost host has no record. */
function hostRow(result: PhaseResult, host: HostEvidence): Cell[] {
  const { harness, cpu, operationsPerSecond } = host;
  const watchedNs = (harness?.watchedNs ?? 0) * result.threads;
  const busy = watchedNs > 0 ? (cpu.workersUserNs + cpu.workersSystemNs) / watchedNs : null;
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    name(host.name ?? ""),
    cell(formatShare(busy), busy),
    ...processCells(harness, result.threads, operationsPerSecond),
  ];
}

/** Cells about a process with some workers and a rate. */
function processCells(
  harness: HarnessRecord | undefined,
  workers: number,
  perSecond: number | null,
): readonly Cell[] {
  const { pauses = null, stealShare = null, bound = null, floor = null } = harness ?? {};
  const throttled = harness === undefined ? null : throttledShare(harness, workers);
  const share =
    floor === null || perSecond === null ? null : perSecond / workers / floor.operationsPerSecond;
  return [
    cell(pauseText(pauses), pauses?.totalNs ?? null),
    cell(shortText(pauses), pauses?.short?.totalNs ?? null),
    cell(formatShare(throttled), throttled),
    cell(formatShare(stealShare), stealShare),
    cell(formatShare(share), share),
    words(bound === null ? MISSING : LIMITS[bound.by]),
  ];
}

const LIMITS = {
  processor: "CPU",
  threads: "workers",
  queue: "CPU",
  floor: "engine",
  nothing: "load generator",
} as const;

function pauseText(pauses: HarnessRecord["pauses"]): string {
  if (pauses === null) return MISSING;
  if (pauses.count === 0) return "none";
  const times = pauses.count === 1 ? "" : ` (${pauses.count})`;
  return formatDuration(pauses.totalNs) + times;
}

function shortText(pauses: HarnessRecord["pauses"]): string {
  if (pauses?.short == null) return MISSING;
  return pauses.short.count === 0 ? "none" : formatDuration(pauses.short.totalNs);
}

function busyShare({ cpuUserNs, cpuSystemNs, watchedNs }: OwnTime): number {
  return watchedNs > 0 ? (cpuUserNs + cpuSystemNs) / watchedNs : 0;
}

function meanOver(workers: readonly OwnTime[], of: (own: OwnTime) => number): number {
  const watchedNs = workers.reduce((sum, own) => sum + own.watchedNs, 0);
  return watchedNs > 0 ? workers.reduce((sum, own) => sum + of(own), 0) / watchedNs : 0;
}
