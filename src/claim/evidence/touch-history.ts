import { locationOf, storageIds } from "../../metrics/difference/surroundings.ts";
import { overall } from "../../metrics/phase-result.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";

/** Whether what a phase reads was ever touched before; `part`: some of it was, or may have been. */
export type Touch = "first" | "part" | "again";

/** From this share of a dataset on, a pass over it counts as one over all of it. */
const WHOLE = 0.999;

const DAY_MS = 24 * 3600e3;

/** Orders that visit every block before any of them twice. */
const COVERING: ReadonlySet<string> = new Set([
  "sequential",
  "reverse",
  "permutation",
  "shuffled",
  "samples",
]);

/** A phase that touched data, or the run that wrote it. */
interface Mark {
  /** Ids of the storage below; null: unknown. */
  readonly ids: string | null;
  /** From the first byte of the dataset on; 0: not all of any part of it. */
  readonly bytes: number;
  readonly startedMs: number;
}

/** What the runs that were given touched so far, in order of time. */
export class TouchHistory {
  private readonly marks = new Map<string, Mark[]>();

  /**
   * What a phase finds, and a note of what it does. A run that made its data has written every
   * block of it. What was there before (`--reuse-data`, or a block device) is new to the first
   * phase that reads it, unless a given run wrote or read it; where data was declared as left alone
   * for some days, unless one did so since.
   */
  touch(run: Run, result: PhaseResult): Touch {
    const made = run.target.address.kind !== "device" && run.reusedData !== true;
    const key = datasetPlace(run, result);
    const marks = this.marks.get(key) ?? [];
    this.marks.set(key, marks);
    const ids = storageIds(run);
    const startedMs = Date.parse(run.startedAt);
    const found = made ? "again" : touchAfter(marks, { run, result, ids, startedMs });
    const bytes = overall(result)?.bytes ?? 0;
    const covered = COVERING.has(result.phase.access) && bytes >= WHOLE * result.datasetBytes;
    const mark = { ids, bytes: made || covered ? result.datasetBytes : 0, startedMs };
    if (made || bytes > 0) note(marks, mark);
    return found;
  }
}

interface Visit {
  readonly run: Run;
  readonly result: PhaseResult;
  readonly ids: string | null;
  readonly startedMs: number;
}

function touchAfter(marks: readonly Mark[], { run, result, ids, startedMs }: Visit): Touch {
  const { untouchedDays } = run.storage?.provisioned ?? {};
  const days = untouchedDays?.value ?? run.target.provisioned.untouchedDays;
  const since = days === undefined ? Number.NEGATIVE_INFINITY : startedMs - days * DAY_MS;
  // Without an id on one side, another storage may have been at the same place.
  const before = marks.filter(
    (mark) => mark.startedMs > since && (mark.ids === ids || mark.ids === null || ids === null),
  );
  if (before.length === 0) return "first";
  const whole = before.some((mark) => {
    return mark.ids === ids && mark.bytes > 0 && mark.bytes >= result.datasetBytes;
  });
  return whole ? "again" : "part";
}

/** Keeps the latest of marks that say the same. */
function note(marks: Mark[], mark: Mark): void {
  const at = marks.findIndex(({ ids, bytes }) => ids === mark.ids && bytes === mark.bytes);
  if (at === -1) marks.push(mark);
  else marks[at] = mark;
}

/**
 * Where a dataset lies. Equal plans of a dataset make equal data; a device has one region, from its
 * first byte on.
 */
function datasetPlace(run: Run, { phase }: PhaseResult): string {
  const { name, address } = run.target;
  if (address.kind === "device") return JSON.stringify([name, locationOf(address)]);
  const dataset = run.plan.datasets.find((one) => one.name === phase.dataset);
  const { kind, count, size, seed, shardBytes, filesPerDirectory } = dataset ?? {};
  const laidOut = [kind, count, size, seed, shardBytes, filesPerDirectory, dataset?.suffix];
  return JSON.stringify([name, locationOf(address), phase.dataset, laidOut]);
}
