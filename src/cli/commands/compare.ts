import type { Argv } from "yargs";
import { orAborted } from "../../model/abort.ts";
import { UsageError } from "../../model/fault/errors.ts";
import type { StoredRun } from "../../run/store/read.ts";
import { type Command, type CommandContext, flag, text, texts } from "../command.ts";
import { printOptions, printResult, summaryOnTerminal } from "../print.ts";
import { RESULTS, readNamed } from "../stored.ts";
import { ALLOW_DESTRUCTIVE, CLEANUP_TIMEOUT, OFFLINE, targetOptions } from "../targets.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** `assay compare`: workloads down, targets across, each against the first. */
export const COMPARE: Command = {
  endsItself: true,
  usage: "compare <run..>",
  summary: "set stored runs side by side, or run two in turns and compare",
  examples: [
    ["$0 compare results/*-random-read-*", "one workload on several targets"],
    ["$0 compare --pool results/*-random-read-*", "all runs of a target as its repetitions"],
    ["$0 compare run1 run2 --format csv", "as CSV, in base units, with every p-value"],
    ["$0 compare --interleave a.yaml b.yaml -t /mnt/data", "A B B A A B …, then compares"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      printOptions(parser, "summary on a terminal, otherwise report").positional("run", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "folders or ids of stored runs; with --interleave, scenarios",
      }),
    )
      .option("force", {
        type: "boolean",
        describe: "compare runs of different plans all the same",
      })
      .option("pool", {
        type: "boolean",
        describe: "take runs of one plan on one storage, host and software as one column",
      })
      .option("across", {
        type: "boolean",
        describe: "compare different scenarios, pooled, by the names of their phases",
      })
      .option("results", RESULTS)
      .option("interleave", { type: "boolean", describe: "run scenarios in turns and compare" })
      .option("rounds", {
        type: "string",
        nargs: 1,
        describe: "with --interleave: how often each is run; as often as a test needs unless said",
      })
      .option("set", {
        type: "string",
        array: true,
        nargs: 1,
        describe: "with --interleave: change a value of all scenarios",
      })
      .option("allow-destructive", ALLOW_DESTRUCTIVE)
      .option("offline", OFFLINE)
      .option("max-cost", { type: "string", nargs: 1, describe: "USD that all rounds may cost" })
      .option("keep-data", { type: "boolean", describe: "leave the dataset for later runs" })
      .option("reuse-data", { type: "boolean", describe: "use a dataset that was kept" })
      .option("cleanup-timeout", CLEANUP_TIMEOUT)
      .option("quiet", { alias: "q", type: "boolean", describe: "no progress on stderr" })
      .group(TURNS, "With --interleave:"),
  async run(parsed, context) {
    if (flag(parsed, "interleave")) return inTurns(parsed, context);
    const idle = [...TURNS, "target", "targets"].find((name) => parsed[name] !== undefined);
    if (idle !== undefined) {
      throw new UsageError(`--${idle} goes with --interleave; stored runs are only read`);
    }
    const how = {
      force: flag(parsed, "force"),
      pool: flag(parsed, "pool"),
      across: flag(parsed, "across"),
    };
    const comparing = readNamed(parsed).then((stored) =>
      compareStored(stored, parsed, context, how),
    );
    await orAborted(comparing, context.interrupt.signal);
    return 0;
  },
};

/** Options that say how scenarios are run. */
const TURNS = [
  ...["rounds", "set", "allow-destructive", "offline", "max-cost"],
  ...["keep-data", "reuse-data", "cleanup-timeout", "quiet"],
];

async function inTurns(parsed: Parsed, context: CommandContext): Promise<number> {
  const idle = ["force", "pool", "across"].find((name) => flag(parsed, name));
  if (idle !== undefined) throw new UsageError(`--${idle} goes with stored runs`);
  const { interleave } = await import("../running/interleave.ts");
  const { runOptionsOf } = await import("./run.ts");
  const said = await runOptionsOf(parsed);
  const options = { ...said, scenarios: texts(parsed, "run"), print: "nothing" as const };
  const rounds = roundsOf(text(parsed, "rounds"));
  return interleave(options, rounds, context, (stored) =>
    compareStored(stored, parsed, context, { force: false, pool: true, across: true }),
  );
}

function roundsOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  if (/^[1-9][0-9]{0,4}$/.test(given)) return Number(given);
  throw new UsageError(`--rounds: \`${given}\` was found, expected a whole number from 1 on`);
}

async function compareStored(
  stored: readonly StoredRun[],
  parsed: Parsed,
  context: CommandContext,
  how: { readonly force: boolean; readonly pool: boolean; readonly across: boolean },
): Promise<void> {
  const { compareRuns } = await import("../../metrics/compare/compare.ts");
  const { comparisonReport } = await import("../../report/comparison/comparison.ts");
  const { comparisonData } = await import("../../report/comparison/data.ts");
  const { timeLinesOf } = await import("../../run/store/read-time-line.ts");
  const { toStepSummary } = await import("../running/publish.ts");
  const { renderMarkdown } = await import("../../report/format/markdown.ts");
  const runs = stored.map(({ run }) => run);
  const comparison = compareRuns(runs, { ...how, timeSeries: timeLinesOf(stored) });
  const document = comparisonReport(comparison);
  const { console } = context;
  const result = { document, data: comparisonData(comparison) };
  await printResult(result, parsed, console, summaryOnTerminal(console));
  toStepSummary(renderMarkdown(document), context);
}
