import type { Argv } from "yargs";
import { orAborted } from "../../model/abort.ts";
import { EXIT, UsageError } from "../../model/fault/errors.ts";
import type { StoredRun } from "../../run/store/read.ts";
import { type Command, type CommandContext, flag, text, texts } from "../command.ts";
import {
  NO_PAGE,
  OUTPUT_GROUP,
  printOptions,
  printResult,
  SUMMARY_ON_TERMINAL,
  summaryOnTerminal,
} from "../print.ts";
import { dataOptions, QUIET } from "../run-options.ts";
import { RESULTS, readNamed, resultsFolder } from "../stored.ts";
import { OFFLINE, targetOptions } from "../target-options.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** `assay compare`: compares runs with the first one, or runs scenarios alternately first. */
export const COMPARE: Command = {
  endsItself: true,
  usage: "compare <run..>",
  summary: "compare stored runs, or run scenarios alternately and compare them",
  examples: [
    ["$0 compare RUN RUN", "Compare two stored runs"],
    ["$0 compare --pool results/*-random-read-*", "Use all runs of a target as its repetitions"],
    ["$0 compare RUN RUN --format csv", "Print every number and p-value in base units"],
    ["$0 compare RUN RUN --fail-on slower", "End with exit code 99 on a regression, for CI"],
    ["$0 compare --interleave a.yaml b.yaml -t /mnt/data", "Run A B B A A B …, then compare"],
  ],
  options: (parser: Argv) => {
    const own = storedOptions(
      parser.positional("run", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "directory or id of a stored run; with --interleave, a scenario",
      }),
    );
    const output = printOptions(own, SUMMARY_ON_TERMINAL)
      .option("quiet", QUIET)
      .option("results", { ...RESULTS, group: OUTPUT_GROUP });
    return targetOptions(dataOptions(output)).option("offline", OFFLINE);
  },
  async run(parsed, context) {
    if (flag(parsed, "interleave")) return runInterleaved(parsed, context);
    const idle = [...INTERLEAVE_OPTIONS, "target", "targets"].find(
      (name) => parsed[name] !== undefined,
    );
    if (idle !== undefined) {
      throw new UsageError(`--${idle} requires --interleave; add --interleave or remove --${idle}`);
    }
    const how = {
      force: flag(parsed, "force"),
      pool: flag(parsed, "pool"),
      across: flag(parsed, "across"),
    };
    const comparing = readNamed(parsed).then((stored) =>
      compareStored(stored, parsed, context, how),
    );
    return orAborted(comparing, context.interrupt.signal);
  },
};

/** Options that need `--interleave`. */
const INTERLEAVE_OPTIONS = [
  ...["rounds", "set", "allow-destructive", "overwrite-data", "offline", "max-cost"],
  ...["keep-data", "reuse-data", "cleanup-timeout", "quiet"],
];

function storedOptions(parser: Argv): Argv {
  const group = "Comparison:";
  const value = { type: "string", nargs: 1, group: "Run:" } as const;
  return parser
    .option("pool", {
      type: "boolean",
      group,
      describe: "pool runs with the same plan, storage, host and software",
    })
    .option("across", {
      type: "boolean",
      group,
      describe: "pool runs and compare phases of the same name across scenarios",
    })
    .option("force", { type: "boolean", group, describe: "compare runs of different plans" })
    .option("fail-on", {
      type: "string",
      nargs: 1,
      choices: ["slower", "never"],
      group,
      describe: "exit code 99 if a value is significantly slower than in the first column",
      defaultDescription: "never",
    })
    .option("interleave", {
      type: "boolean",
      group: "Run:",
      describe: "run the scenarios alternately, then compare them",
    })
    .option("rounds", {
      ...value,
      describe: "with --interleave: number of rounds",
      defaultDescription: "enough for a test of all numbers",
    })
    .option("set", {
      ...value,
      array: true,
      describe: "with --interleave: set a value of all scenarios, e.g. duration=5s",
    })
    .option("max-cost", {
      ...value,
      describe: "with --interleave: maximum estimated S3 request cost of all rounds in USD",
      defaultDescription: "no limit",
    });
}

async function runInterleaved(parsed: Parsed, context: CommandContext): Promise<number> {
  const idle = ["force", "pool", "across"].find((name) => flag(parsed, name));
  if (idle !== undefined) {
    throw new UsageError(
      `--${idle} applies to stored runs, not to --interleave; remove one of the options`,
    );
  }
  const { interleave } = await import("../running/interleave.ts");
  const { runOptionsOf } = await import("../run-options.ts");
  const runOptions = await runOptionsOf(parsed);
  let isCompared = false;
  const options = {
    ...runOptions,
    scenarios: texts(parsed, "run"),
    print: "nothing" as const,
    page: NO_PAGE,
    hasSummary: () => !isCompared,
  };
  const rounds = roundsOf(text(parsed, "rounds"));
  return interleave(options, rounds, context, async (stored) => {
    isCompared = true;
    return compareStored(stored, parsed, context, { force: false, pool: true, across: true });
  });
}

function roundsOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  if (/^[1-9][0-9]{0,4}$/.test(given)) return Number(given);
  throw new UsageError(`--rounds: expected a whole number from 1 to 99999, got \`${given}\``);
}

/** Returns the exit code that `--fail-on` asks for. */
async function compareStored(
  stored: readonly StoredRun[],
  parsed: Parsed,
  context: CommandContext,
  how: { readonly force: boolean; readonly pool: boolean; readonly across: boolean },
): Promise<number> {
  const { compareRuns } = await import("../../metrics/compare/compare.ts");
  const { pooledCurves } = await import("../../metrics/series/pooled.ts");
  const { comparisonReport } = await import("../../report/comparison/comparison.ts");
  const { comparisonScreen } = await import("../../report/comparison/screen.ts");
  const { comparisonData } = await import("../../report/comparison/data.ts");
  const { timeLinesOf } = await import("../../run/store/read-time-line.ts");
  const { comparisonSummary } = await import("../../report/summary/comparison.ts");
  const { fewRepetitionsSentence, slowerSentence } = await import("../../report/summary/gate.ts");
  const { toStepSummary } = await import("../ci/step-summary.ts");
  const runs = stored.map(({ run }) => run);
  const timeSeries = timeLinesOf(stored);
  const comparison = compareRuns(runs, { ...how, timeSeries });
  const document = comparisonReport(comparison);
  const { console } = context;
  const screen = comparisonScreen(comparison);
  const { folderOfRuns } = await import("../pages/pages.ts");
  const folder = folderOfRuns(stored, resultsFolder(parsed));
  // Only a page has curves: they need the histograms of all repetitions.
  const page = {
    folder,
    name: "comparison.html",
    document: () => comparisonReport(comparison, pooledCurves(comparison, timeSeries)),
  };
  const result = { document, screen, data: comparisonData(comparison), page };
  await printResult(result, parsed, context, summaryOnTerminal(console));
  toStepSummary(comparisonSummary(comparison, document), context);
  if (text(parsed, "fail-on") !== "slower") return EXIT.ok;
  const slower = slowerSentence(comparison);
  const note = slower ?? fewRepetitionsSentence(comparison);
  if (note !== null) console.error(`--fail-on slower: ${note}\n`);
  return slower === null ? EXIT.ok : EXIT.threshold;
}
