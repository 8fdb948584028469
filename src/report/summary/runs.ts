import type { ThresholdOutcome } from "../../model/plan/threshold.ts";
import { onTarget, pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { plain, sentenceText, type Text } from "../parts/document.ts";
import { formatCount, STATE_WORDS, sentence } from "../parts/format.ts";
import type { Document } from "../report.ts";
import type { NotStarted } from "../run/files/junit.ts";
import { runReport } from "../run/run.ts";
import { searchSentence } from "../run/words/search.ts";
import { OUTCOME_WORDS, thresholdSentence } from "../run/words/threshold.ts";
import { type JobVerdict, jobSummary, signed } from "./summary.ts";

/** The job summary of a command's runs, and of those that did not start. */
export function runsSummary(runs: readonly Run[], notStarted: readonly NotStarted[]): Document {
  const reports = runs.map((run) => ({
    title: `${signed(runsVerdict([run], []))}: ${nameOf(run)}`,
    document: runReport(run),
  }));
  return jobSummary(runsVerdict(runs, notStarted), reports);
}

/** Verdict of runs: good if all are complete and no threshold or search failed. */
function runsVerdict(runs: readonly Run[], notStarted: readonly NotStarted[]): JobVerdict {
  const refused = notStarted.filter(({ state }) => state !== "skipped");
  const skipped = notStarted.length - refused.length;
  const incomplete = runs.filter(({ state }) => state !== "complete");
  const failed = runs.flatMap((run) => outcomesOf(run, "broken"));
  const openCount = runs.flatMap(({ thresholds = [] }) => thresholds).filter(isOpen).length;
  const searches = runs.flatMap((run) => failedSearches(run));
  const stopped = refused.length + incomplete.length;
  const held = thresholdParts(runs);
  const parts = [
    ...(stopped === 0 ? [] : [`${counted(stopped, runs.length + refused.length, "run")} failed`]),
    ...held,
    ...(searches.length === 0 ? [] : [`${searchCount(searches.length)} found no load`]),
    ...(stopped === 0 && held.length === 0 && runs.length > 0
      ? [`${plural(runs.length, "run")} complete`]
      : []),
    ...(skipped === 0 ? [] : [`${formatCount(skipped)} skipped`]),
  ];
  const isBad = stopped + failed.length + searches.length > 0;
  const isUndecided = openCount > 0 || runs.length === 0;
  const one = runs.length + refused.length === 1;
  return {
    mark: isBad ? "bad" : isUndecided ? "open" : "good",
    headline: parts.length === 0 ? "nothing was run" : parts.join(", "),
    reasons: [
      ...refused.map((run) => `${onTarget(run.scenario, run.target)}: ${sentence(run.reason)}`),
      ...incomplete.map((run) => `${nameOf(run)} ${stateText(run)}`),
      ...failed.map((text) => reason(text, one)),
      ...searches.map((text) => reason(text, one)),
    ],
  };
}

/** A sentence about one run of a command. */
interface RunSentence {
  readonly run: Run;
  readonly text: string;
}

function reason({ run, text }: RunSentence, isOnly: boolean): Text {
  return sentenceText(isOnly ? text : `${nameOf(run)}: ${text}`);
}

function nameOf({ plan, target }: Run): string {
  return pairName({ plan, target });
}

function stateText({ state, reason: why }: Run): string {
  return why === null ? STATE_WORDS[state] : `${STATE_WORDS[state]}: ${sentence(why)}`;
}

function outcomesOf(run: Run, state: ThresholdOutcome["state"]): readonly RunSentence[] {
  return (run.thresholds ?? [])
    .filter((outcome) => outcome.state === state)
    .map((outcome) => ({ run, text: thresholdSentence(outcome) }));
}

function failedSearches(run: Run): readonly RunSentence[] {
  return (run.searches ?? [])
    .filter(({ best, ended }) => best === null && ended !== null)
    .map((search) => ({ run, text: `${search.phase}: ${plain(searchSentence(search))}` }));
}

/** Counts of thresholds: failed ones, else passed ones; and those that were not evaluated. */
function thresholdParts(runs: readonly Run[]): readonly string[] {
  const outcomes = runs.flatMap(({ thresholds = [] }) => thresholds);
  const all = outcomes.length;
  if (all === 0) return [];
  const count = (state: ThresholdOutcome["state"]): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  const decided = count("broken") > 0 ? "broken" : "met";
  const open = outcomes.filter(isOpen);
  return [
    `${counted(count(decided), all, "threshold")} ${OUTCOME_WORDS[decided]}`,
    ...(open[0] === undefined ? [] : [`${open.length} ${OUTCOME_WORDS[open[0].state]}`]),
  ];
}

/** Whether a threshold was not evaluated. */
function isOpen({ state }: ThresholdOutcome): boolean {
  return state !== "met" && state !== "broken";
}

/** `8 of 16 thresholds`. */
function counted(count: number, all: number, noun: string): string {
  return `${formatCount(count)} of ${plural(all, noun)}`;
}

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function searchCount(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "search" : "searches"}`;
}
