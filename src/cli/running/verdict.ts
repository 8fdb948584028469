import { statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { plain } from "../../report/parts/document.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import { searchSentence } from "../../report/run/words/search.ts";
import { metRemarks, thresholdSentence } from "../../report/run/words/threshold.ts";
import type { FinishedRun } from "../../run/request.ts";
import { annotateFailures } from "../ci/annotations.ts";
import type { CommandContext } from "../command.ts";
import type { Console } from "../console.ts";

/**
 * Prints one line on stderr per failed threshold and per remark on a passed one; returns whether
 * any threshold failed.
 */
export function printFailedThresholds(
  run: Run,
  context: Pick<CommandContext, "console" | "env">,
): boolean {
  const { console } = context;
  const outcomes = run.thresholds ?? [];
  const failed = outcomes.filter(({ state }) => state === "broken");
  for (const outcome of failed) console.error(`threshold: ${thresholdSentence(outcome)}\n`);
  annotateFailures(run, failed, context);
  for (const remark of metRemarks(outcomes)) {
    console.error(`threshold: ${remark}\n`);
  }
  const notEvaluated = outcomes.filter(({ state }) => state === "unjudged").length;
  if (notEvaluated > 0) {
    const what = notEvaluated === 1 ? "1 threshold was" : `${notEvaluated} thresholds were`;
    console.error(`${what} not evaluated: name a baseline run with --baseline\n`);
  }
  return failed.length > 0;
}

/** Prints the searches that found no load within the objective; returns whether there are any. */
export function printFailedSearches({ searches = [] }: Run, console: Console): boolean {
  const failed = searches.filter(({ best, ended }) => best === null && ended !== null);
  for (const search of failed) {
    console.error(`${search.phase}: ${plain(searchSentence(search))}\n`);
  }
  return failed.length > 0;
}

/** Checks the path of `--junit` before the first run. */
export function junitPath(path: string | undefined): string | undefined {
  if (path === undefined) return path;
  const expected = "expected a file in an existing directory";
  if (path === "") throw new UsageError(`--junit is empty; ${expected}`);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--junit ${path} is a directory; ${expected}`);
  }
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new UsageError(`--junit ${path}: directory ${dirname(path)} does not exist; ${expected}`);
}

/** Writes the JUnit report of all runs of a command. */
export async function writeJunit(
  path: string,
  finished: readonly FinishedRun[],
  unbegun: readonly NotStarted[],
): Promise<void> {
  const { junitXml } = await import("../../report/run/files/junit.ts");
  const runs = finished.map(({ run }) => run);
  try {
    writeFileSync(path, junitXml(runs, unbegun));
  } catch (error) {
    throw new PreflightError(`cannot write --junit ${path}: ${messageOf(error)}`);
  }
}
