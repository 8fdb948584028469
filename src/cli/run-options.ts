import type { Argv } from "yargs";
import { flag, text, texts } from "./command.ts";
import { hostOptions, hostOptionsOf } from "./hosts/options.ts";
import { OPEN, OUT, OUTPUT_GROUP, pageOutput, printOf, printOption, RUN_PRINTS } from "./print.ts";
import type { RunOptions } from "./running/run-one.ts";
import { baselinesFolder, RESULTS, resultsFolder } from "./stored.ts";
import {
  CLEANUP_TIMEOUT,
  cleanupTimeoutMs,
  DATA_GROUP,
  destructiveOptions,
  OFFLINE,
  targetOptions,
} from "./target-options.ts";

/** Heading of the options about runs. */
export const RUN_GROUP = "Run:";

/** Adds the options of every command that runs scenarios. */
export function runOptions(parser: Argv): Argv {
  const value = { type: "string", nargs: 1 } as const;
  const own = parser
    .option("set", {
      ...value,
      array: true,
      group: RUN_GROUP,
      describe: "set a value of the scenario, e.g. duration=5s or phases.read.queueDepth=4",
    })
    .option("max-cost", {
      ...value,
      group: RUN_GROUP,
      describe: "maximum estimated S3 request cost in USD; nothing runs above it",
      defaultDescription: "no limit",
    })
    .option("junit", {
      ...value,
      group: OUTPUT_GROUP,
      describe: "file for the thresholds as JUnit XML",
    })
    .option("out", { ...OUT, group: OUTPUT_GROUP })
    .option("print", printOption(RUN_PRINTS))
    .option("format", RUN_FORMAT)
    .option("open", OPEN)
    .option("no-html", NO_HTML)
    .option("html", { type: "boolean", hidden: true, describe: "the opposite of --no-html" })
    .option("quiet", QUIET)
    .option("results", { ...RESULTS, group: OUTPUT_GROUP });
  return targetOptions(dataOptions(hostOptions(own))).option("offline", OFFLINE);
}

/** The `--format` option of the commands that store runs. */
const RUN_FORMAT = {
  choices: ["html"],
  nargs: 1,
  group: OUTPUT_GROUP,
  describe: "print the report as an HTML page; several runs: one page with links to theirs",
  defaultDescription: "as --print selects",
} as const;

/** The `--no-html` option. yargs sets `html` to false for it. */
const NO_HTML = {
  type: "boolean",
  group: OUTPUT_GROUP,
  describe: "store no report.html and no pictures of charts with the runs",
} as const;

/** The `--quiet` option. */
export const QUIET = {
  alias: "q",
  type: "boolean",
  group: OUTPUT_GROUP,
  describe: "print no progress on stderr",
} as const;

/** Adds the options about the test data of a run. */
export function dataOptions(parser: Argv): Argv {
  return destructiveOptions(parser)
    .option("keep-data", {
      type: "boolean",
      group: DATA_GROUP,
      describe: "keep the dataset in the target for later runs",
    })
    .option("reuse-data", {
      type: "boolean",
      group: DATA_GROUP,
      describe: "use a dataset that --keep-data kept; refused if there is none",
    })
    .option("cleanup-timeout", CLEANUP_TIMEOUT);
}

/** Returns the options of {@link runOptions} on a command line. */
export async function runOptionsOf(parsed: Readonly<Record<string, unknown>>): Promise<RunOptions> {
  const { parseAmount } = await import("./running/cost.ts");
  const { outputsOf } = await import("./ci/outputs.ts");
  const { junitPath } = await import("./running/verdict.ts");
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
    baselinesFolder: baselinesFolder(parsed),
    outputs: outputsOf(texts(parsed, "out")),
    junit: junitPath(text(parsed, "junit")),
    print: text(parsed, "format") === "html" ? "nothing" : printOf(parsed, "summary"),
    storesPage: parsed.html !== false,
    page: pageOutput(parsed),
    hosts: await hostOptionsOf(parsed),
    parsed,
  };
}
