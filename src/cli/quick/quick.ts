/**
 * `assay quick`: detects the storage behind a target, chooses sizes by its free space and times by
 * the budget, runs the scenario `quick` or `quick-bucket`, and prints the answer in 15 lines.
 * `settings.ts` chooses, `detect.ts` looks at the target, `answer.ts` derives limits and verdicts.
 */
import type { Argv } from "yargs";
import { type Command, text } from "../command.ts";
import { runOptions, runOptionsOf } from "../run-options.ts";

/** `assay quick`: the first answer about a target. */
export const QUICK: Command = {
  endsItself: true,
  usage: "quick [target]",
  summary: "measure what a target delivers, in about 3 minutes",
  examples: [
    ["$0 quick /mnt/data", "Measure a mounted volume or file system"],
    ["$0 quick /mnt/data --kind ebs-gp3 --provisioned iops=6000", "Compare with the provision"],
    ["$0 quick /dev/nvme1n1", "Measure the reads of a device; nothing is written"],
    ["$0 quick s3://my-bucket/bench --region eu-west-1 --budget 60s", "Measure a bucket, shorter"],
  ],
  options: (parser: Argv) =>
    runOptions(parser.positional("target", { type: "string" })).option("budget", {
      type: "string",
      nargs: 1,
      group: "Run:",
      describe: "time for the whole command, e.g. 60s or 10m",
      defaultDescription: "3m",
    }),
  async run(parsed, context) {
    const { runQuick } = await import("./run-quick.ts");
    return runQuick(await runOptionsOf(parsed), text(parsed, "budget"), context);
  },
};
