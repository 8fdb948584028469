import type { Argv } from "yargs";
import { type Command, flag, text } from "./command.ts";
import { FORMATS, printDocument } from "./format.ts";
import { RESULTS, readNamed } from "./stored.ts";

/** `assay compare`: workloads down, targets across, each against the first. */
export const COMPARE: Command = {
  usage: "compare <run..>",
  summary: "set stored runs side by side",
  examples: [
    ["$0 compare results/*-random-read-*", "one workload on several targets"],
    ["$0 compare run1 run2 --format csv", "as CSV, in base units"],
  ],
  options: (parser: Argv) =>
    parser
      .positional("run", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "folders or ids of stored runs",
      })
      .option("force", {
        type: "boolean",
        describe: "compare runs of different plans all the same",
      })
      .option("format", FORMATS)
      .option("results", RESULTS),
  async run(parsed, { console }) {
    const { compareRuns } = await import("../metrics/compare.ts");
    const { comparisonReport } = await import("../report/comparison.ts");
    const { comparisonData } = await import("../report/comparison-data.ts");
    const { toStepSummary } = await import("./publish.ts");
    const { renderMarkdown } = await import("../report/markdown.ts");
    const runs = (await readNamed(parsed)).map(({ run }) => run);
    const comparison = compareRuns(runs, { force: flag(parsed, "force") });
    const document = comparisonReport(comparison);
    await printDocument(document, text(parsed, "format"), console, comparisonData(comparison));
    toStepSummary(renderMarkdown(document), console);
    return 0;
  },
};
