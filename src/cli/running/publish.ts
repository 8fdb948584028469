import { appendFileSync } from "node:fs";
import { messageOf, PreflightError } from "../../model/fault/errors.ts";
import { renderMarkdown } from "../../report/format/markdown.ts";
import { renderTerminal } from "../../report/format/terminal.ts";
import { searchCsv } from "../../report/run/files/search-csv.ts";
import { summaryCsv } from "../../report/run/files/summary-csv.ts";
import { thresholdsCsv } from "../../report/run/files/thresholds-csv.ts";
import { runReport } from "../../report/run/run.ts";
import type { FinishedRun } from "../../run/request.ts";
import { storeFile } from "../../run/store/results-folder.ts";
import type { CommandContext } from "../command.ts";
import type { Print } from "../print.ts";

/** Where a command prints, and the variables that name further places. */
type Output = Pick<CommandContext, "console" | "env">;

/**
 * Writes a finished run's report next to it, and to stdout what was asked for. Returns why a file
 * could not be written, or null: what is to be printed is printed all the same.
 */
export async function publish(
  finished: FinishedRun,
  print: Print,
  context: Output,
): Promise<PreflightError | null> {
  const { run, folder, error } = finished;
  const document = runReport(run);
  const markdown = renderMarkdown(document);
  const files = {
    "report.md": markdown,
    "summary.csv": summaryCsv(run),
    "thresholds.csv": thresholdsCsv(run),
    "search.csv": searchCsv(run),
  };
  const problem = storeFiles(finished, files);
  toStepSummary(markdown, context);
  const { console } = context;
  if (print === "path") await console.out(`${folder}\n`);
  // What may be stored nowhere is shown, whatever was asked for.
  const isUnstored = problem !== null && error instanceof PreflightError;
  const isShown = print === "summary" || print === "report";
  if (!isShown && !isUnstored) return problem;
  const { interactive, colour } = console;
  await console.out(interactive ? renderTerminal(document, { color: colour }) : markdown);
  return problem;
}

function storeFiles(
  finished: FinishedRun,
  files: Readonly<Record<string, string | null>>,
): PreflightError | null {
  let problem: PreflightError | null = null;
  for (const [name, text] of Object.entries(files)) {
    try {
      if (text !== null) storeFile(finished, name, text);
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      problem ??= error;
    }
  }
  return problem;
}

/** GitHub Actions shows what is appended to this file on the run's page. */
export function toStepSummary(markdown: string, { console, env }: Output): void {
  const path = env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === "") return;
  try {
    appendFileSync(path, `${markdown}\n`);
  } catch (error) {
    console.error(`cannot write the step summary to ${path}: ${messageOf(error)}\n`);
  }
}
