import { type BackOff, type ErrorCount, UNFINISHED } from "../../model/run/measurement.ts";
import type { Summary, Warning } from "../../model/run/run.ts";
import { makeWarning } from "../../model/run/warning.ts";
import { elapsedText } from "../../model/units.ts";

/**
 * Warns of operations that never completed, with their minimum age: because of the storage, unless
 * an interruption ended the load and cut them off (`endedEarly`).
 */
export function unfinishedWarning(
  errors: readonly ErrorCount[],
  all: Summary | undefined,
  endedEarly: boolean,
): readonly Warning[] {
  const count = all?.unfinished ?? 0;
  if (count === 0) return [];
  const ages = errors.flatMap(({ code, leastAgeNs }) =>
    code === UNFINISHED && leastAgeNs !== undefined ? [leastAgeNs] : [],
  );
  const leastNs = Math.min(...ages);
  const operations = count === 1 ? "1 operation was" : `${count} operations were`;
  const leastAge = Number.isFinite(leastNs) ? elapsedText(leastNs) : "0 s";
  const age = `each in flight for at least ${leastAge}`;
  if (endedEarly) {
    const fact = `${operations} still in flight after the interruption, ${age}`;
    return [makeWarning("cut-off", fact, { value: count, unit: "count" })];
  }
  const fact = `${operations} not complete when the drain ended, ${age}`;
  return [makeWarning("unfinished", fact, { value: count, unit: "count" })];
}

/** Warns of the time that the load generator issued nothing because of failures. */
export function backOffWarning(backOff: BackOff | null): readonly Warning[] {
  if (backOff === null || backOff.pauses === 0) return [];
  const { pauses, totalNs } = backOff;
  const fact =
    `The load generator paused ${pauses === 1 ? "once" : `${pauses} times`} after failed ` +
    `operations, ${elapsedText(totalNs)} in total over all slots (10 ms, doubled up to 1 s per ` +
    "slot)";
  return [makeWarning("client-back-off", fact, { value: pauses, unit: "count" })];
}
