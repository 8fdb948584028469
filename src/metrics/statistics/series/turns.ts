import { driftReach } from "../drift.ts";
import { medianOf } from "../median.ts";
import { serialP } from "./serial.ts";

/** A value of one repetition, and its place in time. */
export interface Dated {
  readonly value: number;
  readonly runId: string;
  /** When the run began, ISO 8601. */
  readonly startedAt: string;
  readonly repetition: number;
}

/** Two samples as they are compared. */
export interface Compared {
  /** One value per repetition; of runs that alternate and repeat, their medians. */
  readonly first: readonly number[];
  readonly other: readonly number[];
  /** `turns`: both sides alternate in time. `blocks`: one after the other, or order unknown. */
  readonly order: "turns" | "blocks";
  /**
   * Distance in logarithms that may be change over time instead of a difference between the sides;
   * 0 where the order or the values exclude it.
   */
  readonly drift: number;
}

/** More values of one side in a row are no turns. */
const MAX_IN_A_ROW = 2;

/** Level at which the sides of rounds are seen to drift apart. */
const APART_ALPHA = 0.01;

/**
 * Arranges two samples by time and says how much of a difference may be drift. Sides that alternate
 * share what changes slowly, so a rank test holds. Sides in blocks do not, and repetitions of one
 * block do not show what they have in common: see {@link driftReach}.
 *
 * `singleRun`: distance in logarithms within which one run lies of the storage's level.
 */
export function arranged(
  first: readonly Dated[],
  other: readonly Dated[],
  singleRun: number,
): Compared {
  const byRun = isRepeated(first, other) ? perRun : (side: readonly Dated[]) => side;
  const [ones, others] = [byRun(inOrder(first)), byRun(inOrder(other))];
  if (areTurns(ones, others)) {
    const [a, b] = [valuesOf(ones), valuesOf(others)];
    const drift = areApart(a, b) ? driftReach(a, b, singleRun) : 0;
    return { first: a, other: b, order: "turns", drift };
  }
  const [a, b] = [valuesOf(inOrder(first)), valuesOf(inOrder(other))];
  return { first: a, other: b, order: "blocks", drift: driftReach(a, b, singleRun) };
}

function valuesOf(side: readonly Dated[]): readonly number[] {
  return side.map(({ value }) => value);
}

function compareTimes(a: Dated, b: Dated): number {
  return (
    a.startedAt.localeCompare(b.startedAt) ||
    a.runId.localeCompare(b.runId) ||
    a.repetition - b.repetition
  );
}

function inOrder(side: readonly Dated[]): readonly Dated[] {
  return [...side].sort(compareTimes);
}

/** Whether the sides are of different runs, some of which repeat. */
function isRepeated(first: readonly Dated[], other: readonly Dated[]): boolean {
  const runs = (side: readonly Dated[]): ReadonlySet<string> =>
    new Set(side.map(({ runId }) => runId));
  const [a, b] = [runs(first), runs(other)];
  if ([...a].some((run) => b.has(run))) return false;
  return a.size < first.length || b.size < other.length;
}

/** One value per run: its repetitions share its time, and so its luck. */
function perRun(side: readonly Dated[]): readonly Dated[] {
  const groups = Map.groupBy(side, ({ runId }) => runId);
  return [...groups.values()].flatMap((group) => {
    const [one] = group;
    return one === undefined ? [] : [{ ...one, value: medianOf(valuesOf(group)) }];
  });
}

function areTurns(first: readonly Dated[], other: readonly Dated[]): boolean {
  // Runs that began at one instant have no order.
  const isUnknown = first.some((a) =>
    other.some((b) => a.runId !== b.runId && a.startedAt === b.startedAt),
  );
  if (isUnknown || Math.min(first.length, other.length) < 2) return false;
  const sides = [
    ...first.map((one) => ({ one, side: 0 })),
    ...other.map((one) => ({ one, side: 1 })),
  ].sort((a, b) => compareTimes(a.one, b.one) || a.side - b.side);
  let row = 0;
  for (const [at, { side }] of sides.entries()) {
    row = side === sides[at - 1]?.side ? row + 1 : 1;
    if (row > MAX_IN_A_ROW) return false;
  }
  return true;
}

/** Whether the difference between the sides changes over the rounds: they do not drift alike. */
function areApart(first: readonly number[], other: readonly number[]): boolean {
  if (first.length !== other.length) return false;
  const differences = first.map((value, at) => Math.log(value / (other[at] ?? Number.NaN)));
  return differences.every(Number.isFinite) && serialP(differences) <= APART_ALPHA;
}
