import type { Argv } from "yargs";
import { type Command, text } from "../command.ts";
import { RUN_GROUP, runOptions, runOptionsOf } from "../run-options.ts";
import { BASELINES } from "../stored.ts";

/** `assay run`: runs scenarios on targets; stores one run for each pair. */
export const RUN: Command = {
  endsItself: true,
  usage: "run <scenario..>",
  summary: "run scenarios on targets and store the results",
  examples: [
    ["$0 run random-read --target /mnt/data --kind ebs-gp3", "Measure a mounted EBS volume"],
    ["$0 run random-read -t /mnt/data --set duration=5s", "Change a value of the scenario"],
    ["$0 run my.yaml -t s3://bucket/bench --region eu-west-1", "Measure a bucket"],
    ["$0 run smoke -t s3://bench --endpoint http://127.0.0.1:9000", "Measure an S3 server"],
    ["$0 run guide --targets targets.yaml", "Run all workloads of the guide that fit the targets"],
    ["$0 run guide -t /mnt/data --budget 30m", "Shorten the phases to a time budget"],
    ["$0 run my.yaml -t /mnt/data --baseline RUN --junit out.xml", "Compare with a stored run"],
  ],
  options: (parser: Argv) =>
    runOptions(
      parser
        .positional("scenario", {
          type: "string",
          array: true,
          demandOption: true,
          describe: "scenario file, directory of scenarios, or name from `assay list`",
        })
        .option("baseline", {
          type: "string",
          nargs: 1,
          group: RUN_GROUP,
          describe: "run that thresholds compare with: directory, id, or name of a baseline",
        })
        .option("baselines", { ...BASELINES, group: RUN_GROUP })
        .option("budget", {
          type: "string",
          nargs: 1,
          group: RUN_GROUP,
          describe: "maximum time of the command, e.g. 30m; shortens phases and warm-ups",
          defaultDescription: "no limit",
        }),
    ),
  async run(parsed, context) {
    const { runAll } = await import("../running/running.ts");
    const { parseBudget } = await import("../running/estimates.ts");
    const budgetNs = parseBudget(text(parsed, "budget"));
    return runAll({ ...(await runOptionsOf(parsed)), folders: true, budgetNs }, context);
  },
};
