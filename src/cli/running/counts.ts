import { EXIT } from "../../model/fault/errors.ts";
import { isInterrupted } from "../../model/run/measurement.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { Console } from "../console.ts";

/** Runs of a command by outcome. */
export interface RunCounts {
  /** Complete runs, whether or not their thresholds passed. */
  readonly measured: number;
  /** Runs that ended early or could not start. */
  readonly failed: number;
  /** Pairs of a scenario and a target that does not support it. */
  readonly skipped: number;
  readonly interrupted: number;
  /** Runs that an interruption prevented. */
  readonly notRun: number;
}

/** Counts the runs of a command; `planned`: pairs that were to run. */
export function countRuns(
  planned: number,
  finished: readonly Pick<FinishedRun, "run">[],
  unbegun: readonly Pick<NotStarted, "state">[],
): RunCounts {
  const measured = finished.filter(({ run }) => run.state === "complete").length;
  const stopped = finished.filter(
    ({ run: { state, reason } }) => state === "partial" && isInterrupted(reason),
  ).length;
  const without = (state: NotStarted["state"]) =>
    unbegun.filter((one) => one.state === state).length;
  const skipped = without("skipped");
  return {
    measured,
    failed: finished.length - measured - stopped + without("refused"),
    skipped,
    interrupted: stopped + without("interrupted"),
    notRun: Math.max(0, planned - finished.length - unbegun.length),
  };
}

/** The last line of a command with several runs: `3 measured, 1 failed, 2 skipped`. */
export function countLine(counts: RunCounts): string {
  const { measured, failed, skipped, interrupted, notRun } = counts;
  const parts = [`${measured} measured`, `${failed} failed`, `${skipped} skipped`];
  if (interrupted > 0) parts.push(`${interrupted} interrupted`);
  if (notRun > 0) parts.push(`${notRun} not run`);
  return parts.join(", ");
}

/** Prints the counts; returns the exit code, 3 if every pair was skipped. */
export function printRunCounts(code: number, counts: RunCounts, console: Console): number {
  console.error(`${countLine(counts)}\n`);
  const { skipped, ...others } = counts;
  const isIdle = Object.values(others).every((count) => count === 0);
  if (!isIdle || code !== EXIT.ok) return code;
  console.error(
    "nothing was measured: no scenario can run on any of the targets; `assay list` shows the " +
      "scenarios\n",
  );
  return EXIT.machine;
}
