import { loadGeneratorWarnings, throttledShare } from "../../../metrics/generator/generator.ts";
import { stoppedNs } from "../../../metrics/generator/pauses.ts";
import { overall } from "../../../metrics/phase-result.ts";
import type { HarnessRecord, OwnTime } from "../../../model/run/harness.ts";
import type { PhaseResult, Run } from "../../../model/run/run.ts";
import {
  type Cell,
  cell,
  code,
  name,
  paragraph,
  tableColumns,
  words,
} from "../../parts/document.ts";
import { formatDuration, formatShare, MISSING } from "../../parts/format.ts";
import type { Section } from "../../report.ts";

const COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["worker_busy_share", "Workers busy", "right"],
  ["worker_busiest_share", "The busiest", "right"],
  ["worker_wait_share", "Waited for a processor", "right"],
  ["collection_longest_ns", "Longest collection", "right"],
  ["loop_delay_longest_ns", "Event loop late", "right"],
  ["pause_ns", "Stood still", "right"],
  ["short_pause_ns", "Short pauses", "right"],
  ["cpu_throttled_share", "CPU quota", "right"],
  ["steal_share", "Stolen", "right"],
  ["floor_share", "Of the floor", "right"],
  ["bound_by", "Limit", "left"],
]);

/** A phase whose harness was watched. */
interface Watched {
  readonly result: PhaseResult;
  readonly harness: HarnessRecord;
}

/**
 * Whether the numbers are the storage's or the load generator's. One sentence where nothing speaks
 * for the latter; null for runs of versions that did not watch themselves.
 */
export function harnessSection(run: Run): Section | null {
  const watched = run.phases.flatMap((result): Watched[] =>
    result.harness === undefined || result.harness.workers.length === 0
      ? []
      : [{ result, harness: result.harness }],
  );
  if (watched.length === 0) return null;
  const title = "The load generator";
  if (watched.every(({ harness }) => loadGeneratorWarnings(harness).length === 0)) {
    return { title, blocks: [paragraph(cleanText(watched))] };
  }
  const rows = watched.map(row);
  const explained = paragraph(
    "Shares are of the time measured, means over a phase's workers. Waited: ready to run while " +
      "no processor was free. Collection: of a worker's own heap, while which it issues nothing. " +
      "Stood still: the whole process was not run for more than 50 ms. Short pauses: it was " +
      "stopped for less, estimated from looks every 20 ms. CPU quota: it was stopped by that of " +
      "its control group. Stolen: what the hypervisor gave to others of this machine's processor " +
      "time. Of the floor: a worker's rate beside the most that its engine does here " +
      "without storage (",
    code("assay selftest"),
    "). Limit: what held the rate where it was not the storage.",
  );
  const table = { kind: "table", id: "harness", columns: COLUMNS, rows } as const;
  return { title, blocks: [table, explained] };
}

/** Claims what was watched and nothing more: what was not is named. */
function cleanText(watched: readonly Watched[]): string {
  const records = watched.map(({ harness }) => harness);
  const workers = records.flatMap((harness) => harness.workers);
  const seen = [`the workers were busy at most ${formatShare(largest(workers.map(busyShare)))}`];
  const unseen: string[] = [];
  const say = (share: number | null, words: (share: string) => string, what: string): void => {
    if (share === null) unseen.push(what);
    else seen.push(words(formatShare(share)));
  };
  const waits = workers.map(waitShare);
  say(largest(waits), (share) => `waited for a CPU at most ${share} of the time`, "CPU wait");
  const stops = records.map(({ pauses, watchedNs }) =>
    pauses?.short == null ? null : stoppedNs(pauses) / Math.max(1, watchedNs),
  );
  if (records.some(({ pauses }) => pauses === null)) unseen.push("pauses of the process");
  else say(largest(stops), (share) => `it was stopped ${share}`, "pauses below 50 ms");
  const steal = largest(records.map(({ stealShare }) => stealShare));
  say(steal, (share) => `CPU steal was at most ${share}`, "CPU steal");
  if (records.some(({ throttling, hasCpuQuota }) => throttling == null && hasCpuQuota !== false)) {
    unseen.push("throttling by a CPU quota");
  }
  if (records.some(({ floor }) => floor === null)) {
    unseen.push("the client limit of its engine (assay selftest measures it)");
  }
  const missing = unseen.length === 0 ? "" : ` Not watched: ${unseen.join(", ")}.`;
  return (
    `Nothing that was watched shows that the load generator was disturbed or the limit: ` +
    `${seen.join(", ")}.${missing}`
  );
}

/** The largest of shares; null where one of them is unknown. */
function largest(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null);
  return known.length < shares.length || known.length === 0 ? null : Math.max(...known);
}

function waitShare({ processorWaitNs, watchedNs }: OwnTime): number | null {
  return processorWaitNs === null || watchedNs <= 0 ? null : processorWaitNs / watchedNs;
}

function row({ result, harness }: Watched): Cell[] {
  const { workers, pauses, stealShare, bound } = harness;
  const busy = meanOver(workers, (own) => own.cpuUserNs + own.cpuSystemNs);
  const busiest = Math.max(...workers.map(busyShare));
  const told = workers.every(({ processorWaitNs }) => processorWaitNs !== null);
  const waited = told ? meanOver(workers, (own) => own.processorWaitNs ?? 0) : null;
  const collection = Math.max(...workers.map(({ collections }) => collections.longestNs));
  const delays = workers.flatMap(({ loopDelayLongestNs: delay }) =>
    delay === null ? [] : [delay],
  );
  const late = delays.length === 0 ? null : Math.max(...delays);
  const floor = clientLimitShare(result, harness);
  const throttled = throttledShare(harness);
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    cell(formatShare(busy), busy),
    cell(formatShare(busiest), busiest),
    cell(formatShare(waited), waited),
    cell(collection === 0 ? "none" : formatDuration(collection), collection),
    cell(formatDuration(late), late),
    cell(stillText(pauses), pauses?.totalNs ?? null),
    cell(shortText(pauses), pauses?.short?.totalNs ?? null),
    cell(formatShare(throttled), throttled),
    cell(formatShare(stealShare), stealShare),
    cell(formatShare(floor), floor),
    words(bound === null ? MISSING : LIMITS[bound.by]),
  ];
}

const LIMITS = {
  processor: "the processor",
  threads: "the workers",
  queue: "the processor",
  floor: "the engine",
  nothing: "the harness",
} as const;

function stillText(pauses: HarnessRecord["pauses"]): string {
  if (pauses === null) return MISSING;
  if (pauses.count === 0) return "never";
  const times = pauses.count === 1 ? "" : ` in ${pauses.count} pauses`;
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

function clientLimitShare(result: PhaseResult, { floor, workers }: HarnessRecord): number | null {
  const rate = overall(result)?.operationsPerSecond;
  if (floor === null || rate === undefined) return null;
  return rate / workers.length / floor.operationsPerSecond;
}
