import { LONGEST_NS } from "../../metrics/histogram/cells.ts";
import { type CellList, packCounts } from "../../metrics/histogram/packed.ts";
import { DRAIN } from "../../model/run/measurement.ts";
import type { PhaseInterval } from "../phase/intervals.ts";
import type { MemberRecord } from "../phase/pending-interval.ts";
import type { IntervalCounts } from "../phase/totals.ts";

/**
 * One interval of a host as it is sent to the coordinator, JSON; fields as in `PhaseInterval`. By
 * series: null if empty, else packed counts, with the smallest lower bound in nanoseconds if any.
 */
export interface HostCell extends IntervalCounts {
  readonly index: number;
  readonly widthNs: number;
  readonly latencies: readonly (string | readonly [string, number] | null)[];
}

/** Properties that an interval of a host must have to be one of the phase. */
export interface CellShape {
  /** Operations of the mix, and series that the host measures. */
  readonly operations: number;
  readonly series: number;
  readonly intervalNs: number;
  /** Maximum number of intervals. */
  readonly intervals: number;
}

/** A message of a host is not an interval of its phase; the text is a clause about it. */
export class InvalidCell extends Error {
  override readonly name = "InvalidCell";
}

/** Packs an interval of this host. */
export function packCell(interval: PhaseInterval): HostCell {
  const { index, widthNs, operations, bytes, errors, throttled, unfinished } = interval;
  const { opened, offered, backlogEnd } = interval;
  const counts = { index, widthNs, operations, bytes, errors, throttled };
  return {
    ...counts,
    ...(unfinished === undefined ? {} : { unfinished }),
    ...{ opened, offered, backlogEnd },
    latencies: interval.histograms.map((histogram) => {
      if (histogram.totalCount === 0) return null;
      const packed = packCounts(histogram);
      return Number.isFinite(histogram.atLeastNs) ? [packed, histogram.atLeastNs] : packed;
    }),
  };
}

/**
 * Unpacks an interval that a host sent: it comes from outside, so every field is checked. `lists`:
 * one per series; they hold the latencies until the next call.
 *
 * @throws InvalidCell
 */
export function unpackCell(
  value: unknown,
  shape: CellShape,
  lists: readonly CellList[],
): MemberRecord {
  const cell = new Fields(value);
  const index = cell.count("index", DRAIN);
  if (index >= shape.intervals) {
    throw new InvalidCell(`interval ${index} is outside of the ${shape.intervals} of the phase`);
  }
  const widthNs = cell.amount("widthNs");
  // A host without work ends immediately: no width. A part of a nanosecond may be rounding.
  if (index === DRAIN ? widthNs !== 0 : widthNs < 0 || widthNs > shape.intervalNs + 1) {
    throw new InvalidCell(`the width of interval ${index} is ${widthNs} ns`);
  }
  const opened = new Fields(cell.get("opened"));
  const counts = (name: string) => cell.counts(name, shape.operations);
  return {
    index,
    widthNs,
    operations: counts("operations"),
    bytes: counts("bytes"),
    errors: counts("errors"),
    throttled: counts("throttled"),
    ...(cell.get("unfinished") === undefined ? {} : { unfinished: counts("unfinished") }),
    opened: {
      late: opened.count("late"),
      dropped: opened.count("dropped"),
      backlogMost: opened.count("backlogMost"),
    },
    offered: cell.count("offered"),
    backlogEnd: cell.count("backlogEnd"),
    latencies: cell
      .list("latencies", shape.series)
      .map((one, series) => unpackLatencies(one, lists[series])),
  };
}

function unpackLatencies(value: unknown, list: CellList | undefined): CellList | null {
  if (value === null || list === undefined) return null;
  const [packed, atLeastNs]: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (typeof packed !== "string") throw new InvalidCell(`latencies: expected packed counts`);
  if (atLeastNs !== undefined && !isBound(atLeastNs)) {
    throw new InvalidCell(`latencies: expected a lower bound, got ${shown(atLeastNs)}`);
  }
  try {
    list.unpack(packed, atLeastNs);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InvalidCell(`latencies: ${error.message}`);
  }
  return list;
}

function isBound(value: unknown): value is number {
  return typeof value === "number" && value >= 1 && value <= LONGEST_NS;
}

/** The fields of a JSON object. */
class Fields {
  private readonly fields: ReadonlyMap<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null) {
      throw new InvalidCell(`expected an interval, got ${shown(value)}`);
    }
    this.fields = new Map(Object.entries(value));
  }

  get(name: string): unknown {
    return this.fields.get(name);
  }

  count(name: string, least = 0): number {
    const value = this.get(name);
    if (isCount(value, least)) return value;
    throw new InvalidCell(`${name}: expected a count, got ${shown(value)}`);
  }

  amount(name: string): number {
    const value = this.get(name);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new InvalidCell(`${name}: expected a number, got ${shown(value)}`);
  }

  list(name: string, length: number): readonly unknown[] {
    const value = this.get(name);
    if (Array.isArray(value) && value.length === length) return value;
    const got = Array.isArray(value) ? `${value.length}` : shown(value);
    throw new InvalidCell(`${name}: expected ${length} entries, got ${got}`);
  }

  counts(name: string, length: number): readonly number[] {
    const list = this.list(name, length);
    if (list.every((one) => isCount(one, 0))) return list;
    throw new InvalidCell(`${name}: expected ${length} counts, got ${shown(list)}`);
  }
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
