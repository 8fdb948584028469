import { UsageError } from "../../model/fault/errors.ts";
import { type Intervals, usualIntervals } from "../../model/plan/intervals.ts";
import { partOf, rotationsOf } from "../../model/plan/part.ts";
import { longestNs, type PhasePlan } from "../../model/plan/plan.ts";
import type { HostRecord } from "../../model/run/hosts.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import type { RunStore } from "../store/store.ts";
import { InvalidCell } from "./cell.ts";
import type { HostEnd } from "./host-end.ts";
import { HostsMeasurement } from "./hosts.ts";
import { mergeHosts } from "./result.ts";
import type { StoredCells, StoredHost } from "./stored-cells.ts";

/** A host and what it stored of a run. */
export interface HostPart {
  readonly record: HostRecord;
  readonly run: Run;
  readonly folder: string;
}

/** A repetition of a phase of which a host has intervals. */
interface Repeated {
  readonly phase: PhaseResult["phase"];
  readonly repetition: number;
  readonly pointOf?: string;
}

/**
 * The phases in the order of the plan, points of searches in theirs. A phase ends as planned: that
 * of a single host ends as its coordinator had it, which is without an end that depends on rates,
 * and after a share of a count.
 */
export function phasesOf(
  parts: readonly HostPart[],
  hosts: readonly StoredHost[],
): readonly Repeated[] {
  const [first] = parts;
  const found = new Map<string, Repeated>();
  for (const { phases } of parts.map(({ run }) => run)) {
    for (const { phase, repetition, pointOf } of phases) {
      const key = `${phase.name}#${repetition}`;
      if (pointOf !== undefined) found.set(key, { phase, repetition, pointOf });
      else found.set(key, { phase: { ...phase, ...endIn(first, phase) }, repetition });
    }
  }
  // A phase that no host finished is in the plan only.
  for (const phase of first?.run.plan.phases ?? []) {
    for (const repetition of hosts.flatMap((host) => host.repetitionsOf(phase.name))) {
      const key = `${phase.name}#${repetition}`;
      if (!found.has(key)) found.set(key, { phase, repetition });
    }
  }
  return [...found.values()];
}

function endIn(first: HostPart | undefined, phase: PhasePlan) {
  const planned = first?.run.plan.phases.find(({ name }) => name === phase.name) ?? phase;
  return { limit: planned.limit, warmupAuto: planned.warmupAuto };
}

/** Merges one repetition of a phase, and stores its intervals. `hosts`: all of the run. */
export function mergePhase(
  { phase, repetition, pointOf }: Repeated,
  parts: readonly HostPart[],
  stored: readonly StoredHost[],
  store: RunStore,
  hosts: number,
): PhaseResult {
  const all = phase.hosts ?? hosts;
  const members = parts.filter(({ record }) => record.rank < all);
  const rotation = rotationOf(parts, pointOf ?? phase.name);
  const results = members.map(
    ({ run }) =>
      run.phases.find((one) => one.phase.name === phase.name && one.repetition === repetition) ??
      null,
  );
  const known = results.find((result) => result !== null);
  const intervals = intervalsOf(parts, phase, known);
  const mix = [...new Set(phase.mix.map(({ operation }) => operation))];
  const asked = { phase: phase.name, repetition, mix, isOpen: phase.rate !== null };
  const cells = members.map((_, at): StoredCells => {
    const host = stored[at];
    if (host === undefined) throw new Error("each host has its files");
    return host.cellsOf({ ...asked, result: results[at] ?? null }, intervals.intervalNs);
  });
  const context = contextOf(members, cells, asked, phase.matrix);
  const measurement = new HostsMeasurement({
    ...{ phase, intervals, series: cells.map(({ series }) => series) },
    onInterval: (interval, series) => store.interval(interval, series, context),
  });
  try {
    feed(measurement, members, cells, results);
    const ends = members.map((part, place): HostEnd => {
      const partPlace = partOf(part.record.rank, all, rotation).host;
      return { ...endOf(part, place, results, cells), partPlace };
    });
    return mergeHosts(measurement, ends, {
      planned: {
        ...{ phase, repetition, ...(pointOf === undefined ? {} : { pointOf }) },
        startedAt: known?.startedAt ?? new Date(context.startedAtMs).toISOString(),
        engine: known?.engine ?? "sync",
        threads: known?.threads ?? phase.workers,
        queueDepthPerThread: known?.queueDepthPerThread ?? phase.queueDepth,
        datasetBytes: known?.datasetBytes ?? 0,
      },
      scope: parts[0]?.run.hostScope ?? "shared",
      ...{ rotation, hosts: all },
      ...{ interrupted: null, endedEarly: results.some((result) => result?.state === "partial") },
    });
  } finally {
    measurement.close();
  }
}

/** Adds the intervals of all hosts, interval by interval, so that few wait for the others. */
function feed(
  measurement: HostsMeasurement,
  members: readonly HostPart[],
  cells: readonly StoredCells[],
  results: readonly (PhaseResult | null)[],
): void {
  const most = Math.max(0, ...cells.map((one) => one.cells.length));
  for (let at = 0; at <= most; at++) {
    for (const [place, one] of cells.entries()) {
      const cell = one.cells[at];
      try {
        if (cell !== undefined) measurement.add(place, cell);
      } catch (error) {
        if (!(error instanceof InvalidCell)) throw error;
        throw new UsageError(`${members[place]?.folder ?? ""}: ${error.message}`);
      }
      if (at !== one.cells.length) continue;
      if (results[place] === null) measurement.lose(place);
      else measurement.finish(place);
    }
  }
}

function endOf(
  { record }: HostPart,
  place: number,
  results: readonly (PhaseResult | null)[],
  cells: readonly StoredCells[],
): HostEnd {
  const result = results[place] ?? null;
  const stored = cells[place]?.cells ?? [];
  const atNs = stored.reduce((sum, { widthNs }) => sum + widthNs, 0);
  const lost = result === null ? { atNs, reason: "it stored no result of the phase" } : null;
  const clock = { clockBoundNs: record.clockBoundNs, clockDriftNs: null };
  return { record, place, result, lost, firstIssueNs: null, ...clock };
}

function intervalsOf(
  [first]: readonly HostPart[],
  { name, limit }: PhaseResult["phase"],
  known: PhaseResult | undefined,
): Intervals {
  const planned = first?.run.plan.intervalNs ?? 0;
  const usual = usualIntervals(longestNs(limit));
  if (known === undefined && planned === 0) return usual;
  const intervalNs = known?.intervalNs ?? planned;
  if (intervalNs <= 0) throw new UsageError(`${name}: the width of its intervals is unknown`);
  return usual.intervalNs === intervalNs && planned === 0 ? usual : { intervalNs, perRate: 1 };
}

function contextOf(
  members: readonly HostPart[],
  cells: readonly StoredCells[],
  { phase, repetition }: { readonly phase: string; readonly repetition: number },
  matrix: Readonly<Record<string, string>>,
) {
  const at = cells.findIndex(({ originS }) => originS !== null);
  const startedMs = Date.parse(members[Math.max(0, at)]?.run.startedAt ?? "");
  const startedAtMs = startedMs + (cells[at]?.originS ?? 0) * 1000;
  return { phase, repetition, startedAtMs, matrix };
}

/** Rotation of the phase with a name; private datasets are never read by another host. */
function rotationOf([first]: readonly HostPart[], name: string): number {
  if (first === undefined || first.run.hostScope === "private") return 0;
  const { phases } = first.run.plan;
  return rotationsOf(phases)[phases.findIndex((one) => one.name === name)] ?? 0;
}
