import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { ThresholdOutcome } from "../../model/plan/threshold.ts";
import type { Run } from "../../model/run/run.ts";
import { plain } from "../../report/parts/document.ts";
import { junitXml, type Unbegun } from "../../report/run/files/junit.ts";
import { searchSentence } from "../../report/run/words/search.ts";
import { metRemarks, thresholdSentence } from "../../report/run/words/threshold.ts";
import type { FinishedRun } from "../../run/request.ts";
import type { CommandContext } from "../command.ts";
import type { Console } from "../console.ts";

/**
 * Says on stderr which thresholds a run broke, one line each, and which are met with a difference
 * that may be drift or in other surroundings; returns whether any is broken.
 */
export function printFailedThresholds(
  run: Run,
  { console, env }: Pick<CommandContext, "console" | "env">,
): boolean {
  const outcomes = run.thresholds ?? [];
  const broken = outcomes.filter(({ state }) => state === "broken");
  for (const outcome of broken) {
    console.error(`threshold: ${thresholdSentence(outcome)}\n`);
    if (env.GITHUB_ACTIONS === "true") {
      console.annotate(annotation(run, outcome, env.GITHUB_WORKSPACE));
    }
  }
  for (const remark of metRemarks(outcomes)) {
    console.error(`threshold: ${remark}\n`);
  }
  const unjudged = outcomes.filter(({ state }) => state === "unjudged").length;
  if (unjudged > 0) {
    const what = unjudged === 1 ? "1 threshold was" : `${unjudged} thresholds were`;
    console.error(`${what} not judged: name the run to compare with by --baseline\n`);
  }
  return broken.length > 0;
}

/** Says on stderr which searches found no load that meets the objective; whether any did. */
export function saySearchedInVain({ searches = [] }: Run, console: Console): boolean {
  const inVain = searches.filter(({ best, ended }) => best === null && ended !== null);
  for (const search of inVain) {
    console.error(`${search.phase}: ${plain(searchSentence(search))}\n`);
  }
  return inVain.length > 0;
}

/**
 * A command of GitHub Actions, which shows it at the scenario's line:
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

/** Annotations are shown at paths below the checkout. */
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

/** Where `--junit` is to be written, checked before anything runs. */
export function junitPath(path: string | undefined): string | undefined {
  if (path === undefined) return path;
  const expected = "expected a file in a folder that is there";
  if (path === "") throw new UsageError(`--junit is empty; ${expected}`);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--junit ${path} is a folder; ${expected}`);
  }
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new UsageError(`--junit ${path}: there is no folder ${dirname(path)}; ${expected}`);
}

/** Writes the JUnit report of all runs of a command. */
export function writeJunit(
  path: string,
  finished: readonly FinishedRun[],
  unbegun: readonly Unbegun[],
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
