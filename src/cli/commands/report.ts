import { relative } from "node:path";
import type { Argv } from "yargs";
import { UsageError } from "../../model/fault/errors.ts";
import { type Command, flag, text, texts } from "../command.ts";

import { OUT, OUTPUT_GROUP, printOptions, printResult } from "../print.ts";
import { declaredOptions, RESULTS, readNamed, STORED_RUNS, withDeclared } from "../stored.ts";

const REPORT_GROUP = "Report:";

/** `assay report`: prints a stored run, or verdicts of several on the statements of the guide. */
export const REPORT: Command = {
  usage: "report <run..>",
  summary: "print the report of a stored run",
  examples: [
    ["$0 report RUN", "Print the report of a run"],
    ["$0 report RUN --format csv", "Print the numbers in base units"],
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
    const { console, env } = context;
    const { summaryTable } = await import("../../report/run/files/summary-csv.ts");
    const { outputsOf, writeOutputs } = await import("../ci/outputs.ts");
    const outputs = outputsOf(texts(parsed, "out"));
    const stored = await withDeclared(await readNamed(parsed), parsed, env);
    const runs = stored.map(({ run }) => run);
    if (flag(parsed, "guide")) {
      const { guideOf } = await import("../guide/guide.ts");
      const result = await guideOf(stored, text(parsed, "prices"));
      await printResult(result, parsed, console, "report");
      await writeOutputs(outputs, runs, env);
      const { toStepSummary } = await import("../ci/step-summary.ts");
      toStepSummary(result.summary, context);
      return 0;
    }
    if (text(parsed, "prices") !== undefined) {
      throw new UsageError("--prices requires --guide; add --guide or remove --prices");
    }
    const [only] = stored;
    if (only === undefined || stored.length > 1) {
      throw new UsageError(
        `\`assay report\` expects one run, got ${stored.length}; compare several with ` +
          "`assay compare`",
      );
    }
    const { run, folder } = only;
    const { runReport } = await import("../../report/run/run.ts");
    const { runScreen } = await import("../../report/screen/run-screen.ts");
    const nearby = relative("", folder);
    const screen = runScreen(run, nearby.startsWith("..") ? folder : nearby);
    const { readSeries } = await import("../../run/store/read-series.ts");
    const series = text(parsed, "format") === "html" ? readSeries(folder, run) : undefined;
    const result = { document: runReport(run, series), data: summaryTable(run), screen };
    await printResult(result, parsed, console, "report");
    await writeOutputs(outputs, runs, env);
    return 0;
  },
};
