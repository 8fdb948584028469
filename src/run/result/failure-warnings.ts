import {
  type BackOff,
  type ErrorCount,
  UNFINISHED,
  type WorkerMeasurement,
} from "../../model/run/measurement.ts";
import type { Summary, Warning } from "../../model/run/run.ts";
import { elapsedText } from "../../model/units.ts";

/**
 * Says that operations never completed, and since when at least: the storage's doing, unless an
 * interruption ended the load and so cut them off (`endedEarly`).
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
  const age = `each for at least ${Number.isFinite(leastNs) ? elapsedText(leastNs) : "0 s"}`;
  if (endedEarly) {
    const message =
      `${count} unfinished, ${age}: still in flight after the interruption, which cut off what ` +
      "the storage had not completed; not counted as errors";
    return [{ code: "cut-off", message }];
  }
  const message =
    `${count} unfinished, ${age}: not complete when the drain ended; counted as errors, and in ` +
    "the latencies as lower bounds (≥)";
  return [{ code: "unfinished", message }];
}

/** Pauses of all workers; null where none of them pauses. */
export function addBackOffs(workers: readonly WorkerMeasurement[]): BackOff | null {
  const known = workers.flatMap(({ backOff }) => backOff ?? []);
  if (known.length === 0) return null;
  return {
    pauses: known.reduce((sum, { pauses }) => sum + pauses, 0),
    totalNs: known.reduce((sum, { totalNs }) => sum + totalNs, 0),
  };
}

/** Says how long the client did not ask because of failures. */
export function backOffWarning(backOff: BackOff | null): readonly Warning[] {
  if (backOff === null || backOff.pauses === 0) return [];
  const { pauses, totalNs } = backOff;
  const message =
    `the load generator paused ${pauses === 1 ? "once" : `${pauses} times`} after failed ` +
    `operations, ${elapsedText(totalNs)} added over all slots (10 ms, doubled up to 1 s by ` +
    "slot): it issued fewer operations than the storage may have answered; a phase with `rate` " +
    "does not pause";
  return [{ code: "client-back-off", message }];
}
