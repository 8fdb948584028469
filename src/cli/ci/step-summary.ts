/**
 * Output of commands for CI systems. This file writes the step summary of GitHub Actions,
 * `annotations.ts` marks lines of scenarios, and `outputs.ts` writes the files of `--out`. Nothing
 * here changes a result or an exit code.
 */

import { appendFileSync, statSync } from "node:fs";
import { messageOf } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { renderMarkdown } from "../../report/format/markdown.ts";
import type { Document } from "../../report/report.ts";
import type { NotStarted } from "../../report/run/files/junit.ts";
import type { CommandContext } from "../command.ts";

/** GitHub shows no summary of a step that exceeds 1 MiB. */
const MAX_SUMMARY_BYTES = 2 ** 20;

/** The file of the step summary; null outside of a job of GitHub Actions. */
function pathOf({ GITHUB_STEP_SUMMARY: path }: NodeJS.ProcessEnv): string | null {
  return path === undefined || path === "" ? null : path;
}

/** Appends a summary of the runs of a command. */
export async function runsToStepSummary(
  runs: readonly Run[],
  unbegun: readonly NotStarted[],
  context: Pick<CommandContext, "console" | "env">,
): Promise<void> {
  if (pathOf(context.env) === null) return;
  const { runsSummary } = await import("../../report/summary/runs.ts");
  toStepSummary(runsSummary(runs, unbegun), context);
}

/**
 * Appends a job summary to the step summary, which GitHub Actions shows on the page of the job.
 * Without room for its reports, only the verdict and its reasons are written.
 */
export function toStepSummary(
  document: Document,
  { console, env }: Pick<CommandContext, "console" | "env">,
): void {
  const path = pathOf(env);
  if (path === null) return;
  try {
    const written = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const whole = `${renderMarkdown(document)}\n`;
    const fits = written + Buffer.byteLength(whole) <= MAX_SUMMARY_BYTES;
    appendFileSync(path, fits ? whole : `${renderMarkdown(withoutReports(document))}\n`);
  } catch (error) {
    console.error(`cannot write the step summary to ${path}: ${messageOf(error)}\n`);
  }
}

function withoutReports(document: Document): Document {
  const lead = document.lead.filter(({ kind }) => kind !== "fold");
  const note = "The reports are not shown: GitHub limits the summary of a step to 1 MiB.";
  return { ...document, lead: [...lead, { kind: "paragraph", text: note, loud: false }] };
}
