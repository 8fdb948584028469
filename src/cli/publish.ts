import { appendFileSync } from "node:fs";
import { messageOf } from "../model/errors.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { runReport } from "../report/run-report.ts";
import { searchCsv } from "../report/run-search.ts";
import { thresholdsCsv } from "../report/run-thresholds.ts";
import { summaryCsv } from "../report/summary-csv.ts";
import { renderTerminal } from "../report/terminal.ts";
import type { FinishedRun } from "../run/execute.ts";
import { storeFile } from "../run/store.ts";
import type { Console } from "./console.ts";

/** Writes a finished run's report beside it, and to stdout what was asked for. */
export async function publish(
  { run, folder }: FinishedRun,
  print: string,
  console: Console,
): Promise<void> {
  const document = runReport(run);
  const markdown = renderMarkdown(document);
  storeFile(folder, "report.md", markdown);
  storeFile(folder, "summary.csv", summaryCsv(run));
  const thresholds = thresholdsCsv(run);
  if (thresholds !== null) storeFile(folder, "thresholds.csv", thresholds);
  const search = searchCsv(run);
  if (search !== null) storeFile(folder, "search.csv", search);
  toStepSummary(markdown, console);
  if (print === "path") await console.out(`${folder}\n`);
  if (print !== "report") return;
  const { interactive, colour } = console;
  await console.out(interactive ? renderTerminal(document, { color: colour }) : markdown);
}

/** GitHub Actions shows what is appended to this file on the run's page. */
export function toStepSummary(markdown: string, console: Console): void {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === "") return;
  try {
    appendFileSync(path, `${markdown}\n`);
  } catch (error) {
    console.error(`cannot write the step summary to ${path}: ${messageOf(error)}\n`);
  }
}
