import type { Argv } from "yargs";
import { type Command, flag, text, texts } from "../command.ts";
import { printOf, printOption, RUN_PRINTS } from "../print.ts";
import type { RunOptions } from "../running/run-one.ts";
import { RESULTS, resultsFolder } from "../stored.ts";
import {
  ALLOW_DESTRUCTIVE,
  CLEANUP_TIMEOUT,
  cleanupTimeoutMs,
  OFFLINE,
  targetOptions,
} from "../targets.ts";

/** `assay run`: scenario files against targets, each pair one stored run. */
export const RUN: Command = {
  endsItself: true,
  usage: "run <scenario..>",
  summary: "run scenarios against targets and store the results",
  examples: [
    ["$0 run random-read --target /mnt/data --kind ebs-gp3", "a shipped scenario on a volume"],
    ["$0 run my.yaml -t s3://bucket/bench --region eu-west-1", "your own on a bucket"],
    ["$0 run smoke -t ./here -t s3://b --endpoint http://127.0.0.1:9000", "two targets"],
    ["$0 run random-read -t /mnt/data --set duration=5s --set blockSize=16KiB", "with changes"],
    ["$0 run sequential-read --targets targets.yaml -t gp3 --keep-data", "a target by its name"],
    ["$0 run guide --targets targets.yaml", "all workloads of the guide, where they can be run"],
    ["$0 run my.yaml -t /mnt/data --baseline run1 --junit out.xml", "is it slower than before?"],
  ],
  options: (parser: Argv) =>
    runOptions(
      parser.positional("scenario", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "scenario files, folders of them, or names of shipped ones (`assay list`)",
      }),
    ).option("baseline", {
      type: "string",
      nargs: 1,
      describe: "folder or id of a stored run that thresholds are held against",
    }),
  async run(parsed, context) {
    const { runAll } = await import("../running/running.ts");
    return runAll({ ...(await runOptionsOf(parsed)), folders: true }, context);
  },
};

/** What every command that runs scenarios can be told. */
export function runOptions(parser: Argv): Argv {
  return targetOptions(parser)
    .option("set", {
      type: "string",
      array: true,
      nargs: 1,
      describe: "change a value: duration=5s, phases.read.queueDepth=4, seed=7",
    })
    .option("results", RESULTS)
    .option("allow-destructive", ALLOW_DESTRUCTIVE)
    .option("offline", OFFLINE)
    .option("max-cost", {
      type: "string",
      nargs: 1,
      describe: "USD: refuse before anything runs what a bucket's requests may exceed",
    })
    .option("junit", {
      type: "string",
      nargs: 1,
      describe: "also write the thresholds to this file as JUnit XML",
    })
    .option("keep-data", { type: "boolean", describe: "leave the dataset for later runs" })
    .option("reuse-data", { type: "boolean", describe: "use a dataset that was kept" })
    .option("cleanup-timeout", CLEANUP_TIMEOUT)
    .option("print", printOption(RUN_PRINTS))
    .option("quiet", { alias: "q", type: "boolean", describe: "no progress on stderr" });
}

/** What a command line says of it. */
export async function runOptionsOf(parsed: Readonly<Record<string, unknown>>): Promise<RunOptions> {
  const { parseAmount } = await import("../running/cost.ts");
  const { junitPath } = await import("../running/verdict.ts");
  const maxCost = text(parsed, "max-cost");
  return {
    scenarios: texts(parsed, "scenario"),
    set: texts(parsed, "set"),
    resultsFolder: resultsFolder(parsed),
    keepData: flag(parsed, "keep-data"),
    reuseData: flag(parsed, "reuse-data"),
    offline: flag(parsed, "offline"),
    cleanupTimeoutMs: cleanupTimeoutMs(parsed),
    quiet: flag(parsed, "quiet"),
    maxCost: maxCost === undefined ? null : parseAmount(maxCost),
    baseline: text(parsed, "baseline"),
    junit: junitPath(text(parsed, "junit")),
    print: printOf(parsed, "summary"),
    parsed,
  };
}
