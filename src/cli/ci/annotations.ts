import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { Problem } from "../../model/fault/errors.ts";
import type { ThresholdOutcome } from "../../model/plan/threshold.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { thresholdSentence } from "../../report/run/words/threshold.ts";
import type { CommandContext } from "../command.ts";

/**
 * Marks the phases of a run that failed a threshold, as GitHub Actions shows errors: one command
 * per line of the scenario, with a line of text per threshold. A step shows at most ten.
 */
export function annotateFailures(
  run: Run,
  failed: readonly ThresholdOutcome[],
  { console, env }: Pick<CommandContext, "console" | "env">,
): void {
  if (env.GITHUB_ACTIONS !== "true") return;
  const places = failed.map((outcome) => ({ outcome, place: placeOf(run, outcome) }));
  const groups = Map.groupBy(places, ({ place, outcome }) =>
    place === null ? outcome.phase : `${place.file}:${place.line}`,
  );
  const title = pairName(run);
  for (const group of groups.values()) {
    const text = group.map(({ outcome }) => thresholdSentence(outcome)).join("\n");
    const place = group[0]?.place ?? null;
    console.annotate(errorCommand({ title, text, place }, env.GITHUB_WORKSPACE));
  }
}

/** Line of the phase that failed; of older runs, that of the threshold. Null: unknown. */
function placeOf({ plan }: Run, { phase, place }: ThresholdOutcome): Place | null {
  const planned = plan.phases.find(({ name }) => name === phase);
  return planned?.place ?? place;
}

type Place = Omit<Problem, "message">;

/**
 * An error command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
function errorCommand(
  {
    title,
    text,
    place,
  }: { readonly title: string; readonly text: string; readonly place: Place | null },
  workspace: string | undefined,
): string {
  const isFile = place !== null && existsSync(place.file);
  const file = isFile
    ? `file=${property(inWorkspace(place.file, workspace))},line=${place.line},`
    : "";
  return `::error ${file}title=${property(title)}::${data(text)}`;
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
