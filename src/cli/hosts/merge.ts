import type { Argv } from "yargs";
import { EXIT } from "../../model/fault/errors.ts";
import type { Command } from "../command.ts";
import { OUTPUT_GROUP, printOf, printOption } from "../print.ts";
import { RESULTS, readNamed, resultsFolder, STORED_RUNS } from "../stored.ts";

/** `assay merge`: one run from the folders that its hosts kept when the coordinator was lost. */
export const MERGE: Command = {
  usage: "merge <run..>",
  summary: "merge the folders of the hosts of one run",
  examples: [
    ["$0 merge a/RUN b/RUN", "Make one run of the folders of two hosts, in results"],
    ["$0 merge */RUN --results merged", "Store the run in another directory"],
  ],
  options: (parser: Argv) =>
    parser
      .positional("run", { ...STORED_RUNS, describe: "directory that one host of a run stored" })
      .option("results", { ...RESULTS, group: OUTPUT_GROUP })
      .option("print", printOption(["summary", "json"])),
  async run(parsed, { console }) {
    const { evaluateThresholds } = await import("../../metrics/threshold/threshold.ts");
    const { hostParts, mergeStored } = await import("../../run/hosts/merge-stored.ts");
    const parts = hostParts(await readNamed(parsed));
    const { run, folder } = mergeStored(parts, resultsFolder(parsed), (merged) => {
      const thresholds = evaluateThresholds(merged, null);
      return thresholds.length === 0 ? merged : { ...merged, thresholds };
    });
    if (printOf(parsed, "summary") === "json") {
      await console.out(`${JSON.stringify({ run: run.id, folder, state: run.state })}\n`);
    } else {
      const hosts = parts.length === 1 ? "1 host" : `${parts.length} hosts`;
      const reason = run.reason === null ? "" : ` (${run.reason})`;
      await console.out(
        `Merged ${hosts} into ${folder}: ${run.state}${reason}\nNext  assay report ${folder}\n`,
      );
    }
    return run.state === "complete" ? EXIT.ok : EXIT.machine;
  },
};
