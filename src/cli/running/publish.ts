import { PreflightError } from "../../model/fault/errors.ts";
import { renderMarkdown } from "../../report/format/markdown.ts";
import { renderTerminal } from "../../report/format/terminal.ts";
import { searchCsv } from "../../report/run/files/search-csv.ts";
import { summaryCsv } from "../../report/run/files/summary-csv.ts";
import { thresholdsCsv } from "../../report/run/files/thresholds-csv.ts";
import { runReport } from "../../report/run/run.ts";
import { runScreen } from "../../report/screen/run-screen.ts";
import { renderScreen } from "../../report/screen/screen.ts";
import type { FinishedRun } from "../../run/request.ts";
import { storeFile } from "../../run/store/results-folder.ts";
import type { CommandContext } from "../command.ts";
import { reportFile } from "../pages/report-file.ts";
import type { Print } from "../print.ts";

/**
 * Writes the reports of a finished run next to it, and prints the one of `--print`. Returns why a
 * file could not be written, or null; the result is printed in both cases.
 */
export async function publish(
  finished: FinishedRun,
  { print, storesPage }: { readonly print: Print; readonly storesPage: boolean },
  context: Pick<CommandContext, "console">,
): Promise<PreflightError | null> {
  const { run, folder, error } = finished;
  const files = {
    "summary.csv": summaryCsv(run),
    "thresholds.csv": thresholdsCsv(run),
    "search.csv": searchCsv(run),
  };
  let problem = storeFiles(finished, files);
  const { console } = context;
  const page = storesPage && problem === null ? await pageOf(finished) : null;
  if (page !== null && page.problem !== null) console.error(`${page.problem}\n`);
  const document = page?.document ?? runReport(run);
  const report = renderMarkdown(document, ({ id }) => page?.pictures.get(id) ?? null);
  problem ??= storeFiles(finished, { "report.md": report });
  const { interactive, colour, pageColumns } = console;
  // The whole command prints one document at its end.
  if (print === "json") return problem;
  if (print === "path") await console.out(`${folder}\n`);
  // A result that may not be stored anywhere is always printed as a whole.
  const isUnstored = problem !== null && error instanceof PreflightError;
  if (print === "summary" && !isUnstored) {
    const options = { columns: pageColumns, color: colour };
    await console.out(renderScreen(runScreen(run, folder, reportFile(folder)), options));
  }
  if (print !== "report" && !isUnstored) return problem;
  await console.out(
    interactive ? renderTerminal(document, { color: colour }) : renderMarkdown(document),
  );
  return problem;
}

/** Stores the page. Charts take time to load, so they are loaded after the run. */
async function pageOf(finished: FinishedRun) {
  const { storeRunPage } = await import("../pages/run-page.ts");
  return storeRunPage(finished);
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
