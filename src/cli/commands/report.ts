import { relative } from "node:path";
import type { Argv } from "yargs";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import { type Command, flag, text, texts } from "../command.ts";
import type { Console } from "../console.ts";
import { OUT, OUTPUT_GROUP, pageOutput, printOf, printOptions, printResult } from "../print.ts";
import {
  declaredOptions,
  declaredWords,
  RESULTS,
  readNamed,
  resultsFolder,
  STORED_RUNS,
  withDeclared,
} from "../stored.ts";

const REPORT_GROUP = "Report:";

/** `assay report`: prints a stored run, or verdicts of several on the statements of the guide. */
export const REPORT: Command = {
  usage: "report <run..>",
  summary: "print the report of a stored run",
  examples: [
    ["$0 report RUN", "Print the report of a run"],
    ["$0 report RUN --format csv", "Print the numbers in base units"],
    ["$0 report RUN --open", "Show the report with charts in the browser"],
    ["$0 report results/* --open", "Show a page with a row and a link for each run"],
    ["$0 report --guide results/*", "Print verdicts on the guide's statements, and costs"],
  ],
  options: (parser: Argv) =>
    printOptions(
      declaredOptions(parser)
        .positional("run", STORED_RUNS)
        .option("guide", {
          type: "boolean",
          group: REPORT_GROUP,
          describe: "print verdicts on the statements of the guide",
        })
        .option("prices", {
          type: "string",
          nargs: 1,
          group: REPORT_GROUP,
          describe: "with --guide: file of prices (YAML)",
          defaultDescription: "the prices that assay ships",
        })
        .option("out", { ...OUT, group: OUTPUT_GROUP })
        .option("results", { ...RESULTS, group: REPORT_GROUP }),
      "report",
    ),
  async run(parsed, context) {
    const { env } = context;
    const { summaryTable } = await import("../../report/run/files/summary-csv.ts");
    const { outputsOf, writeOutputs } = await import("../ci/outputs.ts");
    const outputs = outputsOf(texts(parsed, "out"));
    const output = pageOutput(parsed);
    const isOverview = (output.prints || output.opens) && !flag(parsed, "guide");
    // Only a page about several runs has room to name those that cannot be read.
    const unreadable: UsageError[] = [];
    const named = await readNamed(parsed, isOverview ? unreadable : null);
    const { withHostRuns } = await import("../hosts/host-runs.ts");
    const read = flag(parsed, "guide") ? await withHostRuns(named) : named;
    const stored = await withDeclared(read, parsed, env);
    const runs = stored.map(({ run }) => run);
    if (flag(parsed, "guide")) {
      const { guideOf } = await import("../guide/guide.ts");
      const result = await guideOf(stored, text(parsed, "prices"));
      const { folderOfRuns, pageOf } = await import("../pages/pages.ts");
      const folder = folderOfRuns(stored, resultsFolder(parsed));
      const page = pageOf(result.document, folder, "guide.html");
      await printResult({ ...result, page }, parsed, context, "report");
      await writeOutputs(outputs, runs, env);
      const { toStepSummary } = await import("../ci/step-summary.ts");
      toStepSummary(result.summary, context);
      return 0;
    }
    if (text(parsed, "prices") !== undefined) {
      throw new UsageError("--prices requires --guide; add --guide or remove --prices");
    }
    const { overviewPage } = await import("../pages/stored.ts");
    const { runPage } = await import("../pages/run-page.ts");
    const { runReport } = await import("../../report/run/run.ts");
    const [only] = stored;
    if (only === undefined || stored.length + unreadable.length > 1) {
      if (only === undefined || !isOverview) throw severalRuns(stored.length);
      const { showPage } = await import("../pages/show.ts");
      const problems = unreadable.map(({ message }) => message);
      const page = overviewPage(stored, resultsFolder(parsed), problems);
      await showPage(page, output, context);
      await writeOutputs(outputs, runs, env);
      for (const problem of problems) context.console.error(`not on the page: ${problem}\n`);
      return problems.length === 0 ? EXIT.ok : EXIT.usage;
    }
    const { run, folder } = only;
    const { runScreen } = await import("../../report/screen/run-screen.ts");
    const { reportFile } = await import("../pages/report-file.ts");
    const nearby = relative("", folder);
    const shown = nearby.startsWith("..") ? folder : nearby;
    const screen = runScreen(run, shown, reportFile(folder), declaredWords(parsed));
    const page = runPage(shown, run);
    const document = showsTerminal(parsed, context.console) ? page.document(shown) : runReport(run);
    const result = { document, data: summaryTable(run), screen, page };
    await printResult(result, parsed, context, "report");
    await writeOutputs(outputs, runs, env);
    return 0;
  },
};

/** Whether the report is for a terminal, which shows time lines as sparklines. */
function showsTerminal(
  parsed: Readonly<Record<string, unknown>>,
  { interactive }: Console,
): boolean {
  const format = text(parsed, "format");
  if (format !== undefined) return format === "terminal";
  return interactive && printOf(parsed, "report") === "report";
}

function severalRuns(count: number): UsageError {
  return new UsageError(
    `\`assay report\` expects one run, got ${count}; compare several with \`assay compare\`, or ` +
      "list them on a page with --format html",
  );
}
