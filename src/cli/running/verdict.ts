import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { ThresholdOutcome } from "../../model/plan/threshold.ts";
import type { Run } from "../../model/run/run.ts";
import { plain } from "../../report/parts/document.ts";
import { junitXml, type NotStarted } from "../../report/run/files/junit.ts";
import { searchSentence } from "../../report/run/words/search.ts";
import { metRemarks, thresholdSentence } from "../../report/run/words/threshold.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { CommandContext } from "../command.ts";
import type { Console } from "../console.ts";

/**
 * Prints one line on stderr per failed threshold and per remark on a passed one; returns whether
 * any threshold failed.
 */
export function printFailedThresholds(
  run: Run,
  { console, env }: Pick<CommandContext, "console" | "env">,
): boolean {
  const outcomes = run.thresholds ?? [];
  const failed = outcomes.filter(({ state }) => state === "broken");
  for (const outcome of failed) {
    console.error(`threshold: ${thresholdSentence(outcome)}\n`);
    if (env.GITHUB_ACTIONS === "true") {
      console.annotate(annotation(run, outcome, env.GITHUB_WORKSPACE));
    }
  }
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

/**
 * An error command of GitHub Actions, which marks the threshold's line in the scenario:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
function annotation(run: Run, outcome: ThresholdOutcome, workspace: string | undefined): string {
  const { place } = outcome;
  const title = `title=${property(`${run.plan.name} on ${run.target.name}`)}`;
  const isFile = place !== null && existsSync(place.file);
  const file = isFile
    ? `file=${property(inWorkspace(place.file, workspace))},line=${place.line},`
    : "";
  return `::error ${file}${title}::${data(thresholdSentence(outcome))}`;
}

/** Path as annotations need it: relative to the checkout. */
function inWorkspace(file: string, workspace: string | undefined): string {
  if (workspace === undefined || workspace === "") return file;
  const path = relative(workspace, file);
  return path.startsWith("..") ? file : path;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
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
export function writeJunit(
  path: string,
  finished: readonly FinishedRun[],
  unbegun: readonly NotStarted[],
): void {
  try {
    writeFileSync(
      path,
      junitXml(
        finished.map(({ run }) => run),
        unbegun,
      ),
    );
  } catch (error) {
    throw new PreflightError(`cannot write --junit ${path}: ${messageOf(error)}`);
  }
}
