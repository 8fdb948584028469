import { join } from "node:path";
import { reportedPart, startsIn } from "../../metrics/phase-result.ts";
import { RowCheck } from "../../metrics/series/complete.ts";
import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { eachIntervalRow } from "./interval-files.ts";

/** Smallest and largest rate per second. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** Slowest and fastest second of one repetition of a phase. */
export interface StoredRange {
  readonly phase: string;
  readonly repetition: number;
  readonly operations: Range;
  readonly bytes: Range;
}

/** Minimum length that a rate covers; rates of narrower intervals depend on the scheduler. */
const SECOND_NS = 1e9;

/** Work of one second, or of one interval that is longer. */
interface Second {
  operations: number;
  bytes: number;
  lastInterval: number;
  widthS: number;
}

/**
 * Reads the slowest and fastest second in the reported part of each phase of a stored run. Empty if
 * its intervals are missing or damaged; phases with incomplete intervals, and those of less than
 * two seconds, have no range.
 */
export function readRateRanges(folder: string, run: Run): readonly StoredRange[] {
  const phases = run.phases.map((result) => ({
    result,
    reported: reportedPart(result),
    rows: new RowCheck(result),
    seconds: new Map<number, Second>(),
  }));
  const byKey = new Map(
    phases.map((one) => [`${one.result.phase.name}#${one.result.repetition}`, one]),
  );
  try {
    eachIntervalRow(join(folder, "intervals.csv"), (row) => {
      const found = byKey.get(`${row.phase}#${row.repetition}`);
      if (found === undefined) return;
      found.rows.add(row);
      if (!startsIn(found.reported, row.fromS)) return;
      const key = Math.floor((row.fromS * 1e9 - found.reported.fromNs + 1e3) / SECOND_NS);
      const second = found.seconds.get(key) ?? emptySecond();
      // Several operations of a mix have a row for the same interval.
      if (row.interval !== second.lastInterval) second.widthS += row.widthS;
      second.lastInterval = row.interval;
      second.operations += row.operations;
      second.bytes += row.bytes;
      found.seconds.set(key, second);
    });
  } catch (error) {
    if (error instanceof UsageError || error instanceof PreflightError) return [];
    throw error;
  }
  return phases.flatMap(({ result, seconds, rows }): StoredRange[] => {
    if (rows.problem() !== null) return [];
    const whole = [...seconds.values()].filter(({ widthS }) => widthS >= 0.999);
    if (whole.length < 2) return [];
    const range = (of: "operations" | "bytes"): Range => {
      const rates = whole.map((one) => one[of] / one.widthS);
      return { low: Math.min(...rates), high: Math.max(...rates) };
    };
    const { phase, repetition } = result;
    const [operations, bytes] = [range("operations"), range("bytes")];
    return [{ phase: phase.name, repetition, operations, bytes }];
  });
}

function emptySecond(): Second {
  return { operations: 0, bytes: 0, lastInterval: -1, widthS: 0 };
}
