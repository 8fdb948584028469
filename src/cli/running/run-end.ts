import { EXIT, PreflightError } from "../../model/fault/errors.ts";
import type { Unbegun } from "../../report/run/junit.ts";
import { CLEANUP_NOTE, STAYS } from "../../run/cleanup.ts";
import type { FinishedRun } from "../../run/execute.ts";
import type { Console } from "../console.ts";
import type { Interruptible } from "../ending/signals.ts";
import { sayBroken, saySearchedInVain } from "./verdict.ts";

/** Says on stderr how many were run; returns the exit code, that of the machine without any. */
export function tally(
  code: number,
  console: Console,
  finished: readonly FinishedRun[],
  unbegun: readonly Unbegun[],
): number {
  const skipped = unbegun.filter(({ state }) => state === "skipped").length;
  const refused = unbegun.length - skipped;
  const more = refused === 0 ? "" : `, ${refused} refused`;
  console.error(`${finished.length} run, ${skipped} skipped${more}\n`);
  if (finished.length + refused > 0 || code !== EXIT.ok) return code;
  console.error(
    "nothing was run: no scenario suits any of the targets; `assay list` says what there is\n",
  );
  return EXIT.machine;
}

/** Says on stderr why a run is not complete and what it left; returns its exit code. */
export function endOf(
  { run, error }: FinishedRun,
  unwritten: PreflightError | null,
  console: Console,
  { signal }: Interruptible,
): number {
  const stays = run.warnings.filter(({ code }) => Object.values<string>(STAYS).includes(code));
  for (const { message } of stays) console.error(`left in the target: ${message}\n`);
  const notes = run.warnings.filter(({ code }) => code === CLEANUP_NOTE);
  for (const { message } of notes) console.error(`clean-up: ${message}\n`);
  if (error !== null && !(error instanceof PreflightError)) throw error;
  if (run.reason !== null) console.error(`${run.state}: ${run.reason}\n`);
  const problem = error ?? unwritten;
  if (problem !== null && run.reason?.includes(problem.message) !== true) {
    console.error(`${problem.message}\n`);
  }
  if (run.state === "failed" || error !== null) return EXIT.machine;
  if (run.state === "partial" || signal.aborted) return EXIT.interrupted;
  // What others put there is theirs; what the run made and could not remove is not done with.
  const broken = sayBroken(run, console);
  if (stays.some(({ code }) => code === STAYS.notRemoved)) return EXIT.machine;
  if (unwritten !== null) return EXIT.machine;
  if (broken) return EXIT.threshold;
  return saySearchedInVain(run, console) ? EXIT.inconclusive : EXIT.ok;
}
