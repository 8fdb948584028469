import type { Argv } from "yargs";
import { EXIT } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";
import { planHash } from "../../scenario/plan/hash.ts";
import type { Command } from "../command.ts";
import { OUTPUT_GROUP, printOf, printOption } from "../print.ts";
import { RESULTS, readNamed, resultsFolder, STORED_RUNS } from "../stored.ts";

/** Most hosts that are tried. */
const MOST_HOSTS = 1000;

/** Number of hosts of a run, which its plan hash depends on; null: of another version of assay. */
function sizeOf({ plan, planHash: hash }: Run): number | null {
  for (let hosts = 1; hosts <= MOST_HOSTS; hosts++) {
    if (planHash(plan, hosts) === hash) return hosts;
  }
  return null;
}

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
    const finish = (merged: Run): Run => {
      const thresholds = evaluateThresholds(merged, null);
      return thresholds.length === 0 ? merged : { ...merged, thresholds };
    };
    const size = parts[0] === undefined ? null : sizeOf(parts[0].run);
    const { run, folder } = mergeStored(parts, resultsFolder(parsed), finish, size);
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
