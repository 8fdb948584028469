import type { Argv } from "yargs";
import { UsageError } from "../../model/fault/errors.ts";
import { type Command, flag, text } from "../command.ts";
import { printOptions, printResult } from "../print.ts";
import { RESULTS, readNamed, STORED_RUNS } from "../stored.ts";

/** `assay report`: a stored run as text again, or several against the guide's statements. */
export const REPORT: Command = {
  usage: "report <run..>",
  summary: "print the report of a stored run",
  examples: [
    ["$0 report results/20261123-0847-random-read-gp3-1f3a", "as markdown"],
    ["$0 report 20261123-0847-random-read-gp3-1f3a --format csv", "the numbers, in base units"],
    ["$0 report --guide results/*", "the guide's statements: verdicts, workloads, costs"],
    ["$0 report --guide results/* --prices my-prices.yaml", "at other prices"],
  ],
  options: (parser: Argv) =>
    printOptions(parser, "report")
      .positional("run", STORED_RUNS)
      .option("guide", { type: "boolean", describe: "verdicts on the statements of the guide" })
      .option("prices", {
        type: "string",
        nargs: 1,
        describe: "with --guide: a file of prices; by default scenarios/prices.yaml of assay",
      })
      .option("results", RESULTS),
  async run(parsed, { console }) {
    const { summaryTable } = await import("../../report/run/files/summary-csv.ts");
    const stored = await readNamed(parsed);
    const runs = stored.map(({ run }) => run);
    if (flag(parsed, "guide")) {
      const { guideOf } = await import("./guide.ts");
      const document = await guideOf(stored, text(parsed, "prices"));
      await printResult({ document }, parsed, console, "report");
      return 0;
    }
    if (text(parsed, "prices") !== undefined) {
      throw new UsageError("--prices is for the report of the guide: add --guide");
    }
    const [run] = runs;
    if (run === undefined || runs.length > 1) {
      throw new UsageError("a report is of one run; `assay compare` sets several side by side");
    }
    const { runReport } = await import("../../report/run/run.ts");
    const result = { document: runReport(run), data: summaryTable(run) };
    await printResult(result, parsed, console, "report");
    return 0;
  },
};
