import type { Argv } from "yargs";
import { ARRIVALS } from "../../model/plan/rate.ts";
import { SEARCHED } from "../../model/plan/search.ts";
import { type Command, text, texts } from "../command.ts";
import { runOptions, runOptionsOf } from "../run-options.ts";

/** `assay find`: runs one phase of a scenario at several loads. */
export const FIND: Command = {
  endsItself: true,
  usage: "find <scenario>",
  summary: "find the highest load at which a target meets an objective",
  examples: [
    ["$0 find random-read -t /mnt/data --slo 'response.p99 < 10ms'", "Find the highest rate"],
    [
      "$0 find random-read -t /mnt/data --slo 'p99 < 5ms' --by queueDepth",
      "Find the greatest queue depth",
    ],
    [
      "$0 find my.yaml -t /mnt/data --phase read --slo 'p99 < 5ms' --to 9000/s",
      "Search one phase of several, up to a limit",
    ],
  ],
  options: (parser: Argv) =>
    runOptions(
      searchOptions(
        parser.positional("scenario", {
          type: "string",
          demandOption: true,
          describe: "scenario file, or name from `assay list`",
        }),
      ),
    ),
  async run(parsed, context) {
    const { searchSettings } = await import("../running/find-settings.ts");
    const { runAll } = await import("../running/running.ts");
    const options = await runOptionsOf(parsed);
    const set = await searchSettings(
      {
        scenario: text(parsed, "scenario") ?? "",
        set: options.set,
        phase: text(parsed, "phase"),
        slo: texts(parsed, "slo"),
        by: text(parsed, "by") ?? "rate",
        from: text(parsed, "from"),
        to: text(parsed, "to"),
        precision: text(parsed, "precision"),
        repetitions: text(parsed, "repetitions"),
        arrivals: text(parsed, "arrivals"),
      },
      context.env,
    );
    return runAll({ ...options, set, searches: true }, context);
  },
};

function searchOptions(parser: Argv): Argv {
  const group = "Search:";
  const value = { type: "string", nargs: 1, group } as const;
  return parser
    .option("slo", {
      ...value,
      array: true,
      demandOption: true,
      describe: "objective to meet, a threshold: 'response.p99 < 10ms'; repeatable",
    })
    .option("phase", { ...value, describe: "phase to search; required if there are several" })
    .option("by", {
      choices: SEARCHED,
      nargs: 1,
      default: "rate",
      group,
      describe: "load to vary: offered load (open loop) or queue depth (closed loop)",
    })
    .option("from", { ...value, describe: "lowest load, e.g. 500/s, or lowest queue depth" })
    .option("to", {
      ...value,
      describe: "highest load, e.g. 9000/s, or highest queue depth",
      defaultDescription: "rate of a closed loop, or queue depth 256",
    })
    .option("precision", {
      ...value,
      describe: "precision of the result, e.g. 2%",
      defaultDescription: "2%",
    })
    .option("repetitions", {
      ...value,
      describe: "repetitions at the result",
      defaultDescription: "6",
    })
    .option("arrivals", { choices: ARRIVALS, nargs: 1, group, describe: "arrival process" });
}
