import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { HostRates } from "../../metrics/series/series.ts";
import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import { HOSTS_FOLDER } from "../../model/run/hosts.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { eachIntervalRow } from "./interval-files.ts";

/** Columns of a small chart. */
const MAX_HOST_COLUMNS = 60;

/**
 * Reads the rates of the single hosts of a stored run from `hosts/<rank>-<name>/intervals.csv`, one
 * series per host, phase and repetition. Hosts without readable intervals are left out.
 */
export function readHostRates(folder: string, run: Run): readonly HostRates[] {
  return hostFolders(join(folder, HOSTS_FOLDER)).flatMap(({ rank, path }) => {
    try {
      return ratesOf(path, rank, run);
    } catch (error) {
      if (error instanceof UsageError || error instanceof PreflightError) return [];
      throw error;
    }
  });
}

/** Directories of hosts, by rank; empty if the run has none. */
function hostFolders(folder: string): readonly { readonly rank: number; readonly path: string }[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const [, rank] = /^(\d+)-/.exec(name) ?? [];
      return rank === undefined ? [] : [{ rank: Number(rank), path: join(folder, name) }];
    })
    .toSorted((one, other) => one.rank - other.rank);
}

/** Sums of the intervals of one column. */
interface Column {
  operations: number;
  bytes: number;
  widthS: number;
  lastInterval: number;
}

function ratesOf(path: string, rank: number, run: Run): readonly HostRates[] {
  const phases = run.phases.map((result) => ({
    result,
    each: Math.max(1, Math.ceil(result.intervals / MAX_HOST_COLUMNS)),
    columns: new Map<number, Column>(),
  }));
  const byKey = new Map(
    phases.map((one) => [`${one.result.phase.name}#${one.result.repetition}`, one]),
  );
  eachIntervalRow(join(path, "intervals.csv"), (row) => {
    const found = byKey.get(`${row.phase}#${row.repetition}`);
    if (found === undefined) return;
    const at = Math.floor(row.interval / found.each);
    if (at >= MAX_HOST_COLUMNS) return;
    const column = found.columns.get(at) ?? emptyColumn();
    // Several operations of a mix have a row for the same interval.
    if (row.interval !== column.lastInterval) column.widthS += row.widthS;
    column.lastInterval = row.interval;
    column.operations += row.operations;
    column.bytes += row.bytes;
    found.columns.set(at, column);
  });
  return phases.flatMap(({ result, each, columns }): HostRates[] =>
    columns.size === 0 ? [] : [hostRates(result, rank, each, columns)],
  );
}

function emptyColumn(): Column {
  return { operations: 0, bytes: 0, widthS: 0, lastInterval: -1 };
}

function hostRates(
  { phase, repetition, intervals, intervalNs }: PhaseResult,
  rank: number,
  each: number,
  columns: ReadonlyMap<number, Column>,
): HostRates {
  const count = Math.min(MAX_HOST_COLUMNS, Math.ceil(intervals / each));
  const rates = (of: "operations" | "bytes"): readonly (number | null)[] =>
    Array.from({ length: count }, (_, at) => {
      const column = columns.get(at);
      return column === undefined || column.widthS <= 0 ? null : column[of] / column.widthS;
    });
  return {
    phase: phase.name,
    repetition,
    rank,
    operationsPerSecond: rates("operations"),
    bytesPerSecond: rates("bytes"),
    widthS: (each * intervalNs) / 1e9,
  };
}
