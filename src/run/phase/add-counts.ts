import type { OpenedCounts } from "../../model/run/measurement.ts";

/** Dropped and late operations of all workers; each of them saw the backlog of all. */
export function addOpened(a: OpenedCounts, b: OpenedCounts): OpenedCounts {
  return {
    late: a.late + b.late,
    dropped: a.dropped + b.dropped,
    backlogMost: Math.max(a.backlogMost, b.backlogMost),
  };
}

/** Adds counts to those at the same positions. */
export function addInto(sums: number[], values: readonly number[]): void {
  for (const [i, value] of values.entries()) sums[i] = (sums[i] ?? 0) + value;
}
