import { overall } from "../metrics/compare-repetitions.ts";
import { ownDoubts } from "../metrics/own-doubts.ts";
import type { HarnessRecord, OwnTime } from "../model/harness.ts";
import type { PhaseResult, Run } from "../model/run.ts";
import type { Cell, Section } from "./document.ts";
import { cell, code, name, paragraph, words } from "./document.ts";
import { formatDuration, formatShare, MISSING } from "./format.ts";
import { tableColumns } from "./table-columns.ts";

const COLUMNS = tableColumns([
  ["phase", "Phase", "left"],
  ["repetition", "Repetition", "right"],
  ["worker_busy_share", "Workers busy", "right"],
  ["worker_busiest_share", "The busiest", "right"],
  ["worker_wait_share", "Waited for a processor", "right"],
  ["collection_longest_ns", "Longest collection", "right"],
  ["loop_delay_longest_ns", "Event loop late", "right"],
  ["pause_ns", "Stood still", "right"],
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
  if (watched.every(({ harness }) => ownDoubts(harness).length === 0)) {
    return { title, blocks: [paragraph(cleanText(watched))] };
  }
  const rows = watched.map(row);
  const explained = paragraph(
    "Shares are of the time measured, means over a phase's workers. Waited: ready to run while " +
      "no processor was free. Collection: of a worker's own heap, while which it issues nothing. " +
      "Stood still: the whole process was not run for more than 50 ms. Stolen: what the " +
      "hypervisor gave to others of this machine's processor time. Of the floor: a worker's rate " +
      "beside the most that its engine does here without storage (",
    code("assay selftest"),
    "). Limit: what held the rate where it was not the storage.",
  );
  const table = { kind: "table", id: "harness", columns: COLUMNS, rows } as const;
  return { title, blocks: [table, explained] };
}

function cleanText(watched: readonly Watched[]): string {
  const busiest = Math.max(...watched.flatMap(({ harness }) => harness.workers.map(busyShare)));
  const unseen = watched.some(({ harness }) => harness.pauses === null);
  const still = unseen ? "whether it ever stood still was not seen" : "it never stood still";
  return (
    "The load generator was neither disturbed nor the limit: its workers were busy at most " +
    `${formatShare(busiest)} of the time, and ${still}.`
  );
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
  const floor = floorShare(result, harness);
  return [
    name(result.phase.name),
    cell(String(result.repetition), result.repetition),
    cell(formatShare(busy), busy),
    cell(formatShare(busiest), busiest),
    cell(formatShare(waited), waited),
    cell(collection === 0 ? "none" : formatDuration(collection), collection),
    cell(formatDuration(late), late),
    cell(stillText(pauses), pauses?.totalNs ?? null),
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

function busyShare({ cpuUserNs, cpuSystemNs, watchedNs }: OwnTime): number {
  return watchedNs > 0 ? (cpuUserNs + cpuSystemNs) / watchedNs : 0;
}

function meanOver(workers: readonly OwnTime[], of: (own: OwnTime) => number): number {
  const watchedNs = workers.reduce((sum, own) => sum + own.watchedNs, 0);
  return watchedNs > 0 ? workers.reduce((sum, own) => sum + of(own), 0) / watchedNs : 0;
}

function floorShare(result: PhaseResult, { floor, workers }: HarnessRecord): number | null {
  const rate = overall(result)?.operationsPerSecond;
  if (floor === null || rate === undefined) return null;
  return rate / workers.length / floor.operationsPerSecond;
}
